// Picking entries along an axis:
//
//   y[o, k, j] = x[o, indices[k], j]
//
// One invocation writes four consecutive elements of y. VECTOR: INNER counts vec4s. Elements travel as bits.
// An index that x does not have gives FILL: a wrong label must not look like a number.

const ENTRIES: u32 = 2u; // of x along the axis
const PICKS: u32 = 2u; // number of indices
const INNER: u32 = 1u; // elements of one entry
const VECTOR: bool = false;
const FILL: u32 = 0x7fc00000u; // bits: NaN, or the integer that stands for none

@group(0) @binding(0) var<storage, read> x: array<vec4u>; // [o, ENTRIES, INNER]
@group(0) @binding(1) var<storage, read> indices: array<u32>; // [PICKS]
@group(0) @binding(2) var<storage, read_write> y: array<vec4u>; // [o, PICKS, INNER]

const WORKGROUP: u32 = 64u;
const NOWHERE: u32 = 0xffffffffu;

fn source(element: u32) -> u32 {
  let j = element % INNER;
  let row = element / INNER;
  let entry = indices[row % PICKS]; // negative ones wrap around and are too large
  return select(NOWHERE, (row / PICKS * ENTRIES + entry) * INNER + j, entry < ENTRIES);
}

fn load(element: u32) -> u32 {
  let at = source(element);
  if (at == NOWHERE) { return FILL; }
  return x[at / 4u][at % 4u];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  if (VECTOR) {
    let at = source(i);
    if (at == NOWHERE) { y[i] = vec4u(FILL); } else { y[i] = x[at]; }
  } else {
    y[i] = vec4u(load(4u * i), load(4u * i + 1u), load(4u * i + 2u), load(4u * i + 3u));
  }
}
