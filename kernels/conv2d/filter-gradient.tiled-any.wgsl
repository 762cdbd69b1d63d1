// Convolution, gradient with respect to its filters, for hardware GPUs; any channels and filters:
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// filter-gradient.tiled.wgsl with numbers in the place of vectors wherever it reads and writes buffers. Workgroups: TILES.x * TILES.y * SPLIT.

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
const DESCEND: u32 = 0; // 1 with SPLIT 1: partials are the filters themselves, from which rate * gradient is subtracted; so the bias
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const SPLIT: u32 = 1;
const ROW_VECTORS: u32 = 2;
const COLUMN_VECTORS: u32 = 2;
const LANE_ROWS: u32 = 16;
const LANE_COLUMNS: u32 = 8;
const DEPTH: u32 = 8; // terms of a turn
const LANES: u32 = LANE_ROWS * LANE_COLUMNS;
const TILE = vec2u(4 * ROW_VECTORS * LANE_ROWS, 4 * COLUMN_VECTORS * LANE_COLUMNS); // rows and columns
const COPIES = (TILE * DEPTH + LANES - 1) / LANES; // numbers that a lane copies of each matrix
const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const PIXEL: u32 = CHANNELS;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const COLUMNS: u32 = FILTERS;
const TILES = (vec2u(ROWS, FILTERS) + TILE - 1) / TILE;
struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}
@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS
@group(0) @binding(4) var<uniform> step: StepState;
var<workgroup> row_tile: array<f32, DEPTH * TILE.x>; // [term, row]
var<workgroup> column_tile: array<f32, DEPTH * TILE.y>; // [term, column]

// The pixel that a tap sees from a position (n, oh, ow); `corner`: what tap (0, 0) sees from the first one, wrapped around if negative.
struct Seen { at: u32, inside: bool }
fn seen_from(position: vec3u, corner: vec2u) -> Seen {
  let h = position.y * STRIDE_HEIGHT + corner.x;
  let w = position.z * STRIDE_WIDTH + corner.y;
  let at = (min(position.x, BATCH - 1) * HEIGHT + min(h, HEIGHT - 1)) * WIDTH + min(w, WIDTH - 1);
  return Seen(at, (h < HEIGHT) & (w < WIDTH));
}
fn position_of(p: u32) -> vec3u { return vec3u(p / (OUT_HEIGHT * OUT_WIDTH), p / OUT_WIDTH % OUT_HEIGHT, p % OUT_WIDTH); }
fn advance(at: vec3u) -> vec3u { // the position of the next turn, without a division
  let ow = at.z + DEPTH % OUT_WIDTH;
  let oh = at.y + DEPTH / OUT_WIDTH % OUT_HEIGHT + u32(ow >= OUT_WIDTH);
  let n = at.x + DEPTH / OUT_WIDTH / OUT_HEIGHT + u32(oh >= OUT_HEIGHT);
  return vec3u(n, select(oh, oh - OUT_HEIGHT, oh >= OUT_HEIGHT), select(ow, ow - OUT_WIDTH, ow >= OUT_WIDTH));
}
struct Copies { rows: array<f32, COPIES.x>, columns: array<f32, COPIES.y> }
fn load(positions: array<vec3u, COPIES.x>, corner: vec2u, c: u32, term: u32, k: u32) -> Copies {
  var copies: Copies;
  for (var i = 0u; i < COPIES.x; i++) { copies.rows[i] = f32(image[seen_from(positions[i], corner).at * PIXEL + c]); }
  for (var i = 0u; i < COPIES.y; i++) { copies.columns[i] = f32(dy[min(term + i * (LANES / TILE.y), POSITIONS - 1) * COLUMNS + k]); }
  return copies;
}
fn rate() -> f32 { return step.learning_rate / (1.0 + DECAY * f32(step.step)); } // of plain gradient descent

@compute @workgroup_size(LANE_COLUMNS, LANE_ROWS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let slice = number / (TILES.x * TILES.y);
  if (slice >= SPLIT || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let first_row = number / TILES.y % TILES.x * TILE.x;
  let first_column = number % TILES.y * TILE.y;
  let begin = slice * SLICE;
  let end = min(begin + SLICE, POSITIONS);
  let row = min(first_row + thread % TILE.x, ROWS - 1); // of the copies
  let corner = vec2u(row / PIXEL / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP, row / PIXEL % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT);
  var positions: array<vec3u, COPIES.x>; // and their terms
  for (var i = 0u; i < COPIES.x; i++) { positions[i] = position_of(begin + thread / TILE.x + i * (LANES / TILE.x)); }
  let k = min(first_column + thread % TILE.y, COLUMNS - 1);
  var sums: array<vec4f, 4 * ROW_VECTORS * COLUMN_VECTORS>;
  var bias_sums: array<f32, 2>; // of some turns, and of all before: fewer roundings in a lane that adds one number a turn
  var copies = load(positions, corner, row % PIXEL, begin + thread / TILE.y, k);
  for (var turn = begin; turn < end; turn += DEPTH) {
    workgroupBarrier();
    for (var i = 0u; i < COPIES.y; i++) {
      if (thread + i * LANES >= DEPTH * TILE.y) { break; }
      let term = thread / TILE.y + i * (LANES / TILE.y);
      let value = select(f32(), copies.columns[i], turn + term < end);
      column_tile[term * TILE.y + thread % TILE.y] = value;
      if (HAS_BIAS == 1) { bias_sums[0] += value; }
    }
    for (var i = 0u; i < COPIES.x; i++) {
      if (thread + i * LANES >= DEPTH * TILE.x) { break; } // more lanes than copies
      let term = thread / TILE.x + i * (LANES / TILE.x);
      let value = select(f32(), copies.rows[i], seen_from(positions[i], corner).inside & (turn + term < end));
      row_tile[term * TILE.x + thread % TILE.x] = value;
    }
    if (HAS_BIAS == 1 && (turn - begin) % 512 == 0) { bias_sums = array<f32, 2>(0, bias_sums[1] + bias_sums[0]); }
    workgroupBarrier();
    for (var i = 0u; i < COPIES.x; i++) { positions[i] = advance(positions[i]); }
    copies = load(positions, corner, row % PIXEL, turn + DEPTH + thread / TILE.y, k);
    for (var t = 0u; t < DEPTH; t++) {
      for (var i = 0u; i < ROW_VECTORS; i++) {
        let at = t * TILE.x + (i * LANE_ROWS + local.y) * 4;
        let a = vec4f(row_tile[at], row_tile[at + 1], row_tile[at + 2], row_tile[at + 3]);
        for (var j = 0u; j < COLUMN_VECTORS; j++) {
          let next = t * TILE.y + (j * LANE_COLUMNS + local.x) * 4;
          let b = vec4f(column_tile[next], column_tile[next + 1], column_tile[next + 2], column_tile[next + 3]);
          let sum = 4 * (i * COLUMN_VECTORS + j);
          for (var r = 0u; r < 4; r++) { sums[sum + r] = fma(vec4f(a[r]), b, sums[sum + r]); }
        }
      }
    }
  }
  if (HAS_BIAS == 1 && first_row == 0) {
    workgroupBarrier();
    row_tile[thread] = bias_sums[0] + bias_sums[1];
    workgroupBarrier();
    for (var i = thread; i < min(TILE.y, FILTERS - first_column); i += LANES) {
      var sum = 0.0;
      for (var j = i; j < LANES; j += TILE.y) { sum += row_tile[j]; }
      let at = slice * FILTERS + first_column + i;
      if (DESCEND == 1) { bias_partials[at] -= rate() * sum; } else { bias_partials[at] = sum; }
    }
  }
  for (var i = 0u; i < 4 * ROW_VECTORS * COLUMN_VECTORS; i++) {
    let row = first_row + (i / 4 / COLUMN_VECTORS * LANE_ROWS + local.y) * 4 + i % 4;
    for (var e = 0u; e < 4; e++) {
      let k = first_column + (i / 4 % COLUMN_VECTORS * LANE_COLUMNS + local.x) * 4 + e;
      if (row >= ROWS || k >= COLUMNS) { continue; }
      let at = (slice * ROWS + row) * COLUMNS + k;
      if (DESCEND == 1) { partials[at] -= rate() * sums[i][e]; } else { partials[at] = sums[i][e]; }
    }
  }
}
