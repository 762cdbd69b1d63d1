// The gradient of picking entries: an entry collects from everyone who picked it,
//
//   dx[o, e, j] = sum of dy[o, k, j] over the k with indices[k] = e
//
// One invocation computes one element of dx and goes through all indices in order: no atomics, always the same sum.

const ENTRIES: u32 = 2u; // of x along the axis
const PICKS: u32 = 2u; // number of indices
const INNER: u32 = 1u; // elements of one entry

@group(0) @binding(0) var<storage, read> dy: array<f32>; // [o, PICKS, INNER]
@group(0) @binding(1) var<storage, read> indices: array<u32>; // [PICKS]
@group(0) @binding(2) var<storage, read_write> dx: array<f32>; // [o, ENTRIES, INNER]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= arrayLength(&dx)) { return; }
  let j = element % INNER;
  let entry = element / INNER % ENTRIES;
  let outer = element / (INNER * ENTRIES);
  var sum = 0.0;
  for (var k = 0u; k < PICKS; k++) {
    if (indices[k] == entry) { sum += dy[(outer * PICKS + k) * INNER + j]; }
  }
  dx[element] = sum;
}
