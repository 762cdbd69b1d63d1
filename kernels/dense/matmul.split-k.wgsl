// y[m, n] = sum over k of A[m, k] * B[k, n], for hardware GPUs, where k is long or tiles are few: GROUPS of a workgroup's invocations
// share the terms, and SPLIT workgroups. Else as matmul.tiled.wgsl: all copy the values of A and B for TILE_K terms to workgroup memory;
// each takes 4 values of A and 4 of B for its 4 x 4 elements (times ROW_VECTORS * COLUMN_VECTORS) and adds their outer product; the
// loads of the next TILE_K terms are on their way meanwhile. Any sizes: reduce-partials.wgsl adds the slices, bias and activation.
// Workgroups: TILES * BATCH * SPLIT.
alias a_real = f32; // element types: the loader makes them f16 for tensors of f16
alias b_real = f32;
alias y_real = f32;
const M: u32 = 64;
const N: u32 = 64;
const K: u32 = 64;
const TRANSPOSE_A: u32 = 0; // 0: A is stored [m, k], 1: [k, m]
const TRANSPOSE_B: u32 = 0; // 0: B is stored [k, n], 1: [n, k]
const BATCH_STRIDE_A: u32 = 0; // values from one matrix of the batch to the next; 0 uses the same for all
const BATCH_STRIDE_B: u32 = 0;
const SPLIT: u32 = 1; // slices of k; y is [batch, SPLIT, m, n]
const WORKGROUP_M: u32 = 8; // invocations of a group along m and n
const WORKGROUP_N: u32 = 8;
const ROW_VECTORS: u32 = 1; // 4 x 4 blocks of one invocation along m and n
const COLUMN_VECTORS: u32 = 1;
const GROUPS: u32 = 1;
const GROUP_K: u32 = 16; // terms of a group in a turn, a multiple of 4
const TILE_K: u32 = GROUP_K * GROUPS;
// Where A and B differ, [0] is of A and [1] of B.
const ROWS = vec2u(M, N);
const STRIDES = vec2u(BATCH_STRIDE_A, BATCH_STRIDE_B);
const ALONG_K = vec2<bool>(TRANSPOSE_A == 0, TRANSPOSE_B == 1); // how they lie: m (or n) by k, else k by m (or n)
const QUADS = vec2u(WORKGROUP_M * ROW_VECTORS, WORKGROUP_N * COLUMN_VECTORS); // vectors of four along m and n of a tile
const TILES = (ROWS + 4 * QUADS - 1) / (4 * QUADS);
const NEAR = select(QUADS, min(QUADS, vec2u(8)), ALONG_K); // those of neighbours: no bank conflicts in workgroup memory
const BLOCKS = QUADS * TILE_K / 4; // of 4 x 4 values to copy in a turn
const RUNS = select(ROWS, vec2u(K), ALONG_K) | STRIDES; // multiples of 4 if every row starts at one
const INVOCATIONS: u32 = WORKGROUP_M * WORKGROUP_N * GROUPS;
const COPIES: u32 = (BLOCKS[0] + BLOCKS[1] + INVOCATIONS - 1) / INVOCATIONS; // blocks for one invocation
const SUMS: u32 = 4 * ROW_VECTORS * COLUMN_VECTORS; // vectors of one invocation
const FINISHERS: u32 = min(GROUPS, 2); // groups that add up what all have summed
const SLICE: u32 = ((K + SPLIT - 1) / SPLIT + 3) / 4 * 4;
const EVEN: bool = K % TILE_K == 0 && SLICE % TILE_K == 0; // no turn goes past the end of its slice
@group(0) @binding(0) var<storage, read> a: array<vec4<a_real>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<b_real>>;
@group(0) @binding(2) var<storage, read_write> y: array<y_real>;
var<workgroup> tile_a: array<array<array<array<array<vec4f, WORKGROUP_M>, ROW_VECTORS>, 4>, GROUP_K / 4>, GROUPS>; // [k, m]
var<workgroup> tile_b: array<array<array<array<array<vec4f, WORKGROUP_N>, COLUMN_VECTORS>, 4>, GROUP_K / 4>, GROUPS>; // [k, n]
var<workgroup> summed: array<array<array<array<vec4f, WORKGROUP_N>, WORKGROUP_M>, GROUPS>, FINISHERS>;

/// Four numbers from `at` on. Where rows do not start at multiples of four, they lie in two vectors.
fn load_a(at: u32) -> vec4f {
  if (RUNS[0] % 4 == 0) { return vec4f(a[at / 4]); }
  return four_of(vec4f(a[at / 4]), vec4f(a[at / 4 + 1]), at % 4);
}
fn load_b(at: u32) -> vec4f {
  if (RUNS[1] % 4 == 0) { return vec4f(b[at / 4]); }
  return four_of(vec4f(b[at / 4]), vec4f(b[at / 4 + 1]), at % 4);
}
fn four_of(low: vec4f, high: vec4f, first: u32) -> vec4f {
  let near = select(low, vec4f(low.zw, high.xy), first >= 2);
  return select(near, vec4f(near.yzw, select(high.x, high.z, first >= 2)), first % 2 == 1);
}
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

@compute @workgroup_size(WORKGROUP_N, WORKGROUP_M, GROUPS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let z = number / (TILES[0] * TILES[1]);
  if (z * M * N >= arrayLength(&y)) { return; } // past the last tile
  let origin = 4 * QUADS * vec2u(number / TILES[1] % TILES[0], number % TILES[1]); // row and column
  let first = z % SPLIT * SLICE;
  let end = min(first + SLICE, K);
  var at: array<vec3u, COPIES>;
  var places: array<vec4u, COPIES>;
  for (var i = 0u; i < COPIES; i++) {
    at[i] = block_at(i, index);
    places[i] = z / SPLIT * STRIDES[at[i][0]] + addresses(at[i][0], first + at[i][1] * 4, origin[at[i][0]] + at[i][2] * 4);
  }

  var sums: array<vec4f, SUMS>;
  for (var k0 = first; ; k0 += TILE_K) {
    var blocks: array<mat4x4f, COPIES>; // their loads are on the way while what is in the tiles is multiplied
    if (k0 < end) {
      for (var i = 0u; i < COPIES; i++) {
        let p = places[i] + (k0 - first) * select(ROWS, vec2u(1), ALONG_K)[at[i][0]];
        if (at[i][0] == 0) { blocks[i] = mat4x4f(load_a(p.x), load_a(p.y), load_a(p.z), load_a(p.w)); }
        else { blocks[i] = mat4x4f(load_b(p.x), load_b(p.y), load_b(p.z), load_b(p.w)); }
      }
    }
    if (k0 > first) {
      for (var k = 0u; k < GROUP_K / 4; k++) {
        for (var j = 0u; j < 4; j++) { // a loop of its own, which compilers unroll
          for (var r = 0u; r < ROW_VECTORS; r++) {
            for (var c = 0u; c < COLUMN_VECTORS; c++) {
              let rows = tile_a[local.z][k][j][r][local.y];
              let columns = tile_b[local.z][k][j][c][local.x];
              let s = 4 * (r * COLUMN_VECTORS + c);
              for (var i = 0u; i < 4; i++) { sums[s + i] = fma(vec4f(rows[i]), columns, sums[s + i]); }
            }
          }
        }
      }
    }
    if (k0 >= end) { break; }
    workgroupBarrier();
    for (var i = 0u; i < COPIES; i++) {
      let side = at[i][0];
      var terms = blocks[i]; // shall be vectors along m (or n), zeros from the end of the slice on
      if (ALONG_K[side]) { terms = transpose(terms); }
      if ((BLOCKS[0] + BLOCKS[1]) % INVOCATIONS > 0 && at[i][2] >= QUADS[side]) { continue; } // no block is left
      let k = vec2u(at[i][1] / (GROUP_K / 4), at[i][1] % (GROUP_K / 4)); // group, and four of its terms
      for (var j = 0u; j < 4; j++) {
        let term = select(vec4f(), terms[j], EVEN || k0 + at[i][1] * 4 + j < end);
        if (side == 0) { tile_a[k[0]][k[1]][j][at[i][2] / WORKGROUP_M][at[i][2] % WORKGROUP_M] = term; }
        else { tile_b[k[0]][k[1]][j][at[i][2] / WORKGROUP_N][at[i][2] % WORKGROUP_N] = term; }
      }
    }
    workgroupBarrier();
  }

  for (var s = 0u; s < SUMS; s += FINISHERS) { // the first group adds sums[s], the second the next one
    var value = sums[s];
    if (GROUPS > 1) {
      workgroupBarrier();
      for (var f = 0u; f < FINISHERS; f++) { summed[f][local.z][local.y][local.x] = sums[s + f]; }
      workgroupBarrier();
      value = vec4f();
      for (var g = 0u; g < GROUPS; g++) { value += summed[min(local.z, FINISHERS - 1)][g][local.y][local.x]; }
    }
    let v = s + local.z;
    let m = origin[0] + (v / (4 * COLUMN_VECTORS) * WORKGROUP_M + local.y) * 4 + v % 4;
    let n = origin[1] + (v / 4 % COLUMN_VECTORS * WORKGROUP_N + local.x) * 4;
    if (local.z < FINISHERS && m < M && n < N) {
      for (var i = 0u; i < 4; i++) {
        if (N % 4 == 0 || n + i < N) { y[(z * M + m) * N + n + i] = y_real(value[i]); }
      }
    }
  }
}
