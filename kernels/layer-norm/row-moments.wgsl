// Layer normalisation, statistics of each row:
//
//   mean[r] = mean of x[r, ...]     inverse[r] = 1 / sqrt(variance of x[r, ...] + EPSILON)
//
// LANES invocations share a row: each adds up every LANESth vec4 that overlaps it, then they add up as a tree.
// The deviations are summed in a second pass, so nothing cancels.

const FEATURES: u32 = 4u;
const ROWS: u32 = 1u;
const EPSILON: f32 = 0.001;
const LANES: u32 = 1u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [ROWS, FEATURES]
@group(0) @binding(1) var<storage, read_write> mean: array<f32>; // [ROWS]
@group(0) @binding(2) var<storage, read_write> inverse: array<f32>; // [ROWS]

const WORKGROUP: u32 = 64u;

var<workgroup> sums: array<f32, WORKGROUP>;

// The sum over the lanes of a row, in every lane.
fn row_sum(value: f32, invocation: u32) -> f32 {
  if (LANES == 1u) { return value; }
  sums[invocation] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (invocation % LANES < half) { sums[invocation] += sums[invocation + half]; }
  }
  workgroupBarrier();
  let sum = sums[invocation - invocation % LANES];
  workgroupBarrier();
  return sum;
}

// Which elements of vec4 `at` belong to the row from `begin` to before `end`.
fn members(at: u32, begin: u32, end: u32) -> vec4<bool> {
  let element = 4u * at + vec4u(0u, 1u, 2u, 3u);
  return (element >= vec4u(begin)) & (element < vec4u(end));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + invocation;
  let row = min(index / LANES, ROWS - 1u); // all take part in the barriers
  let lane = invocation % LANES;
  let begin = row * FEATURES;
  let end = begin + FEATURES;
  let last = (end - 1u) / 4u;

  var sum = 0.0;
  for (var at = begin / 4u + lane; at <= last; at += LANES) {
    sum += dot(select(vec4f(0.0), x[at], members(at, begin, end)), vec4f(1.0));
  }
  let average = row_sum(sum, invocation) / f32(FEATURES);
  var squares = 0.0;
  for (var at = begin / 4u + lane; at <= last; at += LANES) {
    let difference = select(vec4f(0.0), x[at] - average, members(at, begin, end));
    squares += dot(difference, difference);
  }
  let variance = row_sum(squares, invocation) / f32(FEATURES);
  if (lane > 0u || index / LANES >= ROWS) { return; }
  mean[row] = average;
  inverse[row] = 1.0 / sqrt(variance + EPSILON);
}
