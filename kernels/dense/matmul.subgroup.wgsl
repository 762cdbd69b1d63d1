// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// One workgroup is one subgroup and computes TILE_M rows by TILE_N columns of y, four k at a time. One invocation (lane) owns
// 4 columns, all rows of them, and keeps their sums in registers. Of A each lane loads only its share of the tile; the others
// get the values by subgroupShuffle. So a tile needs few loads, no workgroup memory and no barrier, which is what a software
// adapter such as lavapipe runs best: there every load is dear.
// Sizes: N % 4 == 0; K % 4 == 0, but with A [k, m] and B [k, n] any K; M % 4 == 0 for A [k, m]; batch strides % 4 == 0.
// Workgroups: TILES.x * TILES.y * BATCH * SPLIT, rows first: a tile finds the columns of B of the one before in a cache.
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
const TILE_M: u32 = 16; // a multiple of 4, at most 4 * SUBGROUP_SIZE
const TILE_N: u32 = SUBGROUP_SIZE * 4;
const TILES = vec2u((M + TILE_M - 1) / TILE_M, (N + TILE_N - 1) / TILE_N); // of rows and of columns
const SHARES: u32 = (TILE_M + SUBGROUP_SIZE - 1) / SUBGROUP_SIZE; // vectors of A that one lane loads, at most 4
const QUADS: u32 = SUBGROUP_SIZE / 4; // a share is this many times four rows
const SLICE: u32 = (K + SPLIT * 4 - 1) / (SPLIT * 4) * 4;
struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4<a_real>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<b_real>>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> kept: array<vec4<kept_real>>; // [batch, m, n]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<y_real>>;
@group(0) @binding(5) var<storage, read_write> column_sums: array<vec4f>; // [n]
@group(0) @binding(6) var<uniform> step: StepState;

/// This lane's share of SUBGROUP_SIZE rows by four k. A [m, k]: four k of one row. A [k, m]: four rows of one k.
fn load_a(start: u32, row: u32, k: u32, lane: u32) -> vec4f {
  if (TRANSPOSE_A == 0) { return vec4f(a[(start + min(row + lane, M - 1) * K + k) / 4]); }
  let step = k + lane / QUADS;
  let value = vec4f(a[(start + min(step, K - 1) * M + min(row + lane % QUADS * 4, M - 4)) / 4]);
  return select(vec4f(), value, K % 4 == 0 || step < K);
}

/// Rows 4 * quad .. + 3 of a share: column i of the result is row i, its four k. The lanes are constants once inlined.
fn block_of_a(share: vec4f, quad: u32) -> mat4x4f {
  let lane = quad * select(4u, 1u, TRANSPOSE_A == 1);
  let next = select(1u, QUADS, TRANSPOSE_A == 1);
  let block = mat4x4f(subgroupShuffle(share, lane), subgroupShuffle(share, lane + next),
                      subgroupShuffle(share, lane + 2 * next), subgroupShuffle(share, lane + 3 * next));
  if (TRANSPOSE_A == 1) { return transpose(block); } else { return block; }
}

/// Four columns of B [k, n] for one k; zeros past the last.
fn row_of_b(start: u32, k: u32, n: u32) -> vec4f {
  return select(vec4f(), vec4f(b[(start + min(k, K - 1) * N + n) / 4]), K % 4 == 0 || k < K);
}

/// Four columns of B for four k: element [i] of the result is B[k + i, n .. n + 3].
fn load_b(start: u32, k: u32, n: u32) -> mat4x4f {
  if (TRANSPOSE_B == 1) {
    let at = (start + n * K + k) / 4;
    return transpose(mat4x4f(vec4f(b[at]), vec4f(b[at + K / 4]), vec4f(b[at + 2 * K / 4]), vec4f(b[at + 3 * K / 4])));
  }
  return mat4x4f(row_of_b(start, k, n), row_of_b(start, k + 1, n), row_of_b(start, k + 2, n), row_of_b(start, k + 3, n));
}

alias Sums = array<mat4x4f, TILE_M / 4>; // in sums[r] column i holds the lane's four columns of row 4 * r + i
fn add_column(sum: vec4f, b: mat4x4f, a: vec4f) -> vec4f {
  return fma(b[3], a.wwww, fma(b[2], a.zzzz, fma(b[1], a.yyyy, fma(b[0], a.xxxx, sum))));
}

/// sum + b * a, by fma: lavapipe would not fuse a product and a sum.
fn add_product(sum: mat4x4f, b: mat4x4f, a: mat4x4f) -> mat4x4f {
  return mat4x4f(add_column(sum[0], b, a[0]), add_column(sum[1], b, a[1]),
                 add_column(sum[2], b, a[2]), add_column(sum[3], b, a[3]));
}

fn add_products(sums: ptr<function, Sums>, s: u32, share: vec4f, block_of_b: mat4x4f) {
  for (var q = 0u; q < QUADS; q++) {
    let r = s * QUADS + q;
    if (r < TILE_M / 4) { sums[r] = add_product(sums[r], block_of_b, block_of_a(share, q)); }
  }
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn activate(x: vec4f) -> vec4f {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, vec4f(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, vec4f(-15), vec4f(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

fn derivative(y: vec4f) -> vec4f { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(vec4f(0), vec4f(1), y > vec4f(0)), y, is_nan(y)); // relu
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
    for (var s = 0u; s < SHARES; s++) { share[s] = load_a(start_a, row + s * SUBGROUP_SIZE, k, lane); }
    let block_of_b = load_b(start_b, k, min(column, N - 4));
    if (COLUMN_SUMS == 1) { column_sum += (block_of_b[0] + block_of_b[1]) + (block_of_b[2] + block_of_b[3]); }
    add_products(&sums, 0, share[0], block_of_b); // by hand: lavapipe does not unroll so long a loop
    if (SHARES > 1) { add_products(&sums, 1, share[1], block_of_b); }
    if (SHARES > 2) { add_products(&sums, 2, share[2], block_of_b); }
    if (SHARES > 3) { add_products(&sums, 3, share[3], block_of_b); }
  }

  var result = sums; // a copy, so that what a variable indexes is not `sums`, which then stays in registers
  if (column >= N || workgroup.z * M * N / 4 >= arrayLength(&y)) { return; } // past the last tile; a return before the loop costs lavapipe a mask
  let rate = step.learning_rate / (1 + DECAY * f32(step.step)); // once: for all a compiler knows, stores to y change it
  if (COLUMN_SUMS == 1 && row == 0) {
    if (DESCEND == 1) { column_sums[column / 4] -= rate * column_sum; } else { column_sums[column / 4] = column_sum; }
  }
  // From no constant, so that compilers do not unroll it: on lavapipe the stores would take most of the compile time.
  for (var m = row; m < min(row + TILE_M, M); m++) {
    var value = result[(m - row) / 4][(m - row) % 4];
    if (HAS_BIAS == 1) { value += vec4f(bias[column], bias[column + 1], bias[column + 2], bias[column + 3]); }
    let at = ((workgroup.z * M + m) * N + column) / 4;
    if (DERIVATIVE > 0) { value *= derivative(vec4f(kept[at])); }
    if (DESCEND == 1) { y[at] = vec4<y_real>(vec4f(y[at]) - rate * value); } else { y[at] = vec4<y_real>(activate(value)); }
  }
}
