// Convolution, gradient with respect to its input, on the matrix units of a GPU, by Dawn's subgroup matrices (any shape):
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// Experimental (WGRAD_EXPERIMENTAL=subgroup-matrix). A matrix product as in input-gradient.tiled.wgsl: rows are the pixels,
// columns the channels c, and the sum runs over q = (kh, kw, k). Four subgroups compute TILE rows by TILE columns. All copy DEPTH
// terms of both matrices to workgroup memory, rounded to f16, zeros outside; then each multiplies its quarter of the tile,
// MATRIX_M x MATRIX_K by MATRIX_K x MATRIX_N at a time. The sums are f32.
// Workgroups: COLUMN_TILES * ceil(BATCH * HEIGHT * WIDTH / TILE).
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup's number is the same in all its invocations

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias image_real = f32;
alias dx_real = f32;

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
const DERIVATIVE: u32 = 0; // dx is also multiplied by activation'(z) where image = activation(z): 1 relu, 2 sigmoid, 3 tanh; 0 not
const SUBGROUP_SIZE: u32 = 32; // must be the adapter's, at least 16
const MATRIX_M: u32 = 16; // one of the adapter's sizes for f16 with sums in f32; each divides 32
const MATRIX_N: u32 = 16;
const MATRIX_K: u32 = 16;

const TILE: u32 = 64;
const COLUMN_TILES: u32 = (CHANNELS + TILE - 1) / TILE;
const DEPTH: u32 = 32;
const QUARTER: u32 = TILE / 2; // rows and columns of one subgroup
const INVOCATIONS: u32 = 4 * SUBGROUP_SIZE;
const LANES: u32 = 16; // neighbouring invocations that copy neighbouring terms of one row or column
const STEP: u32 = INVOCATIONS / LANES; // from one row or column that an invocation copies to the next
const PIXELS: u32 = BATCH * HEIGHT * WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * FILTERS;
const OUTSIDE: u32 = 0x40000000; // a row far below any output; so is twice this

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> image: array<image_real>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<dx_real>; // [n, h, w, c]

var<workgroup> tile_a: array<f16, TILE * DEPTH>; // [row, term]
var<workgroup> tile_b: array<f16, TILE * DEPTH>; // [column, term]
var<workgroup> half_y: array<f32, QUARTER * TILE>; // [row, column]

alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

// Where a term of a pixel's sum lies in dy, before division by the stride, is the sum of what both say: (row, column, address of
// image and filter). The divisions that take both apart are done once for each. Above and left of dy it wraps around.
fn pixel_at(pixel: u32) -> vec3u {
  let h = pixel / WIDTH % HEIGHT + PAD_TOP;
  let first = pixel / (HEIGHT * WIDTH) * OUT_HEIGHT * OUT_WIDTH * FILTERS;
  return vec3u(select(OUTSIDE, h, pixel < PIXELS), pixel % WIDTH + PAD_LEFT, first);
}

fn term_at(q: u32) -> vec3u {
  let h = q / (FILTERS * KERNEL_WIDTH) * DILATION_HEIGHT;
  let w = q / FILTERS % KERNEL_WIDTH * DILATION_WIDTH;
  return vec3u(select(OUTSIDE, 0 - h, q < TERMS), 0 - w, q % FILTERS);
}

fn dy_value(at: vec3u) -> f16 { // zero where the tap leads nowhere
  let oh = at.x / STRIDE_HEIGHT;
  let ow = at.y / STRIDE_WIDTH;
  if (at.x % STRIDE_HEIGHT != 0 || at.y % STRIDE_WIDTH != 0 || oh >= OUT_HEIGHT || ow >= OUT_WIDTH) { return 0; }
  return f16(dy[at.z + (oh * OUT_WIDTH + ow) * FILTERS]);
}

fn weight(q: u32, c: u32) -> f16 {
  if (q >= TERMS || c >= CHANNELS) { return 0; }
  return f16(filters[(q / FILTERS * CHANNELS + c) * FILTERS + q % FILTERS]);
}

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) index: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec2u(number % COLUMN_TILES, number / COLUMN_TILES);
  let row = workgroup.y * TILE;
  let column = workgroup.x * TILE;
  let own_row = index / SUBGROUP_SIZE / 2 * QUARTER; // of this subgroup's quarter in the tile
  let own_column = index / SUBGROUP_SIZE % 2 * QUARTER;
  var pixels: array<vec3u, TILE / STEP>;
  for (var i = 0u; i < TILE / STEP; i++) { pixels[i] = pixel_at(row + index / LANES + i * STEP); }
  var sums: array<array<Result, QUARTER / MATRIX_N>, QUARTER / MATRIX_M>;
  for (var q = 0u; q < TERMS; q += DEPTH) {
    for (var t = index % LANES; t < DEPTH; t += LANES) {
      let term = term_at(q + t);
      for (var i = 0u; i < TILE / STEP; i++) {
        let line = index / LANES + i * STEP; // a row of one tile, a column of the other
        tile_a[line * DEPTH + t] = dy_value(pixels[i] + term);
        tile_b[line * DEPTH + t] = weight(q + t, column + line);
      }
    }
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t += MATRIX_K) {
      for (var r = 0u; r < QUARTER / MATRIX_M; r++) {
        let left = subgroupMatrixLoad<Left, row_major>(&tile_a, (own_row + r * MATRIX_M) * DEPTH + t, DEPTH);
        for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
          let right = subgroupMatrixLoad<Right, col_major>(&tile_b, (own_column + c * MATRIX_N) * DEPTH + t, DEPTH);
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
      let pixel = row + half + i / TILE;
      let c = column + i % TILE;
      if (pixel >= PIXELS || c >= CHANNELS) { continue; }
      let at = pixel * CHANNELS + c;
      var value = half_y[i];
      if (DERIVATIVE > 0) { value *= derivative(f32(image[at])); }
      dx[at] = dx_real(value);
    }
    workgroupBarrier();
  }
}
