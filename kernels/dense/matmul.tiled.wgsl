// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// The textbook algorithm for hardware GPUs. A workgroup computes TILE_M x TILE_N elements of y. It walks along k in
// steps of TILE_K: all invocations together copy a TILE_M x TILE_K piece of A and a TILE_K x TILE_N piece of B into
// workgroup memory, then each invocation adds, for its 4 x 4 elements (times ROW_VECTORS * COLUMN_VECTORS), the outer
// products of 4 values of A and 4 of B. A value from storage is so used by a whole row or column of invocations.
// Any sizes. Workgroups: TILES.x * TILES.y * BATCH * SPLIT.

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
const SPLIT: u32 = 1; // slices of k; above 1, y is [batch, SPLIT, m, n], to be summed by reduce-partials.wgsl
const WORKGROUP_M: u32 = 16; // invocations along m and n
const WORKGROUP_N: u32 = 16;
const ROW_VECTORS: u32 = 1; // 4 x 4 blocks of one invocation along m and n
const COLUMN_VECTORS: u32 = 1;
const TILE_K: u32 = 16;
const TILE_M: u32 = WORKGROUP_M * 4 * ROW_VECTORS;
const TILE_N: u32 = WORKGROUP_N * 4 * COLUMN_VECTORS;
const TILES = vec2u((N + TILE_N - 1) / TILE_N, (M + TILE_M - 1) / TILE_M); // of columns and of rows
const INVOCATIONS: u32 = WORKGROUP_M * WORKGROUP_N;
const PITCH_A: u32 = TILE_M / 4 + 1; // one vector more than a row holds, against bank conflicts
const PITCH_B: u32 = TILE_N / 4 + 1;
const SLICE: u32 = (K + SPLIT - 1) / SPLIT;
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

var<workgroup> tile_a: array<vec4f, TILE_K * PITCH_A>; // [k, m / 4]
var<workgroup> tile_b: array<vec4f, TILE_K * PITCH_B>; // [k, n / 4]

fn load_a(start: u32, m: u32, k: u32, end: u32) -> f32 {
  if (m >= M || k >= end) { return 0; }
  return f32(a[start + select(m * K + k, k * M + m, TRANSPOSE_A == 1)]);
}

fn load_b(start: u32, k: u32, n: u32, end: u32) -> f32 {
  if (n >= N || k >= end) { return 0; }
  return f32(b[start + select(k * N + n, n * K + k, TRANSPOSE_B == 1)]);
}

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

fn rate() -> f32 { return step.learning_rate / (1 + DECAY * f32(step.step)); } // of plain gradient descent

@compute @workgroup_size(WORKGROUP_N, WORKGROUP_M)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (workgroup.z * M * N >= arrayLength(&y) || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let row = workgroup.y * TILE_M;
  let column = workgroup.x * TILE_N;
  let start_a = workgroup.z / SPLIT * BATCH_STRIDE_A;
  let start_b = workgroup.z / SPLIT * BATCH_STRIDE_B;
  let first = workgroup.z % SPLIT * SLICE;
  let end = min(first + SLICE, K);

  var sum: array<array<mat4x4f, COLUMN_VECTORS>, ROW_VECTORS>;
  var columns_of_b: array<vec4f, COLUMN_VECTORS>;
  for (var k0 = first; k0 < end; k0 += TILE_K) {
    // Neighbouring invocations read neighbouring addresses: along k or along m (n), as the matrix is stored.
    for (var i = index; i < TILE_K * TILE_M / 4; i += INVOCATIONS) {
      let k = select(i % TILE_K, i / (TILE_M / 4), TRANSPOSE_A == 1);
      let quad = select(i / TILE_K, i % (TILE_M / 4), TRANSPOSE_A == 1);
      let m = row + quad * 4;
      tile_a[k * PITCH_A + quad] = vec4f(load_a(start_a, m, k0 + k, end), load_a(start_a, m + 1, k0 + k, end),
                                         load_a(start_a, m + 2, k0 + k, end), load_a(start_a, m + 3, k0 + k, end));
    }
    for (var i = index; i < TILE_K * TILE_N / 4; i += INVOCATIONS) {
      let k = select(i / (TILE_N / 4), i % TILE_K, TRANSPOSE_B == 1);
      let quad = select(i % (TILE_N / 4), i / TILE_K, TRANSPOSE_B == 1);
      let n = column + quad * 4;
      tile_b[k * PITCH_B + quad] = vec4f(load_b(start_b, k0 + k, n, end), load_b(start_b, k0 + k, n + 1, end),
                                         load_b(start_b, k0 + k, n + 2, end), load_b(start_b, k0 + k, n + 3, end));
    }
    workgroupBarrier();
    for (var k = 0u; k < TILE_K; k++) {
      for (var r = 0u; r < ROW_VECTORS; r++) {
        let rows = tile_a[k * PITCH_A + r * WORKGROUP_M + local.y];
        for (var c = 0u; c < COLUMN_VECTORS; c++) {
          let columns = tile_b[k * PITCH_B + c * WORKGROUP_N + local.x];
          if (COLUMN_SUMS == 1 && r == 0) { columns_of_b[c] += columns; }
          sum[r][c] += mat4x4f(rows.x * columns, rows.y * columns, rows.z * columns, rows.w * columns);
        }
      }
    }
    workgroupBarrier();
  }

  if (COLUMN_SUMS == 1 && row + local.y == 0) {
    for (var i = 0u; i < 4 * COLUMN_VECTORS; i++) {
      let n = column + (i / 4 * WORKGROUP_N + local.x) * 4 + i % 4;
      if (n >= N) { continue; }
      let sum = columns_of_b[i / 4][i % 4];
      if (DESCEND == 1) { column_sums[n] -= rate() * sum; } else { column_sums[n] = sum; }
    }
  }
  for (var r = 0u; r < ROW_VECTORS; r++) {
    for (var c = 0u; c < COLUMN_VECTORS; c++) {
      for (var i = 0u; i < 16; i++) {
        let m = row + (r * WORKGROUP_M + local.y) * 4 + i / 4;
        let n = column + (c * WORKGROUP_N + local.x) * 4 + i % 4;
        if (m >= M || n >= N) { continue; }
        var value = sum[r][c][i / 4][i % 4];
        if (HAS_BIAS == 1) { value += bias[n]; }
        let at = (workgroup.z * M + m) * N + n;
        if (DERIVATIVE > 0) { value *= derivative(f32(kept[at])); }
        if (DESCEND == 1) { y[at] = y_real(f32(y[at]) - rate() * value); } else { y[at] = y_real(activate(value)); }
      }
    }
  }
}
