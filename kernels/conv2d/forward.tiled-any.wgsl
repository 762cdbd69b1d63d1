// Convolution, forward, for hardware GPUs; any channels and filters:
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of
//                       image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * filters[kh, kw, c, k])
//
// forward.tiled.wgsl with numbers in the place of vectors wherever it reads and writes buffers.
// A workgroup sums one of SPLIT slices of the terms; if several, y is [split, n, oh, ow, k] for dense/reduce-partials.
// Workgroups: TILES.x * TILES.y * SPLIT.

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
const SPLIT: u32 = 1;
const ROW_VECTORS: u32 = 2;
const COLUMN_VECTORS: u32 = 2;
const LANE_ROWS: u32 = 16;
const LANE_COLUMNS: u32 = 8;
const DEPTH: u32 = 8; // terms of a turn
const LANES: u32 = LANE_ROWS * LANE_COLUMNS;
const TILE = vec2u(4 * ROW_VECTORS * LANE_ROWS, 4 * COLUMN_VECTORS * LANE_COLUMNS); // rows and columns
const DEEP: u32 = DEPTH; // in numbers
const COPIES = (TILE * DEEP + LANES - 1) / LANES; // numbers that a lane copies of each matrix
const PITCH = TILE + 4; // of a term in a tile; four more keep the banks apart
const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const PIXEL: u32 = CHANNELS;
const COLUMNS: u32 = FILTERS;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const TURNS: u32 = (TERMS + DEPTH - 1) / DEPTH;
const TILES = (vec2u(POSITIONS, FILTERS) + TILE - 1) / TILE;

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>; // [n, oh, ow, k]
var<workgroup> row_tile: array<f32, DEPTH * PITCH.x>; // [term, row]
var<workgroup> column_tile: array<f32, DEPTH * PITCH.y>; // [term, column]
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

// Where tap (0, 0) sees the image from a position: row and column (wrapped around if negative), and where the image begins.
fn origin_of(position: u32) -> vec3u {
  let corner = vec2u(position / OUT_WIDTH % OUT_HEIGHT, position % OUT_WIDTH) * vec2u(STRIDE_HEIGHT, STRIDE_WIDTH);
  return vec3u(corner - vec2u(PAD_TOP, PAD_LEFT), position / (OUT_HEIGHT * OUT_WIDTH) * (HEIGHT * WIDTH * PIXEL));
}
struct Seen { at: array<u32, COPIES.x>, inside: array<bool, COPIES.x> } // pixels
fn seen_through(tap: u32, origins: array<vec3u, COPIES.x>) -> Seen {
  var seen: Seen;
  for (var i = 0u; i < COPIES.x; i++) {
    let h = origins[i].x + tap / KERNEL_WIDTH * DILATION_HEIGHT;
    let w = origins[i].y + tap % KERNEL_WIDTH * DILATION_WIDTH;
    seen.inside[i] = (h < HEIGHT) & (w < WIDTH) & (tap < KERNEL_HEIGHT * KERNEL_WIDTH);
    seen.at[i] = origins[i].z + min(h, HEIGHT - 1) * (WIDTH * PIXEL) + min(w, WIDTH - 1) * PIXEL;
  }
  return seen;
}
struct Copies { rows: array<f32, COPIES.x>, columns: array<f32, COPIES.y> }
fn load(seen: Seen, c: u32, term: u32, k: u32) -> Copies {
  var copies: Copies;
  for (var i = 0u; i < COPIES.y; i++) { copies.columns[i] = filters[min(term + i * (LANES / TILE.y), TERMS - 1) * COLUMNS + k]; }
  for (var i = 0u; i < COPIES.x; i++) { copies.rows[i] = f32(image[seen.at[i] + c]); }
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
  var tap = (begin * DEEP + thread % DEEP) / PIXEL; // of the copies of rows
  var c = (begin * DEEP + thread % DEEP) % PIXEL;
  var term = begin * DEPTH + thread / TILE.y; // of the copies of columns
  let k = min(first_column + thread % TILE.y, COLUMNS - 1);
  var origins: array<vec3u, COPIES.x>;
  for (var i = 0u; i < COPIES.x; i++) { origins[i] = origin_of(min(first_row + thread / DEEP + i * (LANES / DEEP), POSITIONS - 1)); }
  var sums: array<vec4f, 4 * ROW_VECTORS * COLUMN_VECTORS>;
  var seen = seen_through(tap, origins);
  var copies = load(seen, c, term, k);
  for (var turn = begin; turn < (slice + 1) * TURNS / SPLIT; turn++) {
    workgroupBarrier();
    for (var i = 0u; i < COPIES.y; i++) {
      if (thread + i * LANES >= DEEP * TILE.y) { break; } // more lanes than copies
      let value = select(0, copies.columns[i], TERMS % DEPTH == 0 || term + i * (LANES / TILE.y) < TERMS);
      column_tile[(thread / TILE.y + i * (LANES / TILE.y)) * PITCH.y + thread % TILE.y] = value;
    }
    for (var i = 0u; i < COPIES.x; i++) {
      row_tile[thread % DEEP * PITCH.x + thread / DEEP + i * (LANES / DEEP)] = select(0, copies.rows[i], seen.inside[i]);
    }
    workgroupBarrier();
    term += DEPTH;
    let wraps = u32(c + DEEP % PIXEL >= PIXEL);
    tap += DEEP / PIXEL + wraps;
    c += DEEP % PIXEL - wraps * PIXEL;
    if (c < DEEP) { seen = seen_through(tap, origins); } // a tap begins
    copies = load(seen, c, term, k);
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
    let position = first_row + (i / 4 / COLUMN_VECTORS * LANE_ROWS + local.y) * 4 + i % 4;
    for (var e = 0u; e < 4; e++) {
      let k = first_column + (i / 4 % COLUMN_VECTORS * LANE_COLUMNS + local.x) * 4 + e;
      if (position >= POSITIONS || k >= COLUMNS) { continue; }
      y[(slice * POSITIONS + position) * COLUMNS + k] = y_real(activate(sums[i][e] + select(0, bias[k], HAS_BIAS != 0)));
    }
  }
}
