// Adds a metric to the row of this batch:
//
//   log[step.batch % rows, COLUMN] += sum of values, starting from 0 at the first micro-batch of the batch
//
// One workgroup does it all: each invocation sums every WORKGROUP-th value, in runs of RUN for the sake of rounding errors, then a
// tree adds them in a fixed order.

const COLUMNS: u32 = 3u;
const COLUMN: u32 = 2u;
const RUN: u32 = 16u; // about the root of the number of values of an invocation
const WORKGROUP: u32 = 64u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>; // [n]
@group(0) @binding(1) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(2) var<uniform> step: StepState;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var first = lane; first < arrayLength(&values); first += RUN * WORKGROUP) {
    var run = 0.0;
    for (var i = first; i < min(first + RUN * WORKGROUP, arrayLength(&values)); i += WORKGROUP) { run += values[i]; }
    sum += run;
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane > 0u) { return; }
  let place = step.batch % (arrayLength(&log) / COLUMNS) * COLUMNS + COLUMN;
  log[place] = select(log[place], 0.0, step.sample == 0u) + sums[0];
}
