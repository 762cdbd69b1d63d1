// Convolution, forward, for hardware GPUs (any shape):
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of
//                       image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * filters[kh, kw, c, k])
//
// A matrix product: rows are the output positions (n, oh, ow), columns the filters k, and the sum runs over q = (kh, kw, c). The
// matrix of image patches exists only in tiles.
// TILE rows by TILE columns are computed by a workgroup of 16 x 16 invocations, each 4 x 4 of them in registers. The terms of the
// sum are taken DEPTH at a time: the workgroup copies that part of both matrices to workgroup memory, so that a value is loaded
// from the buffers once for 64 uses.
// Workgroups: COLUMN_TILES * ceil(BATCH * OUT_HEIGHT * OUT_WIDTH / TILE).

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
const TILE: u32 = 64;
const COLUMN_TILES: u32 = (FILTERS + TILE - 1) / TILE;
const DEPTH: u32 = 16;
const PITCH: u32 = TILE / 4 + 1; // of a row of vec4f in workgroup memory; one more keeps the banks apart

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>; // [n, oh, ow, k]

var<workgroup> left_tile: array<vec4f, DEPTH * PITCH>; // [term, row / 4]
var<workgroup> right_tile: array<vec4f, DEPTH * PITCH>; // [term, column / 4]

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

// Where the patch of a position begins: image n, top row, left column (above or left of the image they wrap around).
fn patch_origin(position: u32) -> vec3u {
  let oh = position / OUT_WIDTH % OUT_HEIGHT;
  let ow = position % OUT_WIDTH;
  return vec3u(position / (OUT_HEIGHT * OUT_WIDTH), oh * STRIDE_HEIGHT - PAD_TOP, ow * STRIDE_WIDTH - PAD_LEFT);
}

fn image_value(origin: vec3u, q: u32) -> f32 { // term q of a patch, zero outside the image
  let h = origin.y + q / (CHANNELS * KERNEL_WIDTH) * DILATION_HEIGHT;
  let w = origin.z + q / CHANNELS % KERNEL_WIDTH * DILATION_WIDTH;
  if (h >= HEIGHT || w >= WIDTH || q >= TERMS || origin.x >= BATCH) { return 0.0; }
  return f32(image[((origin.x * HEIGHT + h) * WIDTH + w) * CHANNELS + q % CHANNELS]);
}

fn weight(q: u32, k: u32) -> f32 {
  if (q >= TERMS || k >= FILTERS) { return 0.0; }
  return filters[q * FILTERS + k];
}

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec2u(number % COLUMN_TILES, number / COLUMN_TILES);
  let first_row = workgroup.y * TILE;
  let first_column = workgroup.x * TILE;
  let quad = thread / 16; // copies four rows and four columns of one term
  let term = thread % 16;
  var origins: array<vec3u, 4>;
  for (var r = 0u; r < 4; r++) { origins[r] = patch_origin(first_row + quad * 4 + r); }

  var sums: array<vec4f, 4>; // four rows of four columns
  for (var q = 0u; q < TERMS; q += DEPTH) {
    let p = q + term; // neighbouring invocations read neighbouring channels of the image, and below neighbouring filters
    left_tile[term * PITCH + quad] = vec4f(image_value(origins[0], p), image_value(origins[1], p),
      image_value(origins[2], p), image_value(origins[3], p));
    let k = first_column + local.x * 4;
    right_tile[local.y * PITCH + local.x] = vec4f(weight(q + local.y, k), weight(q + local.y, k + 1),
      weight(q + local.y, k + 2), weight(q + local.y, k + 3));
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t++) {
      let a = left_tile[t * PITCH + local.y];
      let b = right_tile[t * PITCH + local.x];
      sums[0] = fma(a.xxxx, b, sums[0]);
      sums[1] = fma(a.yyyy, b, sums[1]);
      sums[2] = fma(a.zzzz, b, sums[2]);
      sums[3] = fma(a.wwww, b, sums[3]);
    }
    workgroupBarrier();
  }

  for (var c = 0u; c < 4; c++) {
    let k = first_column + local.x * 4 + c;
    if (k >= FILTERS) { continue; }
    let start = select(0.0, bias[k], HAS_BIAS != 0);
    for (var r = 0u; r < 4; r++) {
      let position = first_row + local.y * 4 + r;
      if (position < POSITIONS) { y[position * FILTERS + k] = y_real(activate(sums[r][c] + start)); }
    }
  }
}
