// Keras's cosine similarity of prediction x and target t as a loss, of each row:
//
//   loss = -sum over j of (x[j] * r) * (t[j] * s),   r = min(1 / |x|, 1e7), s = min(1 / |t|, 1e7)
//
// statistics = (r, s, the cosine, 1 if the length of x counts in the gradient) for backward. LANES invocations share a row and
// combine in trees; with LANES = 1 each invocation has a row of its own.

const CLASSES: u32 = 10u; // length of a row
const LANES: u32 = 1u; // 1 or WORKGROUP
const TOTAL: bool = false; // also batch_loss = SCALE * sum of weight * loss; for up to WORKGROUP rows, LANES 1
const SCALE: f32 = 1.0;
const WEIGHTED: bool = false;
const AHEAD: u32 = 1u; // values that a lane loads before it uses the first

const LONGEST: f32 = 1e7; // 1 / Keras's epsilon
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [rows, CLASSES]
@group(0) @binding(1) var<storage, read> targets: array<f32>; // [rows, CLASSES]
@group(0) @binding(2) var<storage, read_write> loss: array<f32>; // [rows]
@group(0) @binding(3) var<storage, read_write> statistics: array<vec4f>; // [rows]
@group(0) @binding(4) var<storage, read> weights: array<f32>; // [rows]; read if WEIGHTED
@group(0) @binding(5) var<storage, read_write> batch_loss: array<f32>; // [1]; written if TOTAL

var<workgroup> partials: array<f32, WORKGROUP>;

// The sum of one value from each lane that shares the row.
fn combined(value: f32, lane: u32, one: u32) -> f32 {
  if (LANES == 1u) { return value; }
  workgroupBarrier();
  partials[lane] = value;
  for (var half = WORKGROUP / 2u * one; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partials[lane] += partials[lane + half]; }
  }
  workgroupBarrier();
  return partials[0];
}

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

// min would hand on the number, not the NaN.
fn inverse_length(squares: f32) -> f32 {
  return select(min(inverseSqrt(squares), LONGEST), squares, is_nan(squares));
}

// (x, t) at j, j + LANES, ... of the row that begins at `start`; zeros past its end.
fn pairs_from(start: u32, j: u32) -> array<vec2f, AHEAD> {
  var pairs: array<vec2f, AHEAD>;
  for (var k = 0u; k < AHEAD; k++) {
    let at = start + select(min(j + k * LANES, CLASSES - 1u), j, AHEAD == 1u);
    pairs[k] = vec2f(x[at], targets[at]);
  }
  for (var k = 1u; k < AHEAD; k++) { pairs[k] = select(vec2f(0.0), pairs[k], j + k * LANES < CLASSES); }
  return pairs;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let unit = select(workgroup, workgroup * WORKGROUP + local, LANES == 1u);
  let lane = select(local, 0u, LANES == 1u);
  let row = min(unit, arrayLength(&loss) - 1u);
  let start = row * CLASSES;
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast

  var squares = vec2f(0.0);
  for (var j = lane; j < CLASSES * one; j += AHEAD * LANES) {
    let pairs = pairs_from(start, j);
    for (var k = 0u; k < AHEAD; k++) { squares += pairs[k] * pairs[k]; }
  }
  let square = combined(squares.x, lane, one);
  let r = inverse_length(square);
  let s = inverse_length(combined(squares.y, lane, one));
  var product = 0.0;
  for (var j = lane; j < CLASSES * one; j += AHEAD * LANES) {
    let pairs = pairs_from(start, j);
    for (var k = 0u; k < AHEAD; k++) { product += (pairs[k].x * r) * (pairs[k].y * s); }
  }
  let cosine = combined(product, lane, one);
  if (lane == 0u && unit == row) {
    loss[row] = -cosine;
    statistics[row] = vec4f(r, s, cosine, select(0.0, 1.0, r < LONGEST));
  }
  if (TOTAL) {
    partials[local] = select(0.0, -cosine * select(1.0, weights[row], WEIGHTED), unit == row);
    for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { partials[local] += partials[local + half]; }
    }
    if (local == 0u) { batch_loss[0] = SCALE * partials[0]; }
  }
}
