// Squared distances of queries to their candidates, from differences, so that nothing cancels:
//
//   distances[place, q] = sum over j of (queries[q, j] - references[candidate, j])^2
//
// and, by the last candidate of a query, what no other reference of this block can be nearer than:
//
//   bound[q] = min(bound[q], score + |q|^2 - ERROR * (|q|^2 + largest |r|^2))
//
// score = |r|^2 - 2 q.r was rounded by at most the subtracted term. One invocation computes one distance.

const COUNT: u32 = 16u;
const COLUMNS: u32 = 64u;
const WIDTH: u32 = 784u; // a multiple of 4
const ERROR: f32 = 0.0001;

@group(0) @binding(0) var<storage, read> queries: array<vec4f>; // [COLUMNS, WIDTH]
@group(0) @binding(1) var<storage, read> query_norms: array<f32>; // [COLUMNS], squares
@group(0) @binding(2) var<storage, read> references: array<vec4f>; // [rows, WIDTH]
@group(0) @binding(3) var<storage, read> largest_norm: array<f32>; // [1], a square
@group(0) @binding(4) var<storage, read> first: array<u32>; // [1]: index of the first reference
@group(0) @binding(5) var<storage, read> scores: array<f32>; // [COUNT, COLUMNS]
@group(0) @binding(6) var<storage, read> candidates: array<u32>; // [COUNT, COLUMNS]
@group(0) @binding(7) var<storage, read_write> distances: array<f32>; // [COUNT, COLUMNS]
@group(0) @binding(8) var<storage, read_write> bound: array<f32>; // [COLUMNS]

const WORKGROUP: u32 = 64u;
const LARGEST: f32 = 3.4028234e38;
const NOBODY: u32 = 0xffffffffu;
const VECTORS: u32 = WIDTH / 4u;
const RUN: u32 = 16u; // vectors summed on their own first: the rounding errors of a long sum stay small

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= COUNT * COLUMNS) { return; }
  let q = i % COLUMNS;
  if (candidates[i] == NOBODY) { // every reference of the block is a candidate already
    distances[i] = LARGEST;
    return;
  }
  let reference = (candidates[i] - first[0]) * VECTORS;
  var sum = vec4f(0.0);
  for (var start = 0u; start < VECTORS; start += RUN) {
    var part = vec4f(0.0);
    for (var j = start; j < min(start + RUN, VECTORS); j++) {
      let difference = queries[q * VECTORS + j] - references[reference + j];
      part += difference * difference;
    }
    sum += part;
  }
  distances[i] = (sum.x + sum.y) + (sum.z + sum.w);
  if (i / COLUMNS == COUNT - 1u) {
    let norm = query_norms[q];
    bound[q] = min(bound[q], scores[i] + norm - ERROR * (norm + largest_norm[0]));
  }
}
