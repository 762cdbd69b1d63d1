// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// One invocation computes TILE_M x TILE_N elements of y (each 4 or 8) and keeps them in registers: for each k it loads
// TILE_M values of A and TILE_N of B and adds their outer product, so that a loaded value is used 4 or 8 times.
// No workgroup memory, no subgroups, written out instead of looped over arrays: what software adapters without
// subgroups run best, and the fallback where the sizes do not suit the other variants.
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
const TILE_M: u32 = 4;
const TILE_N: u32 = 4;
const WORKGROUP_M: u32 = 8;
const WORKGROUP_N: u32 = 8;

const TILES = vec2u((N + TILE_N * WORKGROUP_N - 1) / (TILE_N * WORKGROUP_N), (M + TILE_M * WORKGROUP_M - 1) / (TILE_M * WORKGROUP_M)); // of columns and of rows
const SLICE: u32 = (K + SPLIT - 1) / SPLIT;
const A_ROW: u32 = select(K, 1u, TRANSPOSE_A == 1); // from A[m, k] to A[m + 1, k]
const A_STEP: u32 = select(1u, M, TRANSPOSE_A == 1); // from A[m, k] to A[m, k + 1]
const B_COLUMN: u32 = select(1u, K, TRANSPOSE_B == 1);
const B_STEP: u32 = select(N, 1u, TRANSPOSE_B == 1);

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

fn load_a(at: vec4u) -> vec4f { return vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w])); }
fn load_b(at: vec4u) -> vec4f { return vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w])); }

/// Four rows of the outer product: column i of the matrix is rows[i] * columns.
fn outer(rows: vec4f, columns: vec4f) -> mat4x4f {
  return mat4x4f(rows.x * columns, rows.y * columns, rows.z * columns, rows.w * columns);
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

fn store(sum: mat4x4f, row: u32, column: u32, z: u32) {
  for (var m = row; m < min(row + 4, M); m++) {
    for (var n = column; n < min(column + 4, N); n++) {
      var value = sum[m - row][n - column];
      if (HAS_BIAS == 1) { value += bias[n]; }
      let at = (z * M + m) * N + n;
      if (DERIVATIVE > 0) { value *= derivative(f32(kept[at])); }
      if (DESCEND == 1) { y[at] = y_real(f32(y[at]) - rate() * value); } else { y[at] = y_real(activate(value)); }
    }
  }
}

/// Of plain gradient descent.
fn rate() -> f32 { return step.learning_rate / (1 + DECAY * f32(step.step)); }

@compute @workgroup_size(WORKGROUP_N, WORKGROUP_M)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (workgroup.z * M * N >= arrayLength(&y) || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let row = (workgroup.y * WORKGROUP_M + local.y) * TILE_M;
  let column = (workgroup.x * WORKGROUP_N + local.x) * TILE_N;
  if (row >= M || column >= N) { return; }
  let batch = workgroup.z / SPLIT;
  let first = workgroup.z % SPLIT * SLICE;

  // Rows and columns beyond the matrix read its last ones and are not stored.
  let four = vec4u(0, 1, 2, 3);
  let start_a = batch * BATCH_STRIDE_A + first * A_STEP;
  let start_b = batch * BATCH_STRIDE_B + first * B_STEP;
  var at_a0 = start_a + min(row + four, vec4u(M - 1)) * A_ROW;
  var at_a1 = start_a + min(row + 4 + four, vec4u(M - 1)) * A_ROW;
  var at_b0 = start_b + min(column + four, vec4u(N - 1)) * B_COLUMN;
  var at_b1 = start_b + min(column + 4 + four, vec4u(N - 1)) * B_COLUMN;

  var sum00 = mat4x4f(); // sum<half of the rows><half of the columns>
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  var columns0 = vec4f();
  var columns1 = vec4f();
  // The factor is 1, which no compiler knows: Mesa would unroll a short sum, and took 1.9 s instead of 0.2 to compile it.
  let end = min(first + SLICE, K) * min(workgroups.z, 1);
  for (var k = first; k < end; k++) {
    let a0 = load_a(at_a0);
    let b0 = load_b(at_b0);
    sum00 += outer(a0, b0);
    if (COLUMN_SUMS == 1) { columns0 += b0; }
    at_a0 += A_STEP;
    at_b0 += B_STEP;
    if (TILE_N == 8) {
      let b1 = load_b(at_b1);
      sum01 += outer(a0, b1);
      if (COLUMN_SUMS == 1) { columns1 += b1; }
      at_b1 += B_STEP;
      if (TILE_M == 8) { sum11 += outer(load_a(at_a1), b1); }
    }
    if (TILE_M == 8) {
      sum10 += outer(load_a(at_a1), b0);
      at_a1 += A_STEP;
    }
  }
  if (COLUMN_SUMS == 1 && row == 0) {
    for (var n = column; n < min(column + TILE_N, N); n++) {
      let sum = select(columns1[(n - column) % 4], columns0[(n - column) % 4], n < column + 4);
      if (DESCEND == 1) { column_sums[n] -= rate() * sum; } else { column_sums[n] = sum; }
    }
  }
  store(sum00, row, column, workgroup.z);
  if (TILE_N == 8) { store(sum01, row, column + 4, workgroup.z); }
  if (TILE_M == 8) { store(sum10, row + 4, column, workgroup.z); }
  if (TILE_M == 8 && TILE_N == 8) { store(sum11, row + 4, column + 4, workgroup.z); }
}
