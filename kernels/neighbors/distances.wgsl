// Squared distances of all pairs, from differences, so that nothing cancels:
//
//   distances[row, q] = sum over j of (queries[q, j] - references[row, j])^2
//
// One invocation computes one distance. Slow: for the few queries that the matrix product leaves undecided.

const ROWS: u32 = 64u;
const COLUMNS: u32 = 64u;
const WIDTH: u32 = 784u; // a multiple of 4

@group(0) @binding(0) var<storage, read> queries: array<vec4f>; // [COLUMNS, WIDTH]
@group(0) @binding(1) var<storage, read> references: array<vec4f>; // [ROWS, WIDTH]
@group(0) @binding(2) var<storage, read_write> distances: array<f32>; // [ROWS, COLUMNS]

const WORKGROUP: u32 = 64u;
const VECTORS: u32 = WIDTH / 4u;
const RUN: u32 = 16u; // vectors summed on their own first: the rounding errors of a long sum stay small

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= ROWS * COLUMNS) { return; }
  let query = i % COLUMNS * VECTORS;
  let reference = i / COLUMNS * VECTORS;
  var sum = vec4f(0.0);
  for (var start = 0u; start < VECTORS; start += RUN) {
    var part = vec4f(0.0);
    for (var j = start; j < min(start + RUN, VECTORS); j++) {
      let difference = queries[query + j] - references[reference + j];
      part += difference * difference;
    }
    sum += part;
  }
  distances[i] = (sum.x + sum.y) + (sum.z + sum.w);
}
