// Global norm of the gradients, first stage:
//
//   partials[b] = sums of g^2 and of (g * SHRINK)^2 over the first occupied[b] elements of block b (64 elements: 256 bytes)
//
// The second sum stays finite where the first overflows, from a norm of 1.8e19 on. The rest of a block is padding between two
// parameters and may hold anything. One invocation sums one block.

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 16u; // vectors
const SHRINK: f32 = 0x1p-96;

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> occupied: array<u32>;
@group(0) @binding(2) var<storage, read_write> partials: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.x + id.y * groups.x * WORKGROUP;
  if (block >= arrayLength(&partials)) { return; }
  let elements = min(occupied[block], 4u * BLOCK);
  var sum = vec4f();
  var small = vec4f();
  for (var i = 0u; i < elements / 4u; i++) {
    let g = gradients[block * BLOCK + i];
    sum += g * g;
    small += (g * SHRINK) * (g * SHRINK);
  }
  if (elements % 4u != 0u) {
    let g = gradients[block * BLOCK + elements / 4u];
    let own = vec4u(0u, 1u, 2u, 3u) < vec4u(elements % 4u);
    sum += select(vec4f(), g * g, own);
    small += select(vec4f(), (g * SHRINK) * (g * SHRINK), own);
  }
  partials[block] = vec2f((sum.x + sum.y) + (sum.z + sum.w), (small.x + small.y) + (small.z + small.w));
}
