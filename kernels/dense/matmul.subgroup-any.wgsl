// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// For software adapters, any sizes: the tile of matmul.subgroup.wgsl, but numbers are loaded one by one, not four at a time. One
// workgroup is one subgroup; a lane owns 4 columns and loads, of every SUBGROUP_SIZE rows of A, one row, which the others get by
// subgroupShuffle.
// Workgroups: TILES.x * TILES.y * BATCH * SPLIT, rows first, as there.
enable subgroups;
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
const SUBGROUP_SIZE: u32 = 8; // must be the adapter's
const TILE_M: u32 = 16; // at most 4 * SUBGROUP_SIZE
const TILE_N: u32 = SUBGROUP_SIZE * 4;
const TILES = vec2u((M + TILE_M - 1) / TILE_M, (N + TILE_N - 1) / TILE_N); // of rows and of columns
const SHARES: u32 = (TILE_M + SUBGROUP_SIZE - 1) / SUBGROUP_SIZE; // rows of A that one lane loads, at most 4
const SLICE: u32 = (K + SPLIT * 4 - 1) / (SPLIT * 4) * 4;

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

// Zero past the end of the sum; rows and columns past the last are computed and not stored.
fn a_value(start: u32, row: u32, term: u32) -> f32 {
  let m = min(row, M - 1);
  let k = min(term, K - 1);
  return select(0, f32(a[start + select(m * K + k, k * M + m, TRANSPOSE_A == 1)]), term < K);
}

fn b_value(start: u32, term: u32, column: u32) -> f32 {
  let n = min(column, N - 1);
  let k = min(term, K - 1);
  return select(0, f32(b[start + select(k * N + n, n * K + k, TRANSPOSE_B == 1)]), term < K);
}

// Four k of one row of A.
fn share_of_a(start: u32, m: u32, k: u32) -> vec4f {
  return vec4f(a_value(start, m, k), a_value(start, m, k + 1), a_value(start, m, k + 2), a_value(start, m, k + 3));
}

// Four columns of B for one k.
fn row_of_b(start: u32, k: u32, n: u32) -> vec4f {
  return vec4f(b_value(start, k, n), b_value(start, k, n + 1), b_value(start, k, n + 2), b_value(start, k, n + 3));
}

alias Sums = array<vec4f, TILE_M>; // [row], the lane's four columns

// The products of SUBGROUP_SIZE rows; by fma, since lavapipe would not fuse a product and a sum.
fn add_products(sums: ptr<function, Sums>, first: u32, share: vec4f, b: mat4x4f) {
  for (var l = 0u; l < SUBGROUP_SIZE; l++) {
    let a = subgroupShuffle(share, l);
    let r = first + l;
    if (r < TILE_M) { sums[r] = fma(b[3], a.wwww, fma(b[2], a.zzzz, fma(b[1], a.yyyy, fma(b[0], a.xxxx, sums[r])))); }
  }
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

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (DESCEND == 1 && step.halted != 0) { return; }
  let row = workgroup.x * TILE_M;
  let column = workgroup.y * TILE_N + lane * 4; // the first of this lane's columns
  let start_a = workgroup.z / SPLIT * BATCH_STRIDE_A;
  let start_b = workgroup.z / SPLIT * BATCH_STRIDE_B;
  let first = workgroup.z % SPLIT * SLICE;

  var sums: Sums;
  var column_sum = vec4f();
  for (var k = first; k < min(first + SLICE, K); k += 4) {
    var share: array<vec4f, 4>;
    for (var s = 0u; s < SHARES; s++) { share[s] = share_of_a(start_a, row + s * SUBGROUP_SIZE + lane, k); }
    let rows_of_b = mat4x4f(row_of_b(start_b, k, column), row_of_b(start_b, k + 1, column),
                            row_of_b(start_b, k + 2, column), row_of_b(start_b, k + 3, column));
    if (COLUMN_SUMS == 1) { column_sum += (rows_of_b[0] + rows_of_b[1]) + (rows_of_b[2] + rows_of_b[3]); }
    add_products(&sums, 0, share[0], rows_of_b); // by hand: lavapipe does not unroll so long a loop
    if (SHARES > 1) { add_products(&sums, SUBGROUP_SIZE, share[1], rows_of_b); }
    if (SHARES > 2) { add_products(&sums, 2 * SUBGROUP_SIZE, share[2], rows_of_b); }
    if (SHARES > 3) { add_products(&sums, 3 * SUBGROUP_SIZE, share[3], rows_of_b); }
  }

  var result = sums; // a copy, so that what a variable indexes is not `sums`, which then stays in registers
  if (workgroup.z * M * N >= arrayLength(&y)) { return; } // past the last tile; a return before the loop costs lavapipe a mask
  let rate = step.learning_rate / (1 + DECAY * f32(step.step)); // once: for all a compiler knows, stores to y change it
  for (var j = 0u; j < 4; j++) {
    let n = column + j;
    if (n >= N) { break; }
    if (COLUMN_SUMS == 1 && row == 0) {
      if (DESCEND == 1) { column_sums[n] -= rate * column_sum[j]; } else { column_sums[n] = column_sum[j]; }
    }
    // From no constant, so that compilers do not unroll it: on lavapipe the stores would take most of the compile time.
    for (var m = row; m < min(row + TILE_M, M); m++) {
      var value = result[m - row][j];
      if (HAS_BIAS == 1) { value += bias[n]; }
      let at = (workgroup.z * M + m) * N + n;
      if (DERIVATIVE > 0) { value *= derivative(f32(kept[at])); }
      if (DESCEND == 1) { y[at] = y_real(f32(y[at]) - rate * value); } else { y[at] = y_real(activate(value)); }
    }
  }
}
