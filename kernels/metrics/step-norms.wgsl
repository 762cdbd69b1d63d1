// Euclidean norms of parts of a flat buffer, one for each parameter, in the row of this batch:
//
//   log[step.batch % rows, COLUMN + v] = sqrt(sum over i of x_i^2),  x = values, or values - before with SUBTRACT
//   log[step.batch % rows, 0] = step.learning_rate / (1 + DECAY * step.step), with RATE
//
// One workgroup per parameter v. It looks for the largest |x| and adds up (x / largest)^2, so that squares neither overflow nor
// vanish. Of values that are not finite the norm is infinite or NaN.

const COLUMNS: u32 = 3u;
const COLUMN: u32 = 1u;
const SUBTRACT: bool = false;
const RATE: bool = false;
const DECAY: f32 = 0.0;
const RUN: u32 = 16u; // about the root of the number of values of an invocation
const WORKGROUP: u32 = 64u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> before: array<f32>;
@group(0) @binding(2) var<storage, read> ranges: array<vec2u>; // [parameters]: first element, number of elements
@group(0) @binding(3) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(4) var<uniform> step: StepState;

var<workgroup> largest: array<u32, WORKGROUP>; // bits of |x|, which order as the numbers do
var<workgroup> sums: array<f32, WORKGROUP>;

fn value(i: u32) -> f32 {
  if (SUBTRACT) { return values[i] - before[i]; }
  return values[i];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let v = group.x + group.y * groups.x;
  if (v >= arrayLength(&ranges)) { return; }
  let first = ranges[v].x;
  let end = first + ranges[v].y;
  var most = 0u;
  for (var i = first + lane; i < end; i += WORKGROUP) { most = max(most, bitcast<u32>(value(i)) & 0x7fffffffu); }
  largest[lane] = most;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
  }
  workgroupBarrier();
  let scale = largest[0];
  let counts = scale >= 0x00800000u && scale < 0x7f800000u; // a normal number: not 0, infinite or NaN
  var sum = 0.0;
  if (counts) {
    for (var start = first + lane; start < end; start += RUN * WORKGROUP) {
      var run = 0.0;
      for (var i = start; i < min(start + RUN * WORKGROUP, end); i += WORKGROUP) {
        let x = value(i) / bitcast<f32>(scale);
        run += x * x;
      }
      sum += run;
    }
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane > 0u) { return; }
  let row = step.batch % (arrayLength(&log) / COLUMNS) * COLUMNS;
  let magnitude = bitcast<f32>(select(0u, scale, scale >= 0x00800000u));
  log[row + COLUMN + v] = select(magnitude, magnitude * sqrt(sums[0]), counts);
  if (RATE && v == 0u) { log[row] = step.learning_rate / (1.0 + DECAY * f32(step.step)); }
}
