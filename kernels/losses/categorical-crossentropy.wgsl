// Keras's cross-entropy of probabilities x with targets t, of each sample:
//
//   loss = -sum over j of t[j] * log(clip(x[j] / sum of x, 1e-7, 1 - 1e-7))
//
// Targets are probabilities, or one label a sample if LABELS. statistics = (sum of x, sum of t where the clip is not
// active) for backward. LANES invocations share a sample and combine in trees; with LANES = 1 each has a sample of its own.

const CLASSES: u32 = 10u;
const LABELS: bool = false;
const LANES: u32 = 1u; // 1 or WORKGROUP
const TOTAL: bool = false; // also batch_loss = SCALE * sum of weight * loss; for up to WORKGROUP samples, LANES 1
const SCALE: f32 = 1.0;
const WEIGHTED: bool = false;
const AHEAD: u32 = 1u; // values that a lane loads before it uses the first

const LOWEST: f32 = 1e-7;
const HIGHEST: f32 = 0.99999988; // the float32 next below 1 - 1e-7, as in Keras
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [samples, CLASSES]
@group(0) @binding(1) var<storage, read> targets: array<u32>; // labels [samples], or f32 bits [samples, CLASSES]
@group(0) @binding(2) var<storage, read_write> loss: array<f32>; // [samples]
@group(0) @binding(3) var<storage, read_write> statistics: array<vec4f>; // [samples]
@group(0) @binding(4) var<storage, read> weights: array<f32>; // [samples]; read if WEIGHTED
@group(0) @binding(5) var<storage, read_write> batch_loss: array<f32>; // [1]; written if TOTAL

var<workgroup> partials: array<f32, WORKGROUP>;

fn target_of(sample: u32, j: u32) -> f32 {
  if (LABELS) { return select(0.0, 1.0, targets[sample] == j); }
  return bitcast<f32>(targets[sample * CLASSES + j]);
}

// log(p), 0 < p < 1, precise near 1.
fn log_of(p: f32) -> f32 {
  let u = p - 1.0;
  let near = u * (1.0 - u * (0.5 - u * (1.0 / 3.0 - u * (0.25 - u * 0.2))));
  return select(log(p), near, p > 0.95);
}

// The sum of one value from each lane that shares the sample.
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

// Loads ahead may go past the last class: whether there is a class j, and which to load in its place.
fn exists(j: u32) -> bool { return AHEAD == 1u || j < CLASSES; }
fn place(j: u32) -> u32 { return select(min(j, CLASSES - 1u), j, AHEAD == 1u); }

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let unit = select(workgroup, workgroup * WORKGROUP + local, LANES == 1u);
  let lane = select(local, 0u, LANES == 1u);
  let sample = min(unit, arrayLength(&loss) - 1u);
  let start = sample * CLASSES;
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast
  let classes = CLASSES * one;

  var sum = 0.0;
  for (var first = lane; first < classes; first += AHEAD * LANES) {
    var values: array<f32, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) { values[k] = x[start + place(first + k * LANES)]; }
    for (var k = 0u; k < AHEAD; k++) { sum += select(0.0, values[k], exists(first + k * LANES)); }
  }
  let total = combined(sum, lane, one);
  var cost = 0.0;
  var open = 0.0;
  for (var first = lane; first < classes; first += AHEAD * LANES) {
    var values: array<f32, AHEAD>;
    var goals: array<f32, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) {
      let j = place(first + k * LANES);
      values[k] = x[start + j];
      goals[k] = target_of(sample, j);
    }
    for (var k = 0u; k < AHEAD; k++) {
      let t = select(0.0, goals[k], exists(first + k * LANES));
      let q = values[k] / total;
      let p = clamp(q, LOWEST, HIGHEST);
      cost -= select(t * log_of(p), q, is_nan(q)); // 0 / 0: a row without a sum
      open += select(0.0, t, p == q);
    }
  }
  cost = combined(cost, lane, one);
  if (is_nan(total)) { cost = total; }
  open = combined(open, lane, one);
  // A label that is no class must not pass for a sample without loss.
  if (LABELS && targets[sample] >= CLASSES) { cost = bitcast<f32>(targets[sample] | 0x7fc00000u); }
  if (lane == 0u && unit == sample) {
    loss[sample] = cost;
    statistics[sample] = vec4f(total, open, 0.0, 0.0);
  }
  if (TOTAL) {
    partials[local] = select(0.0, cost * select(1.0, weights[sample], WEIGHTED), unit == sample);
    for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { partials[local] += partials[local + half]; }
    }
    if (local == 0u) { batch_loss[0] = SCALE * partials[0]; }
  }
}
