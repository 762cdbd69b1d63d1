// The whole row of a (micro-)batch at once, where predictions are few: loss and metrics from predictions p and targets t.
//
//   log[state.batch % rows, 0] += SAMPLES
//   log[state.batch % rows, 1] += DIVISOR * loss
//   log[state.batch % rows, 2 + m] += sum over samples of metric m
//   state.halted = state.step + 1 if the loss is NaN or infinite, unless it is set already
//
// The sums start from 0 at the first micro-batch of the batch. The metrics are those of class-hits.wgsl and
// element-means.wgsl. One workgroup does it all: each invocation looks at every WORKGROUP-th sample, then a tree adds.

const COLUMNS: u32 = 6u; // of the log; those behind the metrics are left as they are
const METRICS: u32 = 4u;
const SAMPLES: u32 = 32u;
const DIVISOR: f32 = 32.0;
const CLASSES: u32 = 10u; // elements per sample
const RUN: u32 = 16u; // about the root of CLASSES: a mean sums in runs, for the sake of rounding errors
const LABELS: bool = false; // targets are class indices [n], else [n, classes]
// Of up to four metrics: 0 none, 1 hits, equal scores count in order, 2 hits among the K best, 3 (p - t)^2, 4 |p - t|,
// 5 round(p) == t, 6 round(p) == round(t); 3 to 6 are means over the elements
const METRIC_0: u32 = 0u;
const METRIC_1: u32 = 0u;
const METRIC_2: u32 = 0u;
const METRIC_3: u32 = 0u;
const K_0: u32 = 1u;
const K_1: u32 = 1u;
const K_2: u32 = 1u;
const K_3: u32 = 1u;

const WORKGROUP: u32 = 64u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> loss: array<f32>; // [1], sum over the micro-batch / DIVISOR
@group(0) @binding(1) var<storage, read> p: array<f32>; // [n, classes]
@group(0) @binding(2) var<storage, read> t: array<u32>; // [n], or [n, classes] as the bits of f32
@group(0) @binding(3) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(4) var<storage, read_write> state: StepState;

var<workgroup> sums: array<vec4f, WORKGROUP>;
// In the bounds of loops: a 1 that no compiler knows, so that none unrolls them. Mesa took 1.3 s instead of 0.3 to compile that.
var<private> one: u32;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

// The true class: the label, or the first of the largest targets, or none if one is NaN.
fn class_of(i: u32) -> u32 {
  if (LABELS) { return t[i]; }
  var position = 0u;
  var numbers = true;
  for (var c = 0u; c < CLASSES * one; c++) {
    if (bitcast<f32>(t[i * CLASSES + c]) > bitcast<f32>(t[i * CLASSES + position])) { position = c; }
    numbers = numbers && !is_nan(bitcast<f32>(t[i * CLASSES + c]));
  }
  return select(CLASSES, position, numbers);
}

fn hit(i: u32, k: u32, first_wins: bool) -> f32 {
  let truth = class_of(i);
  let score = p[i * CLASSES + min(truth, CLASSES - 1u)];
  var better = 0u;
  var numbers = true;
  for (var c = 0u; c < CLASSES * one; c++) {
    let other = p[i * CLASSES + c];
    if (other > score || (first_wins && other == score && c < truth)) { better++; }
    numbers = numbers && !is_nan(other);
  }
  return select(0.0, 1.0, better < k && truth < CLASSES && numbers);
}

fn mean(i: u32, metric: u32) -> f32 {
  var sum = 0.0;
  for (var first = i * CLASSES; first < (i + 1u) * CLASSES; first += RUN) {
    var run = 0.0;
    for (var e = first; e < min(first + RUN, (i + 1u) * CLASSES); e++) {
      let goal = bitcast<f32>(t[e]);
      switch (metric) {
        case 3u: { run += (p[e] - goal) * (p[e] - goal); }
        case 4u: { run += abs(p[e] - goal); }
        case 5u: { run += select(0.0, 1.0, round(p[e]) == goal); }
        default: { run += select(0.0, 1.0, round(p[e]) == round(goal)); }
      }
    }
    sum += run;
  }
  return sum / f32(CLASSES);
}

fn value(i: u32, metric: u32, k: u32) -> f32 {
  if (metric == 0u) { return 0.0; }
  if (metric <= 2u) { return hit(i, k, metric == 1u); }
  return mean(i, metric);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) workgroups: vec3u) {
  one = workgroups.x;
  var sum = vec4f(0.0);
  if (METRIC_0 != 0u) {
    for (var i = lane; i < SAMPLES; i += WORKGROUP) {
      sum += vec4f(value(i, METRIC_0, K_0), value(i, METRIC_1, K_1), value(i, METRIC_2, K_2), value(i, METRIC_3, K_3));
    }
    sums[lane] = sum;
    for (var half = WORKGROUP / 2u * workgroups.x; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { sums[lane] += sums[lane + half]; }
    }
    sum = sums[0]; // of interest to lane 0 alone, which wrote it
  }
  if (lane > 0u) { return; }
  let row = state.batch % (arrayLength(&log) / COLUMNS) * COLUMNS;
  let first = state.sample == 0u;
  log[row] = select(log[row], 0.0, first) + f32(SAMPLES);
  log[row + 1u] = select(log[row + 1u], 0.0, first) + DIVISOR * loss[0];
  for (var m = 0u; m < METRICS; m++) {
    log[row + 2u + m] = select(log[row + 2u + m], 0.0, first) + sum[m];
  }
  let finite = (bitcast<u32>(loss[0]) & 0x7f800000u) != 0x7f800000u;
  if (!finite && state.halted == 0u) { state.halted = state.step + 1u; }
}
