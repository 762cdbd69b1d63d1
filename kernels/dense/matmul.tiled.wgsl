// y[m, n] = activation( sum over k of A[m, k] * B[k, n] + bias[n] )
// For hardware GPUs and large products. A workgroup computes a tile of y: for TILE_K terms after the other, all its invocations copy
// the values of A and B to workgroup memory. From there each takes, for its 4 x 4 elements (times ROW_VECTORS * COLUMN_VECTORS), 4 values
// of A and 4 of B and adds their outer product. The loads of the next TILE_K terms are on their way meanwhile, in vectors of four: for
// sizes of which fitsTiles() says that all rows start at one. matmul.split-k.wgsl takes any. Workgroups: TILES.
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
const DESCEND: u32 = 0; // 1: y is parameters, and rate * what would be written is subtracted from them
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const WORKGROUP_M: u32 = 8; // invocations along m and n
const WORKGROUP_N: u32 = 8;
const ROW_VECTORS: u32 = 1; // 4 x 4 blocks of one invocation along m and n
const COLUMN_VECTORS: u32 = 1;
const TILE_K: u32 = 16; // a multiple of 4
// Where A and B differ, [0] is of A and [1] of B.
const ROWS = vec2u(M, N);
const ALONG_K = vec2<bool>(TRANSPOSE_A == 0, TRANSPOSE_B == 1); // how they lie: m (or n) by k, else k by m (or n)
const QUADS = vec2u(WORKGROUP_M * ROW_VECTORS, WORKGROUP_N * COLUMN_VECTORS); // vectors of four along m and n of a tile
const TILES = (ROWS + 4 * QUADS - 1) / (4 * QUADS);
const NEAR = select(QUADS, min(QUADS, vec2u(8)), ALONG_K); // those of neighbours: no bank conflicts in workgroup memory
const BLOCKS = QUADS * TILE_K / 4; // of 4 x 4 values to copy at a time
const INVOCATIONS: u32 = WORKGROUP_M * WORKGROUP_N;
const COPIES: u32 = (BLOCKS[0] + BLOCKS[1]) / INVOCATIONS; // blocks for one invocation, all the same number
const SUMS: u32 = 4 * ROW_VECTORS * COLUMN_VECTORS; // vectors of one invocation
struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}
@group(0) @binding(0) var<storage, read> a: array<vec4<a_real>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<b_real>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> kept: array<vec4<kept_real>>; // [m, n]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<y_real>>;
@group(0) @binding(5) var<uniform> step: StepState;
var<workgroup> tile_a: array<array<array<array<vec4f, WORKGROUP_M>, ROW_VECTORS>, 4>, TILE_K / 4>; // [k, m]
var<workgroup> tile_b: array<array<array<array<vec4f, WORKGROUP_N>, COLUMN_VECTORS>, 4>, TILE_K / 4>; // [k, n]

/// Of the i-th block that an invocation copies: 0 if it is of A, 1 if of B; which four k; which four m (or n).
fn block_at(i: u32, index: u32) -> vec3u {
  let number = index + i * INVOCATIONS;
  let side = select(u32(i >= BLOCKS[0] / INVOCATIONS), u32(number >= BLOCKS[0]), BLOCKS[0] % INVOCATIONS > 0);
  let block = number - side * BLOCKS[0];
  return vec3u(side, block / NEAR[side] % (TILE_K / 4), block / (NEAR[side] * TILE_K / 4) * NEAR[side] + block % NEAR[side]);
}
/// Where the four rows of a block start, in memory; past the last row of the matrix it is the last.
fn addresses(side: u32, k: u32, m: u32) -> vec4u {
  let four = vec4u(0, 1, 2, 3);
  if (ALONG_K[side]) { return min(m + four, vec4u(ROWS[side] - 1)) * K + k; }
  return (k + four) * ROWS[side] + min(m, ROWS[side] - 1);
}
fn load_a(at: u32) -> vec4f { return vec4f(a[at / 4]); }
fn load_b(at: u32) -> vec4f { return vec4f(b[at / 4]); }
fn place_of(s: u32, local: vec3u) -> vec2u { // row and column in the tile of an invocation's sums[s]
  return 4 * vec2u(s / (4 * COLUMN_VECTORS) * WORKGROUP_M + local.y, s / 4 % COLUMN_VECTORS * WORKGROUP_N + local.x) + vec2u(s % 4, 0);
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

@compute @workgroup_size(WORKGROUP_N, WORKGROUP_M)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  if (number >= TILES[0] * TILES[1] || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let origin = 4 * QUADS * vec2u(number / TILES[1], number % TILES[1]); // row and column
  var at: array<vec3u, COPIES>;
  var places: array<vec4u, COPIES>;
  for (var i = 0u; i < COPIES; i++) {
    at[i] = block_at(i, index);
    places[i] = addresses(at[i][0], at[i][1] * 4, origin[at[i][0]] + at[i][2] * 4);
  }
  var sums: array<vec4f, SUMS>;
  for (var k0 = 0u; ; k0 += TILE_K) {
    var blocks: array<mat4x4f, COPIES>; // their loads are on the way while what is in the tiles is multiplied
    if (k0 < K) {
      for (var i = 0u; i < COPIES; i++) {
        let p = places[i] + k0 * select(ROWS, vec2u(1), ALONG_K)[at[i][0]];
        if (at[i][0] == 0) { blocks[i] = mat4x4f(load_a(p.x), load_a(p.y), load_a(p.z), load_a(p.w)); }
        else { blocks[i] = mat4x4f(load_b(p.x), load_b(p.y), load_b(p.z), load_b(p.w)); }
      }
    }
    if (k0 > 0) {
      for (var k = 0u; k < TILE_K / 4; k++) {
        for (var j = 0u; j < 4; j++) { // a loop of its own, which compilers unroll
          for (var r = 0u; r < ROW_VECTORS; r++) {
            for (var c = 0u; c < COLUMN_VECTORS; c++) {
              let rows = tile_a[k][j][r][local.y];
              let columns = tile_b[k][j][c][local.x];
              let s = 4 * (r * COLUMN_VECTORS + c);
              for (var i = 0u; i < 4; i++) { sums[s + i] = fma(vec4f(rows[i]), columns, sums[s + i]); }
            }
          }
        }
      }
    }
    if (k0 >= K) { break; }
    workgroupBarrier();
    for (var i = 0u; i < COPIES; i++) {
      let side = at[i][0];
      var terms = blocks[i]; // shall be vectors along m (or n), zeros from K on
      if (ALONG_K[side]) { terms = transpose(terms); }
      for (var j = 0u; j < 4; j++) {
        let term = select(vec4f(), terms[j], K % TILE_K == 0 || k0 + at[i][1] * 4 + j < K);
        if (side == 0) { tile_a[at[i][1]][j][at[i][2] / WORKGROUP_M][at[i][2] % WORKGROUP_M] = term; }
        else { tile_b[at[i][1]][j][at[i][2] / WORKGROUP_N][at[i][2] % WORKGROUP_N] = term; }
      }
    }
    workgroupBarrier();
  }

  let rate = step.learning_rate / (1 + DECAY * f32(step.step)); // of plain gradient descent
  var before: array<vec4f, SUMS>; // all that is needed of y or kept is read before the first store
  for (var s = 0u; s < SUMS; s++) {
    let to = min(origin + place_of(s, local), ROWS - 1);
    if (DERIVATIVE > 0) { before[s] = vec4f(kept[(to[0] * N + to[1]) / 4]); }
    if (DESCEND == 1) { before[s] = vec4f(y[(to[0] * N + to[1]) / 4]); }
  }
  for (var s = 0u; s < SUMS; s++) {
    let to = origin + place_of(s, local);
    if (to[0] < M && to[1] < N) {
      var value = sums[s];
      if (HAS_BIAS == 1) { value += bias[to[1] / 4]; }
      if (DERIVATIVE > 0) { value *= derivative(before[s]); }
      value = select(activate(value), before[s] - rate * value, DESCEND == 1);
      y[(to[0] * N + to[1]) / 4] = vec4<y_real>(value);
    }
  }
}
