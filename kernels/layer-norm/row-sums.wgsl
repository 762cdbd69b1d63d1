// Layer normalisation, backward, sums along each row: with z = (x - mean[r]) * inverse[r],
//
//   g_mean[r] = mean of dy[r, f] * gamma[f]     gz_mean[r] = mean of dy[r, f] * gamma[f] * z[r, f]     over f
//
// LANES invocations share a row: each adds up every LANESth vec4 that overlaps it, then they add up as a tree.
// Sums go in runs of RUN vec4s, which keeps the rounding errors of long rows small.
// VECTOR (FEATURES is a multiple of 4): gamma loads as vec4s.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias x_real = f32;

const FEATURES: u32 = 4u;
const VECTOR: bool = true;
const ROWS: u32 = 1u;
const LANES: u32 = 1u;
const RUN: u32 = 16u; // about the root of the number of vec4s of a lane

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [ROWS, FEATURES]
@group(0) @binding(1) var<storage, read> x: array<vec4<x_real>>; // [ROWS, FEATURES]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [ROWS]
@group(0) @binding(3) var<storage, read> inverse: array<f32>; // [ROWS]
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>; // [FEATURES]
@group(0) @binding(5) var<storage, read_write> g_mean: array<f32>; // [ROWS]
@group(0) @binding(6) var<storage, read_write> gz_mean: array<f32>; // [ROWS]

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

fn gamma_of(f: vec4u) -> vec4f {
  if (VECTOR) { return gamma[f.x / 4u]; }
  let q = f / 4u;
  let p = f % 4u;
  return vec4f(gamma[q.x][p.x], gamma[q.y][p.y], gamma[q.z][p.z], gamma[q.w][p.w]);
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

  var sum = vec2f(0.0);
  for (var first = begin / 4u + lane; first <= last; first += RUN * LANES) {
    var run = vec2f(0.0);
    for (var at = first; at <= min(first + (RUN - 1u) * LANES, last); at += LANES) {
      let f = (4u * at + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR)) % FEATURES;
      let weighted = vec4f(dy[at]) * gamma_of(f);
      let g = select(vec4f(0.0), weighted, members(at, begin, end));
      let difference = select(vec4f(0.0), vec4f(x[at]) - mean[row], members(at, begin, end));
      run += vec2f(dot(g, vec4f(1.0)), dot(g, difference));
    }
    sum += run;
  }
  let total = row_sum(sum, invocation) / f32(FEATURES);
  if (lane > 0u || index / LANES >= ROWS) { return; }
  g_mean[row] = total.x;
  gz_mean[row] = total.y * inverse[row];
}
