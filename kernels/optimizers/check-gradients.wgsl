// Halts training before the optimizer runs if a gradient of one parameter group is NaN or infinite:
//
//   state[HALTED] = state[STEP] + 1, unless it is set already
//
// What lies between two parameters may hold anything and does not count. One invocation looks at one block of 64 elements.

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 16u; // vectors
const STEP: u32 = 1u; // words of StepState
const HALTED: u32 = 7u;

@group(0) @binding(0) var<storage, read> gradients: array<vec4u>; // the bits
@group(0) @binding(1) var<storage, read> occupied: array<u32>; // elements of each block that belong to a parameter
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>, 8>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.x + id.y * groups.x * WORKGROUP;
  if (block >= arrayLength(&occupied)) { return; }
  let elements = min(occupied[block], 4u * BLOCK);
  var largest = vec4u(0u); // bits of |g|, which order as the numbers do
  for (var i = 0u; i < (elements + 3u) / 4u; i++) {
    let own = 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(elements);
    largest = max(largest, select(vec4u(0u), gradients[block * BLOCK + i] & vec4u(0x7fffffffu), own));
  }
  let finite = all(largest < vec4u(0x7f800000u));
  if (!finite && atomicLoad(&state[HALTED]) == 0u) { atomicStore(&state[HALTED], atomicLoad(&state[STEP]) + 1u); }
}
