// Takes the loss scale out of the gradients of one parameter group, in place:
//
//   g /= scale        overflow = 1 if an element of a parameter is NaN or infinite
//
// What lies between two parameters may hold anything and does not count. One invocation divides four elements.

struct LossScale {
  scale: f32, good_steps: u32, skipped: u32, overflow: atomic<u32>,
}

@group(0) @binding(0) var<storage, read> occupied: array<u32>; // elements of each block of 64 that belong to a parameter
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: LossScale;

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 16u; // vectors

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&gradients)) { return; }
  let g = gradients[i];
  let infinite = (bitcast<vec4u>(g) & vec4u(0x7f800000u)) == vec4u(0x7f800000u); // or NaN
  let own = 4u * (i % BLOCK) + vec4u(0u, 1u, 2u, 3u) < vec4u(occupied[i / BLOCK]);
  if (any(infinite & own)) { atomicStore(&state.overflow, 1u); }
  gradients[i] = g / state.scale;
}
