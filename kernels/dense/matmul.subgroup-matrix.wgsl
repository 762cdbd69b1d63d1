// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// Experimental (WGRAD_EXPERIMENTAL=subgroup-matrix): the matrix units of a GPU, its tensor cores, by Dawn's subgroup matrices.
// Four subgroups compute TILE x TILE elements of y. All copy a piece of A and one of B, TILE_K of the sum, to workgroup memory,
// rounded to f16 and filled up with zeros; then each multiplies its quarter of the tile, MATRIX_M x MATRIX_K by
// MATRIX_K x MATRIX_N at a time. The sums are f32. Any sizes. Workgroups: TILES.x * TILES.y * BATCH * SPLIT.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup's number is the same in all its invocations

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
const DESCEND: u32 = 0; // 1: y and column_sums are parameters, from which rate times the result is subtracted
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const BATCH_STRIDE_A: u32 = 0; // values from one matrix of the batch to the next; 0 uses the same for all
const BATCH_STRIDE_B: u32 = 0;
const SPLIT: u32 = 1; // slices of k; above 1, y is [batch, SPLIT, m, n], to be summed by reduce-partials.wgsl
const SUBGROUP_SIZE: u32 = 32; // must be the adapter's, at least 16
const MATRIX_M: u32 = 16; // one of the adapter's sizes for f16 with sums in f32; each divides 32
const MATRIX_N: u32 = 16;
const MATRIX_K: u32 = 16;
const TILE: u32 = 64;
const TILES = vec2u((N + TILE - 1) / TILE, (M + TILE - 1) / TILE); // of columns and of rows
const TILE_K: u32 = 32;
const QUARTER: u32 = TILE / 2; // rows and columns of one subgroup
const INVOCATIONS: u32 = 4 * SUBGROUP_SIZE;
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
var<workgroup> tile_a: array<f16, TILE * TILE_K>; // [m, k]
var<workgroup> tile_b: array<f16, TILE_K * TILE>; // [k, n]
var<workgroup> half_y: array<f32, QUARTER * TILE>; // [m, n]

alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

fn load_a(start: u32, m: u32, k: u32, end: u32) -> f16 {
  if (m >= M || k >= end) { return 0; }
  return f16(a[start + select(m * K + k, k * M + m, TRANSPOSE_A == 1)]);
}

fn load_b(start: u32, k: u32, n: u32, end: u32) -> f16 {
  if (n >= N || k >= end) { return 0; }
  return f16(b[start + select(k * N + n, n * K + k, TRANSPOSE_B == 1)]);
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

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) index: u32) {
  let rate = step.learning_rate / (1 + DECAY * f32(step.step));
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (workgroup.z * M * N >= arrayLength(&y) || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let row = workgroup.y * TILE;
  let column = workgroup.x * TILE;
  let start_a = workgroup.z / SPLIT * BATCH_STRIDE_A;
  let start_b = workgroup.z / SPLIT * BATCH_STRIDE_B;
  let first = workgroup.z % SPLIT * SLICE;
  let end = min(first + SLICE, K);
  let own_row = index / SUBGROUP_SIZE / 2 * QUARTER; // of this subgroup's quarter in the tile
  let own_column = index / SUBGROUP_SIZE % 2 * QUARTER;
  var sums: array<array<Result, QUARTER / MATRIX_N>, QUARTER / MATRIX_M>;
  var column_sum = 0f;
  for (var k0 = first; k0 < end; k0 += TILE_K) {
    // Neighbouring invocations read neighbouring addresses: along k or along m (n), as the matrix is stored.
    for (var i = index; i < TILE * TILE_K; i += INVOCATIONS) {
      let m = select(i / TILE_K, i % TILE, TRANSPOSE_A == 1);
      let k = select(i % TILE_K, i / TILE, TRANSPOSE_A == 1);
      tile_a[m * TILE_K + k] = load_a(start_a, row + m, k0 + k, end);
    }
    for (var i = index; i < TILE * TILE_K; i += INVOCATIONS) {
      let n = select(i % TILE, i / TILE_K, TRANSPOSE_B == 1);
      let k = select(i / TILE, i % TILE_K, TRANSPOSE_B == 1);
      tile_b[k * TILE + n] = load_b(start_b, k0 + k, column + n, end);
    }
    workgroupBarrier();
    for (var k = 0u; k < TILE_K; k += MATRIX_K) {
      for (var r = 0u; r < QUARTER / MATRIX_M; r++) {
        let left = subgroupMatrixLoad<Left, row_major>(&tile_a, (own_row + r * MATRIX_M) * TILE_K + k, TILE_K);
        for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
          let right = subgroupMatrixLoad<Right, row_major>(&tile_b, k * TILE + own_column + c * MATRIX_N, TILE);
          sums[r][c] = subgroupMatrixMultiplyAccumulate(left, right, sums[r][c]);
        }
      }
    }
    if (COLUMN_SUMS == 1 && index < TILE) {
      for (var k = 0u; k < TILE_K; k++) { column_sum += f32(tile_b[k * TILE + index]); }
    }
    workgroupBarrier();
  }
  if (COLUMN_SUMS == 1 && row == 0 && index < TILE && column + index < N) {
    column_sums[column + index] = select(column_sum, column_sums[column + index] - rate * column_sum, DESCEND == 1);
  }
  for (var half = 0u; half < TILE; half += QUARTER) { // one half of the rows after the other, to fit in 16 KiB
    for (var r = 0u; r < QUARTER / MATRIX_M && own_row == half; r++) {
      for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
        subgroupMatrixStore<row_major>(&half_y, r * MATRIX_M * TILE + own_column + c * MATRIX_N, sums[r][c], TILE);
      }
    }
    workgroupBarrier();
    for (var i = index; i < QUARTER * TILE; i += INVOCATIONS) {
      let m = row + half + i / TILE;
      let n = column + i % TILE;
      if (m >= M || n >= N) { continue; }
      let at = (workgroup.z * M + m) * N + n;
      var value = half_y[i];
      if (HAS_BIAS == 1) { value += bias[n]; }
      if (DERIVATIVE > 0) { value *= derivative(f32(kept[at])); }
      if (DESCEND == 1) { y[at] = y_real(f32(y[at]) - rate * value); } else { y[at] = y_real(activate(value)); }
    }
    workgroupBarrier();
  }
}
