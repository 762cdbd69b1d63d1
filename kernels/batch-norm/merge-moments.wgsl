// Batch normalisation, statistics, second stage: merges the partial moments of each channel by the rule of Chan,
// Golub and LeVeque (1979), and updates the moving statistics as Keras does:
//
//   mean = first row of x + mean of the differences to it
//   variance = sum of squared deviations / ROWS
//   moving_mean = MOMENTUM * moving_mean + KEEP * mean
//   moving_variance = MOMENTUM * moving_variance + KEEP * variance * ROWS / (ROWS - CORRECTION)
//
// The moving statistics stay what they are once training is halted, and where the batch's are NaN or infinite.
// One workgroup computes one channel; its lanes share the partial rows, then merge as a tree.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16

const CHANNELS: u32 = 4u;
const ROWS: u32 = 8u;
const MOMENTUM: f32 = 0.99;
const KEEP: f32 = 0.01; // 1 - MOMENTUM; of a part of a batch its share of that, and MOMENTUM is 1 after the first part
const CORRECTION: f32 = 1.0; // 0: biased, 1: unbiased
const LANES: u32 = 64u;
const AHEAD: u32 = 1u; // partial rows that a lane loads before it uses the first

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> partial_mean: array<f32>; // [partial rows, channels]
@group(0) @binding(1) var<storage, read> partial_squares: array<f32>; // [partial rows, channels]
@group(0) @binding(2) var<storage, read_write> mean: array<f32>; // [channels]
@group(0) @binding(3) var<storage, read_write> variance: array<f32>; // [channels]
@group(0) @binding(4) var<storage, read_write> moving_mean: array<f32>; // [channels]
@group(0) @binding(5) var<storage, read_write> moving_variance: array<f32>; // [channels]
@group(0) @binding(6) var<storage, read> x: array<x_real>; // [rows, channels]
@group(0) @binding(7) var<uniform> step: StepState;

struct Moments { count: f32, mean: f32, squares: f32 }

var<workgroup> shared_moments: array<Moments, LANES>;

fn merge(a: Moments, b: Moments) -> Moments {
  let count = a.count + b.count;
  let difference = b.mean - a.mean;
  let share = b.count / max(count, 1.0);
  let squares = a.squares + b.squares + difference * difference * a.count * share;
  let none = b.count == 0.0; // by selection: behind a branch each load would wait for the one before
  return Moments(count, select(a.mean + difference * share, a.mean, none), select(squares, a.squares, none));
}

fn finite(value: f32) -> bool { return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = group.x + group.y * groups.x;
  if (c >= CHANNELS) { return; }
  let stride = arrayLength(&partial_mean);
  var own = Moments(0.0, 0.0, 0.0);
  for (var first = lane * CHANNELS + c; first < stride; first += AHEAD * LANES * CHANNELS) {
    var means: array<f32, AHEAD>;
    var squares: array<f32, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) {
      let at = min(first + k * LANES * CHANNELS, stride - CHANNELS + c); // past the last row that one, which then counts for none
      means[k] = partial_mean[at];
      squares[k] = partial_squares[at];
    }
    for (var k = 0u; k < AHEAD; k++) {
      let at = first + k * LANES * CHANNELS;
      // elements at, at + stride, ... of x went into this entry; the last round may not have reached it
      let count = select((ROWS * CHANNELS + stride - 1u - at) / stride, 0u, AHEAD > 1u && at >= stride);
      own = merge(own, Moments(f32(count), means[k], squares[k]));
    }
  }
  shared_moments[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { shared_moments[lane] = merge(shared_moments[lane], shared_moments[lane + half]); }
  }
  if (lane > 0u) { return; }
  let all = shared_moments[0];
  let rows = f32(ROWS);
  let average = f32(x[c]) + all.mean;
  mean[c] = average;
  variance[c] = all.squares / rows;
  if (step.halted != 0u || !finite(average) || !finite(all.squares)) { return; }
  moving_mean[c] = MOMENTUM * moving_mean[c] + KEEP * average;
  // a single row has no variance to correct
  let divisor = select(rows, rows - CORRECTION, ROWS > 1u);
  moving_variance[c] = MOMENTUM * moving_variance[c] + KEEP * (all.squares / divisor);
}
