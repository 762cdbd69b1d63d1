// The row of a (micro-)batch, as log-step.wgsl writes it, where loads take long: SHARE lanes look at one sample, and each has up to
// AHEAD loads on their way.
// A lane has the classes share, share + SHARE, ... of its sample. Hits need two rounds: the largest target, then how many scores are
// better than that of its class. Each round leaves one entry a lane, and all lanes of the sample read those of the others.

const COLUMNS: u32 = 6u; // of the log; those behind the metrics are left as they are
const METRICS: u32 = 4u;
const SAMPLES: u32 = 32u;
const DIVISOR: f32 = 32.0;
const CLASSES: u32 = 10u; // elements per sample
const SHARE: u32 = 8u; // a power of two that divides WORKGROUP
const AHEAD: u32 = 2u;
const LABELS: bool = false; // targets are class indices [n], else [n, classes]
const METRIC_0: u32 = 0u; // as in log-step.wgsl
const METRIC_1: u32 = 0u;
const METRIC_2: u32 = 0u;
const METRIC_3: u32 = 0u;
const K_0: u32 = 1u;
const K_1: u32 = 1u;
const K_2: u32 = 1u;
const K_3: u32 = 1u;

const WORKGROUP: u32 = 256u;
const KINDS: vec4u = vec4u(METRIC_0, METRIC_1, METRIC_2, METRIC_3);
const HITS: vec4<bool> = (KINDS == vec4u(1u)) | (KINDS == vec4u(2u));

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> loss: array<f32>; // [1], sum over the micro-batch / DIVISOR
@group(0) @binding(1) var<storage, read> p: array<f32>; // [n, classes]
@group(0) @binding(2) var<storage, read> t: array<u32>; // [n], or [n, classes] as the bits of f32
@group(0) @binding(3) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(4) var<storage, read_write> state: StepState;

struct Top { value: f32, position: u32, numbers: u32 }
struct Tally { better: vec4u, numbers: u32 }
var<workgroup> tops: array<Top, WORKGROUP>;
var<workgroup> tallies: array<Tally, WORKGROUP>;
var<workgroup> sums: array<vec4f, WORKGROUP>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

// The larger of two targets; of equal ones the first.
fn larger_target(a: Top, b: Top) -> Top {
  let second = b.value > a.value || (b.value == a.value && b.position < a.position);
  return Top(select(a.value, b.value, second), select(a.position, b.position, second), a.numbers & b.numbers);
}

// Where p and t have a lane's next AHEAD classes of a sample; past the last class that one again.
fn places(sample: u32, first: u32) -> array<u32, AHEAD> {
  var at: array<u32, AHEAD>;
  for (var k = 0u; k < AHEAD; k++) { at[k] = sample * CLASSES + min(first + k * SHARE, CLASSES - 1u); }
  return at;
}

fn largest_target(sample: u32, share: u32) -> Top {
  var top = Top(bitcast<f32>(t[sample * CLASSES + min(share, CLASSES - 1u)]), min(share, CLASSES - 1u), 1u);
  for (var first = share; first < CLASSES; first += AHEAD * SHARE) {
    let at = places(sample, first);
    var values: array<f32, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) { values[k] = bitcast<f32>(t[at[k]]); }
    for (var k = 0u; k < AHEAD; k++) {
      top = larger_target(top, Top(values[k], at[k] - sample * CLASSES, select(1u, 0u, is_nan(values[k]))));
    }
  }
  return top;
}

// Of a class's value the terms of the means; hits have none.
fn terms(value: f32, goal: f32) -> vec4f {
  let all = array(0.0, 0.0, 0.0, (value - goal) * (value - goal), abs(value - goal),
    select(0.0, 1.0, round(value) == goal), select(0.0, 1.0, round(value) == round(goal)));
  return vec4f(all[METRIC_0], all[METRIC_1], all[METRIC_2], all[METRIC_3]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let share = lane % SHARE;
  let leader = lane - share;
  let row = state.batch % (arrayLength(&log) / COLUMNS) * COLUMNS;
  let before = vec2f(log[row], log[row + 1u]); // loaded while the targets are on their way
  let cost = loss[0];
  var sum = vec4f(0.0);
  for (var first = 0u; first < SAMPLES; first += WORKGROUP / SHARE) {
    let own = first + lane / SHARE;
    let sample = min(own, SAMPLES - 1u);
    var truth = 0u;
    if (any(HITS)) {
      if (LABELS) {
        truth = t[sample];
      } else {
        tops[lane] = largest_target(sample, share);
        workgroupBarrier();
        var top = tops[leader];
        for (var i = 1u; i < SHARE; i++) { top = larger_target(top, tops[leader + i]); }
        truth = select(CLASSES, top.position, top.numbers == 1u);
      }
    }
    let score = p[sample * CLASSES + min(truth, CLASSES - 1u)];
    var tally = Tally(vec4u(0u), 1u);
    var mean = vec4f(0.0);
    for (var c = share; c < CLASSES; c += AHEAD * SHARE) {
      let at = places(sample, c);
      var values: array<f32, AHEAD>;
      var goals: array<f32, AHEAD>;
      for (var k = 0u; k < AHEAD; k++) {
        values[k] = p[at[k]];
        if (!LABELS && !all(HITS | (KINDS == vec4u(0u)))) { goals[k] = bitcast<f32>(t[at[k]]); }
      }
      var run = vec4f(0.0);
      for (var k = 0u; k < AHEAD; k++) {
        if (c + k * SHARE >= CLASSES) { continue; }
        let better = vec4<bool>(values[k] > score) | ((KINDS == vec4u(1u)) & vec4<bool>(values[k] == score && c + k * SHARE < truth));
        tally.better += select(vec4u(0u), vec4u(1u), better);
        tally.numbers &= select(1u, 0u, is_nan(values[k]));
        run += terms(values[k], goals[k]);
      }
      mean += run;
    }
    if (own < SAMPLES) { sum += mean / f32(CLASSES); }
    if (any(HITS)) {
      if (LABELS) { workgroupBarrier(); } // others may still read those of the last samples
      tallies[lane] = tally;
      workgroupBarrier();
      for (var i = share + 1u; i < SHARE; i++) { // of interest to the first lane of a sample
        tally.better += tallies[leader + i].better;
        tally.numbers &= tallies[leader + i].numbers;
      }
      let hit = HITS & (tally.better < vec4u(K_0, K_1, K_2, K_3)) & vec4<bool>(truth < CLASSES && tally.numbers == 1u);
      if (share == 0u && own < SAMPLES) { sum += select(vec4f(0.0), vec4f(1.0), hit); }
    }
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane > 0u) { return; }
  let first = state.sample == 0u;
  log[row] = select(before.x, 0.0, first) + f32(SAMPLES);
  log[row + 1u] = select(before.y, 0.0, first) + DIVISOR * cost;
  let totals = sums[0];
  for (var m = 0u; m < METRICS; m++) { log[row + 2u + m] = select(log[row + 2u + m], 0.0, first) + totals[m]; }
  let finite = (bitcast<u32>(cost) & 0x7f800000u) != 0x7f800000u;
  if (!finite && state.halted == 0u) { state.halted = state.step + 1u; }
}
