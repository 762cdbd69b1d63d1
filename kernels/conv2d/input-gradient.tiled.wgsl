// Convolution, gradient with respect to its input, for hardware GPUs; channels and filters divisible by 4:
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// A matrix product: rows are the pixels (n, h, w), columns the channels c, terms (kh, kw, k). Tiles and copies: forward.tiled.wgsl.
// A workgroup sums one of SPLIT slices of the terms; if several, dx is [split, n, h, w, c] for dense/reduce-partials.
// Workgroups: TILES.x * TILES.y * SPLIT.

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
const SPLIT: u32 = 1;
const ROW_VECTORS: u32 = 2;
const COLUMN_VECTORS: u32 = 2;
const LANE_ROWS: u32 = 16;
const LANE_COLUMNS: u32 = 8;
const DEPTH: u32 = 8; // terms of a turn
const LANES: u32 = LANE_ROWS * LANE_COLUMNS;
const TILE = vec2u(4 * ROW_VECTORS * LANE_ROWS, 4 * COLUMN_VECTORS * LANE_COLUMNS); // rows and columns
const DEEP: u32 = DEPTH / 4; // in vectors
const COPIES = (TILE * DEEP + LANES - 1) / LANES; // vectors that a lane copies of each matrix
const PITCH = TILE + 4; // of a term in a tile; four more keep the banks apart
const PIXELS: u32 = BATCH * HEIGHT * WIDTH;
const POSITION: u32 = FILTERS / 4;
const COLUMNS: u32 = CHANNELS / 4;
const TAPS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH;
const TURNS: u32 = (TAPS * FILTERS + DEPTH - 1) / DEPTH;
const TILES = (vec2u(PIXELS, CHANNELS) + TILE - 1) / TILE;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, k / 4]
@group(0) @binding(1) var<storage, read> filters: array<vec4f>; // [kh, kw, c, k / 4]
@group(0) @binding(2) var<storage, read> image: array<vec4<image_real>>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<dx_real>>; // [n, h, w, c / 4]
var<workgroup> row_tile: array<f32, DEPTH * PITCH.x>; // [term, row]
var<workgroup> column_tile: array<f32, DEPTH * PITCH.y>; // [term, column]
fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn derivative(y: vec4f) -> vec4f { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(vec4f(0), vec4f(1), y > vec4f(0)), y, is_nan(y)); // relu
}

// Where tap (0, 0) leads from a pixel: the position's row and column, before division by the stride, and where dy's image begins.
fn origin_of(pixel: u32) -> vec3u {
  let start = pixel / (HEIGHT * WIDTH) * (OUT_HEIGHT * OUT_WIDTH * POSITION);
  return vec3u(pixel / WIDTH % HEIGHT + PAD_TOP, pixel % WIDTH + PAD_LEFT, start);
}
struct Seen { at: array<u32, COPIES.x>, inside: array<bool, COPIES.x> } // positions
fn seen_through(tap: u32, origins: array<vec3u, COPIES.x>) -> Seen {
  var seen: Seen;
  for (var i = 0u; i < COPIES.x; i++) {
    let top = origins[i].x - tap / KERNEL_WIDTH * DILATION_HEIGHT; // below zero this wraps around to a huge number
    let left = origins[i].y - tap % KERNEL_WIDTH * DILATION_WIDTH;
    let at = vec2u(top / STRIDE_HEIGHT, left / STRIDE_WIDTH);
    let whole = (top % STRIDE_HEIGHT == 0) & (left % STRIDE_WIDTH == 0) & (tap < TAPS);
    seen.inside[i] = whole & (at.x < OUT_HEIGHT) & (at.y < OUT_WIDTH);
    seen.at[i] = origins[i].z + min(at.x, OUT_HEIGHT - 1) * (OUT_WIDTH * POSITION) + min(at.y, OUT_WIDTH - 1) * POSITION;
  }
  return seen;
}
struct Copies { rows: array<vec4f, COPIES.x>, columns: array<vec4f, COPIES.y> }
fn load(seen: Seen, tap: u32, k: u32, c: u32) -> Copies {
  var copies: Copies;
  let first = min(tap, TAPS - 1) * (CHANNELS * POSITION) + k;
  for (var i = 0u; i < COPIES.y; i++) { copies.columns[i] = filters[first + min(c + i * (LANES / DEEP), CHANNELS - 1) * POSITION]; }
  for (var i = 0u; i < COPIES.x; i++) { copies.rows[i] = vec4f(dy[seen.at[i] + k]); }
  return copies;
}

@compute @workgroup_size(LANE_COLUMNS, LANE_ROWS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let slice = number / (TILES.x * TILES.y);
  if (slice >= SPLIT) { return; } // past the last tile
  let first_row = number / TILES.y % TILES.x * TILE.x;
  let first_column = number % TILES.y * TILE.y;
  let begin = slice * TURNS / SPLIT;
  var tap = (begin * DEEP + thread % DEEP) / POSITION; // of the copies
  var k = (begin * DEEP + thread % DEEP) % POSITION;
  let copied = thread / DEEP; // the first row and column of the copies
  var origins: array<vec3u, COPIES.x>;
  for (var i = 0u; i < COPIES.x; i++) { origins[i] = origin_of(min(first_row + copied + i * (LANES / DEEP), PIXELS - 1)); }
  var sums: array<vec4f, 4 * ROW_VECTORS * COLUMN_VECTORS>;
  var seen = seen_through(tap, origins);
  var copies = load(seen, tap, k, first_column + copied);
  for (var turn = begin; turn < (slice + 1) * TURNS / SPLIT; turn++) {
    workgroupBarrier();
    for (var i = 0u; i < COPIES.x; i++) {
      let values = select(vec4f(), copies.rows[i], seen.inside[i]);
      let at = thread % DEEP * 4 * PITCH.x + copied + i * (LANES / DEEP);
      for (var e = 0u; e < 4; e++) { row_tile[at + e * PITCH.x] = values[e]; }
    }
    for (var i = 0u; i < COPIES.y; i++) {
      if (thread + i * LANES >= DEEP * TILE.y) { break; } // more lanes than copies
      let values = select(vec4f(), copies.columns[i], tap < TAPS);
      let at = thread % DEEP * 4 * PITCH.y + copied + i * (LANES / DEEP);
      for (var e = 0u; e < 4; e++) { column_tile[at + e * PITCH.y] = values[e]; }
    }
    workgroupBarrier();
    let wraps = u32(k + DEEP % POSITION >= POSITION);
    tap += DEEP / POSITION + wraps;
    k += DEEP % POSITION - wraps * POSITION;
    if (k < DEEP) { seen = seen_through(tap, origins); } // a tap begins
    copies = load(seen, tap, k, first_column + copied);
    for (var t = 0u; t < DEPTH; t++) {
      for (var i = 0u; i < ROW_VECTORS; i++) {
        let at = t * PITCH.x + (i * LANE_ROWS + local.y) * 4;
        let a = vec4f(row_tile[at], row_tile[at + 1], row_tile[at + 2], row_tile[at + 3]);
        for (var j = 0u; j < COLUMN_VECTORS; j++) {
          let next = t * PITCH.y + (j * LANE_COLUMNS + local.x) * 4;
          let b = vec4f(column_tile[next], column_tile[next + 1], column_tile[next + 2], column_tile[next + 3]);
          let sum = 4 * (i * COLUMN_VECTORS + j);
          for (var r = 0u; r < 4; r++) { sums[sum + r] = fma(vec4f(a[r]), b, sums[sum + r]); }
        }
      }
    }
  }
  for (var i = 0u; i < 4 * ROW_VECTORS * COLUMN_VECTORS; i++) {
    let pixel = first_row + (i / 4 / COLUMN_VECTORS * LANE_ROWS + local.y) * 4 + i % 4;
    let c = first_column / 4 + i / 4 % COLUMN_VECTORS * LANE_COLUMNS + local.x;
    if (pixel >= PIXELS || c >= COLUMNS) { continue; }
    var value = sums[i];
    if (DERIVATIVE > 0) { value *= derivative(vec4f(image[pixel * COLUMNS + c])); }
    dx[(slice * PIXELS + pixel) * COLUMNS + c] = vec4<dx_real>(value);
  }
}
