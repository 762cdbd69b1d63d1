// Convolution, gradient with respect to its filters, on the matrix units of a GPU, by Dawn's subgroup matrices (any shape):
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// Experimental (WGRAD_EXPERIMENTAL=subgroup-matrix). A matrix product as in filter-gradient.tiled.wgsl: four subgroups compute TILE
// rows (kh, kw, c) by TILE columns k. All copy DEPTH positions of both matrices to workgroup memory, rounded to f16, zeros outside;
// then each multiplies its quarter of the tile, MATRIX_M x MATRIX_K by MATRIX_K x MATRIX_N at a time. The sums are f32.
// Workgroups: TILES.x * TILES.y * SPLIT.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup's number is the same in all its invocations
alias image_real = f32; // element types: the loader makes them f16 for tensors of f16
alias dy_real = f32;
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
const HAS_BIAS: u32 = 0; // 1: bias_partials[slice, k] = sum of dy[n, oh, ow, k] over the positions of the slice
const SPLIT: u32 = 1; // above 1 reduce-partials.wgsl adds the slices; with 1 partials is dfilters itself
const DESCEND: u32 = 0; // 1 with SPLIT 1: partials are the filters themselves, from which rate * gradient is subtracted; so the bias
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const SUBGROUP_SIZE: u32 = 32; // must be the adapter's, at least 16
const MATRIX_M: u32 = 16; // one of the adapter's sizes for f16 with sums in f32; each divides 32
const MATRIX_N: u32 = 16;
const MATRIX_K: u32 = 16;
const TILE: u32 = 64;
const DEPTH: u32 = 32;
const QUARTER: u32 = TILE / 2; // rows and columns of one subgroup
const INVOCATIONS: u32 = 4 * SUBGROUP_SIZE;
const LANES: u32 = 16; // neighbouring invocations that copy neighbouring rows of one position's patch
const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const TILES = vec2u((FILTERS + TILE - 1) / TILE, (ROWS + TILE - 1) / TILE); // of columns and of rows
const OUTSIDE: u32 = 0x40000000; // a row far below any image; so is twice this
struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS
@group(0) @binding(4) var<uniform> step: StepState;
var<workgroup> tile_a: array<f16, DEPTH * TILE>; // [term, row]
var<workgroup> tile_b: array<f16, DEPTH * TILE>; // [term, column]
var<workgroup> half_y: array<f32, QUARTER * TILE>; // [row, column]
alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;
// Where an element of the patches lies, (row, column, address), is the sum of what its position and its row (kh, kw, c) say: the
// divisions that take both apart are done once for each. Above and left of the image the sums wrap around to huge numbers.
fn position_at(position: u32, end: u32) -> vec3u {
  let h = position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT - PAD_TOP;
  let w = position % OUT_WIDTH * STRIDE_WIDTH - PAD_LEFT;
  let n = position / (OUT_HEIGHT * OUT_WIDTH);
  return vec3u(select(OUTSIDE, h, position < end), w, ((n * HEIGHT + h) * WIDTH + w) * CHANNELS);
}

fn row_at(row: u32) -> vec3u {
  let h = row / (CHANNELS * KERNEL_WIDTH) * DILATION_HEIGHT;
  let w = row / CHANNELS % KERNEL_WIDTH * DILATION_WIDTH;
  return vec3u(select(OUTSIDE, h, row < ROWS), w, (h * WIDTH + w) * CHANNELS + row % CHANNELS);
}

fn image_value(at: vec3u) -> f16 {
  if (at.x >= HEIGHT || at.y >= WIDTH) { return 0; }
  return f16(image[at.z]);
}

fn dy_value(position: u32, k: u32, end: u32) -> f16 {
  if (position >= end || k >= FILTERS) { return 0; }
  return f16(dy[position * FILTERS + k]);
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) index: u32) {
  let rate = step.learning_rate / (1 + DECAY * f32(step.step));
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (workgroup.z >= SPLIT || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let row = workgroup.y * TILE;
  let column = workgroup.x * TILE;
  let end = min((workgroup.z + 1) * SLICE, POSITIONS);
  let own_row = index / SUBGROUP_SIZE / 2 * QUARTER; // of this subgroup's quarter in the tile
  let own_column = index / SUBGROUP_SIZE % 2 * QUARTER;
  var rows: array<vec3u, TILE / LANES>;
  for (var i = 0u; i < TILE / LANES; i++) { rows[i] = row_at(row + index % LANES + i * LANES); }
  var sums: array<array<Result, QUARTER / MATRIX_N>, QUARTER / MATRIX_M>;
  var bias_sum = 0f;
  for (var p = workgroup.z * SLICE; p < end; p += DEPTH) {
    for (var t = index / LANES; t < DEPTH; t += INVOCATIONS / LANES) {
      let position = position_at(p + t, end);
      for (var i = 0u; i < TILE / LANES; i++) {
        tile_a[t * TILE + index % LANES + i * LANES] = image_value(rows[i] + position);
      }
    }
    for (var i = index; i < DEPTH * TILE; i += INVOCATIONS) { tile_b[i] = dy_value(p + i / TILE, column + i % TILE, end); }
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t += MATRIX_K) {
      for (var r = 0u; r < QUARTER / MATRIX_M; r++) {
        let left = subgroupMatrixLoad<Left, col_major>(&tile_a, t * TILE + own_row + r * MATRIX_M, TILE);
        for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
          let right = subgroupMatrixLoad<Right, row_major>(&tile_b, t * TILE + own_column + c * MATRIX_N, TILE);
          sums[r][c] = subgroupMatrixMultiplyAccumulate(left, right, sums[r][c]);
        }
      }
    }
    if (HAS_BIAS == 1 && row == 0 && index < TILE) {
      var run = 0f;
      for (var t = 0u; t < DEPTH; t++) { run += f32(tile_b[t * TILE + index]); }
      bias_sum += run;
    }
    workgroupBarrier();
  }
  if (HAS_BIAS == 1 && row == 0 && index < TILE && column + index < FILTERS) {
    let at = workgroup.z * FILTERS + column + index;
    bias_partials[at] = select(bias_sum, bias_partials[at] - rate * bias_sum, DESCEND == 1);
  }
  for (var half = 0u; half < TILE; half += QUARTER) { // one half of the rows after the other, to fit in 16 KiB
    for (var r = 0u; r < QUARTER / MATRIX_M && own_row == half; r++) {
      for (var c = 0u; c < QUARTER / MATRIX_N; c++) {
        subgroupMatrixStore<row_major>(&half_y, r * MATRIX_M * TILE + own_column + c * MATRIX_N, sums[r][c], TILE);
      }
    }
    workgroupBarrier();
    for (var i = index; i < QUARTER * TILE; i += INVOCATIONS) {
      let r = row + half + i / TILE;
      let k = column + i % TILE;
      let at = (workgroup.z * ROWS + r) * FILTERS + k;
      if (r < ROWS && k < FILTERS) { partials[at] = select(half_y[i], partials[at] - rate * half_y[i], DESCEND == 1); }
    }
    workgroupBarrier();
  }
}
