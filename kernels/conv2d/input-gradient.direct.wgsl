// Convolution, gradient with respect to its input:
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// A pixel of the image collects from every output it took part in, through the same weight. With a stride, most (kh, kw)
// lead to no output position. With GROUPS > 1 only the filters k of the channel's own group
// saw it. The sums of the naive version, with the slope of the activation before. One invocation computes one element of dx.
// Workgroups: TILES.x * TILES.y * BATCH.

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
const GROUPS: u32 = 1; // divides CHANNELS and FILTERS

const TILES = vec2u((CHANNELS + 8 - 1) / 8, (HEIGHT * WIDTH + 8 - 1) / 8); // of columns and of rows
const GROUP_CHANNELS: u32 = CHANNELS / GROUPS;
const GROUP_FILTERS: u32 = FILTERS / GROUPS;

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c / GROUPS, k]
@group(0) @binding(2) var<storage, read> image: array<image_real>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<dx_real>; // [n, h, w, c]

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let c = workgroup.x * 8 + local.x;
  let pixel = workgroup.y * 8 + local.y;
  let h = pixel / WIDTH;
  let w = pixel % WIDTH;
  let n = workgroup.z;
  if (c >= CHANNELS || h >= HEIGHT || n >= BATCH) { return; }

  let first = c / GROUP_CHANNELS * GROUP_FILTERS; // filter of the group
  var sum = 0.0;
  for (var tap = 0u; tap < KERNEL_HEIGHT * KERNEL_WIDTH; tap++) {
    let kh = tap / KERNEL_WIDTH;
    let kw = tap % KERNEL_WIDTH;
    let top = h + PAD_TOP - kh * DILATION_HEIGHT; // oh * stride; below zero this wraps around to a huge number
    let left = w + PAD_LEFT - kw * DILATION_WIDTH;
    let oh = top / STRIDE_HEIGHT;
    let ow = left / STRIDE_WIDTH;
    if (top % STRIDE_HEIGHT != 0u || left % STRIDE_WIDTH != 0u || oh >= OUT_HEIGHT || ow >= OUT_WIDTH) { continue; }
    let position = ((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * FILTERS + first;
    let weights = (tap * GROUP_CHANNELS + c % GROUP_CHANNELS) * FILTERS + first;
    for (var k = 0u; k < GROUP_FILTERS; k++) {
      sum += f32(dy[position + k]) * filters[weights + k];
    }
  }
  let at = ((n * HEIGHT + h) * WIDTH + w) * CHANNELS + c;
  if (DERIVATIVE > 0) { sum *= derivative(f32(image[at])); }
  dx[at] = dx_real(sum);
}
