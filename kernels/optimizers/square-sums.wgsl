// Global norm of the gradients, first stage:
//
//   partials[b] = sum of g^2 over the first occupied[b] elements of block b (64 elements: 256 bytes)
//
// The rest of a block is padding between two parameters and may hold anything. One invocation sums one block.

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 16u; // vectors

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> occupied: array<u32>;
@group(0) @binding(2) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.x + id.y * groups.x * WORKGROUP;
  if (block >= arrayLength(&partials)) { return; }
  let elements = min(occupied[block], 4u * BLOCK);
  var sum = vec4f();
  for (var i = 0u; i < elements / 4u; i++) {
    let g = gradients[block * BLOCK + i];
    sum += g * g;
  }
  if (elements % 4u != 0u) {
    let g = gradients[block * BLOCK + elements / 4u];
    sum += select(vec4f(), g * g, vec4u(0u, 1u, 2u, 3u) < vec4u(elements % 4u));
  }
  partials[block] = (sum.x + sum.y) + (sum.z + sum.w);
}
