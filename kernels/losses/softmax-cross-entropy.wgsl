// Cross-entropy of softmax(x) with targets t, of each sample, from the logits x:
//
//   loss = sum over j of t[j] * (log(total) - (x[j] - largest)),   total = sum over j of exp(x[j] - largest)
//
// Targets are probabilities, or one label a sample if LABELS. statistics = (largest, log(total), sum of t) for backward.
// LANES invocations share a sample and combine in trees; with LANES = 1 each invocation has a sample of its own.

const CLASSES: u32 = 10u;
const LABELS: bool = false;
const LANES: u32 = 1u; // 1 or WORKGROUP
const TOTAL: bool = false; // also batch_loss = SCALE * sum of weight * loss; for up to WORKGROUP samples, LANES 1
const SCALE: f32 = 1.0;
const WEIGHTED: bool = false;
const AHEAD: u32 = 1u; // values that a lane loads before it uses the first

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

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn not_a_number(any: f32) -> f32 { return bitcast<f32>(bitcast<u32>(any) | u32(0x7fc00000)); }

// max would hand on the one that is no NaN.
fn larger(a: f32, b: f32) -> f32 { return select(max(a, b), a + b, is_nan(a) | is_nan(b)); }

// What is subtracted from all: the largest, or NaN if it is infinite. Some adapters' exp would lose a NaN: it is carried on.
fn shift_of(largest: f32) -> f32 { return select(largest, not_a_number(largest), abs(largest) > f32(3.4028234e38)); }

// The largest, or the sum, of one value from each lane that shares the sample.
fn combined(value: f32, lane: u32, sum: bool, one: u32) -> f32 {
  if (LANES == 1u) { return value; }
  workgroupBarrier();
  partials[lane] = value;
  for (var half = WORKGROUP / 2u * one; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = partials[lane + half];
      partials[lane] = select(larger(partials[lane], other), partials[lane] + other, sum);
    }
  }
  workgroupBarrier();
  return partials[0];
}

// Loads ahead may go past the last class: whether there is a class j, and which to load in its place.
fn exists(j: u32) -> bool { return AHEAD == 1u || j < CLASSES; }
fn place(j: u32) -> u32 { return select(min(j, CLASSES - 1u), j, AHEAD == 1u); }

// x at the classes j, j + LANES, ... of the sample that begins at `start`.
fn values_from(start: u32, j: u32) -> array<f32, AHEAD> {
  var values: array<f32, AHEAD>;
  for (var k = 0u; k < AHEAD; k++) { values[k] = x[start + place(j + k * LANES)]; }
  return values;
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
  let sample = min(unit, arrayLength(&loss) - 1u);
  let start = sample * CLASSES;
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast
  let classes = CLASSES * one;

  var top = x[start];
  for (var first = lane; first < classes; first += AHEAD * LANES) {
    let values = values_from(start, first);
    for (var k = 0u; k < AHEAD; k++) { top = larger(top, values[k]); } // one that comes twice changes nothing
  }
  let largest = shift_of(combined(top, lane, false, one));
  var power_sum = 0.0;
  for (var first = lane; first < classes; first += AHEAD * LANES) {
    let values = values_from(start, first);
    for (var k = 0u; k < AHEAD; k++) {
      power_sum += select(0.0, exp(values[k] - largest), exists(first + k * LANES));
    }
  }
  let log_total = log(combined(power_sum, lane, true, one));
  var cost = 0.0;
  var mass = 0.0;
  for (var first = lane; first < classes; first += AHEAD * LANES) {
    let values = values_from(start, first);
    for (var k = 0u; k < AHEAD; k++) {
      let j = first + k * LANES;
      if (!exists(j)) { continue; }
      let t = target_of(sample, j);
      cost += t * (log_total - (values[k] - largest));
      mass += t;
    }
  }
  cost = combined(cost, lane, true, one);
  mass = combined(mass, lane, true, one);
  // A label that is no class must not pass for a sample without loss.
  if (LABELS && targets[sample] >= CLASSES) { cost = bitcast<f32>(targets[sample] | 0x7fc00000u); }
  if (lane == 0u && unit == sample) {
    loss[sample] = cost;
    statistics[sample] = vec4f(largest, log_total, mass, 0.0);
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
