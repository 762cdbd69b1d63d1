// How much the predictions of true and of false targets between one threshold and the next weigh, in the row of this batch:
//
//   log[step.batch % rows, COLUMN + BINS * (t[i] != 0) + bin(p[i])] += w of the row that i is in
//   log[step.batch % rows, COLUMN + 2 BINS] += 1 where p[i] is NaN and w is not 0
//
// The sums start from 0 at the first micro-batch of the batch; bin() is that of threshold-counts.wgsl.
// One workgroup computes one cell: each invocation looks at every WORKGROUP-th prediction, in runs of RUN for the sake of rounding
// errors, then a tree adds them in a fixed order.

const BINS: u32 = 2u;
const EVEN: bool = false;
const CLASSES: u32 = 1u; // values in a row
const CLASS: u32 = 0xffffffffu; // the only one of a row that is counted, if it is one
const PER_WEIGHT: u32 = 1u; // values that have one weight
const COLUMNS: u32 = 7u;
const COLUMN: u32 = 2u;
const RUN: u32 = 16u; // about the root of the number of predictions of an invocation
const WORKGROUP: u32 = 64u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> p: array<f32>; // [n]
@group(0) @binding(1) var<storage, read> t: array<f32>; // [n]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [n / PER_WEIGHT]
@group(0) @binding(3) var<storage, read> edges: array<f32>; // [BINS - 1], ascending; not read if EVEN
@group(0) @binding(4) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(5) var<uniform> step: StepState;

var<workgroup> sums: array<f32, WORKGROUP>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

fn bin(prediction: f32) -> u32 {
  if (EVEN) { return u32(clamp(ceil(prediction * f32(BINS - 1u)) - 1.0, 0.0, f32(BINS - 1u))); }
  var below = 0u;
  while (below < BINS - 1u && prediction > edges[below]) { below++; }
  return below;
}

// What prediction i adds to the cell.
fn share(i: u32, cell: u32) -> f32 {
  if (CLASS < CLASSES && i % CLASSES != CLASS) { return 0.0; }
  let weight = w[i / PER_WEIGHT];
  if (is_nan(p[i])) { return select(0.0, 1.0, cell == 2u * BINS && weight != 0.0); }
  return select(0.0, weight, cell == bin(p[i]) + BINS * select(0u, 1u, t[i] != 0.0));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let cell = group.x + group.y * groups.x;
  if (cell > 2u * BINS) { return; }
  let count = arrayLength(&p);
  var sum = 0.0;
  for (var first = lane; first < count; first += RUN * WORKGROUP) {
    var run = 0.0;
    for (var i = first; i < min(first + RUN * WORKGROUP, count); i += WORKGROUP) { run += share(i, cell); }
    sum += run;
  }
  sums[lane] = sum;
  // groups.z is 1, but no constant: the loop stays a loop and compiles fast.
  for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane > 0u) { return; }
  let place = step.batch % (arrayLength(&log) / COLUMNS) * COLUMNS + COLUMN + cell;
  log[place] = select(log[place], 0.0, step.sample == 0u) + sums[0];
}
