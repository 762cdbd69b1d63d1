// Halts training before any weight changes:
//
//   state[HALTED] = state[STEP] + 1 if any |t| is LIMIT or more, or NaN, unless it is set already
//
// for up to six tensors in one launch: gradients, whose limit is infinity, or what they will be computed from, whose limits
// make sure that the sum of products stays finite. An invocation looks at every so many'th vector of each tensor; the first of
// each it loads before it looks at any, so that as many loads are on their way.

const SIZE_0: u32 = 64u; // elements; 0: this place is not used
const SIZE_1: u32 = 0u;
const SIZE_2: u32 = 0u;
const SIZE_3: u32 = 0u;
const SIZE_4: u32 = 0u;
const SIZE_5: u32 = 0u;
const LIMIT_0: u32 = 0x7f800000u; // bits of a number above 0; they order as the numbers do, and those of NaN are greater
const LIMIT_1: u32 = 0x7f800000u;
const LIMIT_2: u32 = 0x7f800000u;
const LIMIT_3: u32 = 0x7f800000u;
const LIMIT_4: u32 = 0x7f800000u;
const LIMIT_5: u32 = 0x7f800000u;

const WORKGROUP: u32 = 64u;
const STEP: u32 = 1u; // words of StepState
const HALTED: u32 = 7u;

@group(0) @binding(0) var<storage, read> t_0: array<vec4u>; // the bits
@group(0) @binding(1) var<storage, read> t_1: array<vec4u>;
@group(0) @binding(2) var<storage, read> t_2: array<vec4u>;
@group(0) @binding(3) var<storage, read> t_3: array<vec4u>;
@group(0) @binding(4) var<storage, read> t_4: array<vec4u>;
@group(0) @binding(5) var<storage, read> t_5: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> state: array<atomic<u32>, 8>;

fn exceeds(bits: vec4u, vector: u32, size: u32, limit: u32) -> bool {
  let own = 4u * vector + vec4u(0u, 1u, 2u, 3u) < vec4u(size); // behind the last element may be anything
  return any(own & ((bits & vec4u(0x7fffffffu)) >= vec4u(limit)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let step = groups.x * groups.y * WORKGROUP;
  let first_0 = t_0[min(i, arrayLength(&t_0) - 1u)];
  let first_1 = t_1[min(i, arrayLength(&t_1) - 1u)];
  let first_2 = t_2[min(i, arrayLength(&t_2) - 1u)];
  let first_3 = t_3[min(i, arrayLength(&t_3) - 1u)];
  let first_4 = t_4[min(i, arrayLength(&t_4) - 1u)];
  let first_5 = t_5[min(i, arrayLength(&t_5) - 1u)];
  var found = exceeds(first_0, i, SIZE_0, LIMIT_0) | exceeds(first_1, i, SIZE_1, LIMIT_1) | exceeds(first_2, i, SIZE_2, LIMIT_2);
  found |= exceeds(first_3, i, SIZE_3, LIMIT_3) | exceeds(first_4, i, SIZE_4, LIMIT_4) | exceeds(first_5, i, SIZE_5, LIMIT_5);
  for (var v = i + step; 4u * v < SIZE_0; v += step) { found |= exceeds(t_0[v], v, SIZE_0, LIMIT_0); }
  for (var v = i + step; 4u * v < SIZE_1; v += step) { found |= exceeds(t_1[v], v, SIZE_1, LIMIT_1); }
  for (var v = i + step; 4u * v < SIZE_2; v += step) { found |= exceeds(t_2[v], v, SIZE_2, LIMIT_2); }
  for (var v = i + step; 4u * v < SIZE_3; v += step) { found |= exceeds(t_3[v], v, SIZE_3, LIMIT_3); }
  for (var v = i + step; 4u * v < SIZE_4; v += step) { found |= exceeds(t_4[v], v, SIZE_4, LIMIT_4); }
  for (var v = i + step; 4u * v < SIZE_5; v += step) { found |= exceeds(t_5[v], v, SIZE_5, LIMIT_5); }
  if (found && atomicLoad(&state[HALTED]) == 0u) { atomicStore(&state[HALTED], atomicLoad(&state[STEP]) + 1u); }
}
