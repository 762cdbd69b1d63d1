// Layer normalisation, statistics of each row:
//
//   mean[r] = mean of x[r, ...]     inverse[r] = 1 / sqrt(variance of x[r, ...] + EPSILON)
//
// LANES invocations share a row: each adds up every LANESth vec4 that overlaps it, then they add up as a tree.
// Sums go in runs of RUN vec4s, which keeps the rounding errors of long rows small. The deviations are summed in a second pass, so
// nothing cancels; their own mean says by how much the first mean was off, and corrects both results.

alias x_real = f32; // element type: the loader makes it f16 for tensors of f16

const FEATURES: u32 = 4u;
const ROWS: u32 = 1u;
const EPSILON: f32 = 0.001;
const LANES: u32 = 1u;
const RUN: u32 = 16u; // about the root of the number of vec4s of a lane

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [ROWS, FEATURES]
@group(0) @binding(1) var<storage, read_write> mean: array<f32>; // [ROWS]
@group(0) @binding(2) var<storage, read_write> inverse: array<f32>; // [ROWS]

const WORKGROUP: u32 = 64u;

var<workgroup> sums: array<vec2f, WORKGROUP>;

// The sum over the lanes of a row, in every lane.
fn row_sum(value: vec2f, invocation: u32) -> vec2f {
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
  for (var first = begin / 4u + lane; first <= last; first += RUN * LANES) {
    var run = vec4f(0.0);
    for (var at = first; at <= min(first + (RUN - 1u) * LANES, last); at += LANES) {
      run += select(vec4f(0.0), vec4f(x[at]), members(at, begin, end));
    }
    sum += dot(run, vec4f(1.0));
  }
  let rounded = row_sum(vec2f(sum, 0.0), invocation).x / f32(FEATURES);
  var moments = vec2f(0.0); // of the deviations: their sum, and that of their squares
  for (var first = begin / 4u + lane; first <= last; first += RUN * LANES) {
    var run = vec4f(0.0);
    var squares = vec4f(0.0);
    for (var at = first; at <= min(first + (RUN - 1u) * LANES, last); at += LANES) {
      let difference = select(vec4f(0.0), vec4f(x[at]) - rounded, members(at, begin, end));
      run += difference;
      squares += difference * difference;
    }
    moments += vec2f(dot(run, vec4f(1.0)), dot(squares, vec4f(1.0)));
  }
  let means = row_sum(moments, invocation) / f32(FEATURES);
  let difference = means.y - means.x * means.x;
  let variance = select(difference, 0.0, difference < 0.0); // by rounding alone; NaN stays
  if (lane > 0u || index / LANES >= ROWS) { return; }
  mean[row] = rounded + means.x;
  inverse[row] = 1.0 / sqrt(variance + EPSILON);
}
