// Convolution, forward, on the matrix units of a GPU, its tensor cores, by Dawn's subgroup matrices (any shape):
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of
//                       image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * filters[kh, kw, c, k])
//
// Experimental (WGRAD_EXPERIMENTAL=subgroup-matrix). A matrix product as in forward.tiled.wgsl: rows are the output positions,
// columns the filters k, and the sum runs over q = (kh, kw, c). Four subgroups compute TILE rows by TILE columns. All copy DEPTH
// terms of both matrices to workgroup memory, rounded to f16, zeros outside; then each multiplies its quarter of the tile,
// MATRIX_M x MATRIX_K by MATRIX_K x MATRIX_N at a time. The sums are f32.
// Workgroups: COLUMN_TILES * ceil(BATCH * OUT_HEIGHT * OUT_WIDTH / TILE).
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup's number is the same in all its invocations

alias image_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const BATCH: u32 = 2;
const HEIGHT: u32 = 8;
const WIDTH: u32 = 8;
const CHANNELS: u32 = 4;
const KERNEL_HEIGHT: u32 = 3;
const KERNEL_WIDTH: u32 = 3;
const FILTERS: u32 = 8;
const OUT_HEIGHT: u32 = 8;
const OUT_WIDTH: u32 = 8;
const STRIDE_HEIGHT: u32 = 1;
const STRIDE_WIDTH: u32 = 1;
const DILATION_HEIGHT: u32 = 1;
const DILATION_WIDTH: u32 = 1;
const PAD_TOP: u32 = 1;
const PAD_LEFT: u32 = 1;
const HAS_BIAS: u32 = 1; // 0: another buffer is bound as bias and not read
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh
const SUBGROUP_SIZE: u32 = 32; // must be the adapter's, at least 16
const MATRIX_M: u32 = 16; // one of the adapter's sizes for f16 with sums in f32; each divides 32
const MATRIX_N: u32 = 16;
const MATRIX_K: u32 = 16;

const TILE: u32 = 64;
const COLUMN_TILES: u32 = (FILTERS + TILE - 1) / TILE;
const DEPTH: u32 = 32;
const QUARTER: u32 = TILE / 2; // rows and columns of one subgroup
const INVOCATIONS: u32 = 4 * SUBGROUP_SIZE;
const LANES: u32 = 16; // neighbouring invocations that copy neighbouring terms of one row of patches
const STEP: u32 = INVOCATIONS / LANES; // from one row that an invocation copies to the next
const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const OUTSIDE: u32 = 0x40000000; // a row below any image; so is twice this

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>; // [n, oh, ow, k]

var<workgroup> tile_a: array<f16, TILE * DEPTH>; // [row, term]
var<workgroup> tile_b: array<f16, DEPTH * TILE>; // [term, column]
var<workgroup> half_y: array<f32, QUARTER * TILE>; // [row, column]

alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

// Where an element of the patches lies, (row, column, address), is the sum of what its position and its term say: the divisions
// that take both apart are done once for each. Above and left of the image the sums wrap around to huge numbers.
fn position_at(position: u32) -> vec3u {
  let h = position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT - PAD_TOP;
  let w = position % OUT_WIDTH * STRIDE_WIDTH - PAD_LEFT;
  let n = position / (OUT_HEIGHT * OUT_WIDTH);
  return vec3u(select(OUTSIDE, h, position < POSITIONS), w, ((n * HEIGHT + h) * WIDTH + w) * CHANNELS);
}

fn term_at(q: u32) -> vec3u {
  let h = q / (CHANNELS * KERNEL_WIDTH) * DILATION_HEIGHT;
  let w = q / CHANNELS % KERNEL_WIDTH * DILATION_WIDTH;
  return vec3u(select(OUTSIDE, h, q < TERMS), w, (h * WIDTH + w) * CHANNELS + q % CHANNELS);
}

fn image_value(at: vec3u) -> f16 {
  if (at.x >= HEIGHT || at.y >= WIDTH) { return 0; }
  return f16(image[at.z]);
}

fn weight(q: u32, k: u32) -> f16 {
  if (q >= TERMS || k >= FILTERS) { return 0; }
  return f16(filters[q * FILTERS + k]);
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec2u(number % COLUMN_TILES, number / COLUMN_TILES);
  let row = workgroup.y * TILE;
  let column = workgroup.x * TILE;
  let own_row = index / SUBGROUP_SIZE / 2 * QUARTER; // of this subgroup's quarter in the tile
  let own_column = index / SUBGROUP_SIZE % 2 * QUARTER;
  var positions: array<vec3u, TILE / STEP>;
  for (var i = 0u; i < TILE / STEP; i++) { positions[i] = position_at(row + index / LANES + i * STEP); }
  var sums: array<array<Result, QUARTER / MATRIX_N>, QUARTER / MATRIX_M>;
  for (var q = 0u; q < TERMS; q += DEPTH) {
    for (var t = index % LANES; t < DEPTH; t += LANES) {
      let term = term_at(q + t);
      for (var i = 0u; i < TILE / STEP; i++) {
        tile_a[(index / LANES + i * STEP) * DEPTH + t] = image_value(positions[i] + term);
      }
    }
    for (var i = index; i < DEPTH * TILE; i += INVOCATIONS) { tile_b[i] = weight(q + i / TILE, column + i % TILE); }
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t += MATRIX_K) {
      for (var r = 0u; r < QUARTER / MATRIX_M; r++) {
        let left = subgroupMatrixLoad<Left, row_major>(&tile_a, (own_row + r * MATRIX_M) * DEPTH + t, DEPTH);
        for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
          let right = subgroupMatrixLoad<Right, row_major>(&tile_b, t * TILE + own_column + c * MATRIX_N, TILE);
          sums[r][c] = subgroupMatrixMultiplyAccumulate(left, right, sums[r][c]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var half = 0u; half < TILE; half += QUARTER) { // one half of the rows after the other, to fit in 16 KiB
    for (var r = 0u; r < QUARTER / MATRIX_M && own_row == half; r++) {
      for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
        subgroupMatrixStore<row_major>(&half_y, r * MATRIX_M * TILE + own_column + c * MATRIX_N, sums[r][c], TILE);
      }
    }
    workgroupBarrier();
    for (var i = index; i < QUARTER * TILE; i += INVOCATIONS) {
      let position = row + half + i / TILE;
      let k = column + i % TILE;
      if (position >= POSITIONS || k >= FILTERS) { continue; }
      y[position * FILTERS + k] = y_real(activate(half_y[i] + select(0, bias[k], HAS_BIAS == 1)));
    }
    workgroupBarrier();
  }
}
