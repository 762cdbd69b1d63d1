// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// One invocation computes one element of y. This is the version to read first; the others compute the same faster.
// Any sizes. Workgroups: TILES.x * TILES.y * BATCH.

alias a_real = f32; // element types: the loader makes them f16 for tensors of f16
alias b_real = f32;
alias kept_real = f32;
alias y_real = f32;

const M: u32 = 64;
const N: u32 = 64;
const K: u32 = 64;
const TRANSPOSE_A: u32 = 0; // 0: A is stored [m, k], 1: [k, m]
const TRANSPOSE_B: u32 = 0; // 0: B is stored [k, n], 1: [n, k]
const HAS_BIAS: u32 = 0;
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh
const DERIVATIVE: u32 = 0; // y is also multiplied by activation'(kept): 1 relu, 2 sigmoid, 3 tanh; 0 not
const COLUMN_SUMS: u32 = 0; // 1: column_sums[n] = sum over k of B[k, n] is written too (SPLIT 1, BATCH 1)
const DESCEND: u32 = 0; // 1: y and column_sums are parameters, and rate * what would be written is subtracted from them
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const BATCH_STRIDE_A: u32 = 0; // values from one matrix of the batch to the next; 0 uses the same for all
const BATCH_STRIDE_B: u32 = 0;

const TILES = vec2u((N + 8 - 1) / 8, (M + 8 - 1) / 8); // of columns and of rows

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> a: array<a_real>;
@group(0) @binding(1) var<storage, read> b: array<b_real>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> kept: array<kept_real>; // [batch, m, n]
@group(0) @binding(4) var<storage, read_write> y: array<y_real>;
@group(0) @binding(5) var<storage, read_write> column_sums: array<f32>; // [n]
@group(0) @binding(6) var<uniform> step: StepState;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
}

/// Of plain gradient descent.
fn rate() -> f32 { return step.learning_rate / (1 + DECAY * f32(step.step)); }

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u) {
  if (DESCEND == 1 && step.halted != 0) { return; }
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let n = workgroup.x * 8 + local.x;
  let m = workgroup.y * 8 + local.y;
  let batch = workgroup.z;
  if (m >= M || n >= N || batch * M * N >= arrayLength(&y)) { return; }

  var sum = 0f;
  var column_sum = 0f;
  for (var k = 0u; k < K; k++) {
    let at_a = select(m * K + k, k * M + m, TRANSPOSE_A == 1);
    let at_b = select(k * N + n, n * K + k, TRANSPOSE_B == 1);
    sum += f32(a[batch * BATCH_STRIDE_A + at_a]) * f32(b[batch * BATCH_STRIDE_B + at_b]);
    column_sum += f32(b[batch * BATCH_STRIDE_B + at_b]);
  }
  if (COLUMN_SUMS == 1 && m == 0) {
    if (DESCEND == 1) { column_sums[n] -= rate() * column_sum; } else { column_sums[n] = column_sum; }
  }
  if (HAS_BIAS == 1) { sum += bias[n]; }
  let at = (batch * M + m) * N + n;
  if (DERIVATIVE > 0) { sum *= derivative(f32(kept[at])); }
  if (DESCEND == 1) { y[at] = y_real(f32(y[at]) - rate() * sum); } else { y[at] = y_real(activate(sum)); }
}
