// Convolution, gradient with respect to its input, for hardware GPUs (any shape):
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// A matrix product: rows are the pixels (n, h, w), columns the channels c, and the sum runs over q = (kh, kw, k).
// TILE rows by TILE columns are computed by a workgroup of 16 x 16 invocations, each 4 x 4 of them in registers. The terms of the
// sum are taken DEPTH at a time: the workgroup copies that part of both matrices to workgroup memory, so that a value is loaded
// from the buffers once for 64 uses.
// Workgroups: COLUMN_TILES * ceil(BATCH * HEIGHT * WIDTH / TILE).

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
const TILE: u32 = 64;
const COLUMN_TILES: u32 = (CHANNELS + TILE - 1) / TILE;
const DEPTH: u32 = 16;
const PITCH: u32 = TILE / 4 + 1; // of a row of vec4f in workgroup memory; one more keeps the banks apart

const PIXELS: u32 = BATCH * HEIGHT * WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * FILTERS;

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> image: array<image_real>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<dx_real>; // [n, h, w, c]

var<workgroup> left_tile: array<vec4f, DEPTH * PITCH>; // [term, row / 4]
var<workgroup> right_tile: array<vec4f, DEPTH * PITCH>; // [term, column / 4]

// Image n and, before division by the stride, the output position that tap (0, 0) leads to.
fn patch_origin(pixel: u32) -> vec3u {
  return vec3u(pixel / (HEIGHT * WIDTH), pixel / WIDTH % HEIGHT + PAD_TOP, pixel % WIDTH + PAD_LEFT);
}

fn dy_value(origin: vec3u, q: u32) -> f32 { // term q of the sum for a pixel, zero where its tap leads nowhere
  let top = origin.y - q / (FILTERS * KERNEL_WIDTH) * DILATION_HEIGHT; // below zero this wraps around to a huge number
  let left = origin.z - q / FILTERS % KERNEL_WIDTH * DILATION_WIDTH;
  let oh = top / STRIDE_HEIGHT;
  let ow = left / STRIDE_WIDTH;
  if (top % STRIDE_HEIGHT != 0 || left % STRIDE_WIDTH != 0) { return 0.0; }
  if (oh >= OUT_HEIGHT || ow >= OUT_WIDTH || q >= TERMS || origin.x >= BATCH) { return 0.0; }
  return f32(dy[((origin.x * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * FILTERS + q % FILTERS]);
}

fn weight(q: u32, c: u32) -> f32 {
  if (q >= TERMS || c >= CHANNELS) { return 0.0; }
  return filters[(q / FILTERS * CHANNELS + c) * FILTERS + q % FILTERS];
}

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
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
    let p = q + term; // neighbouring invocations read neighbouring k of both
    left_tile[term * PITCH + quad] = vec4f(dy_value(origins[0], p), dy_value(origins[1], p),
      dy_value(origins[2], p), dy_value(origins[3], p));
    let c = first_column + quad * 4;
    right_tile[term * PITCH + quad] = vec4f(weight(p, c), weight(p, c + 1), weight(p, c + 2), weight(p, c + 3));
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

  for (var r = 0u; r < 4; r++) {
    let pixel = first_row + local.y * 4 + r;
    if (pixel >= PIXELS) { continue; }
    for (var j = 0u; j < 4; j++) {
      let c = first_column + local.x * 4 + j;
      if (c >= CHANNELS) { continue; }
      var value = sums[r][j];
      if (DERIVATIVE > 0) { value *= derivative(f32(image[pixel * CHANNELS + c])); }
      dx[pixel * CHANNELS + c] = dx_real(value);
    }
  }
}
