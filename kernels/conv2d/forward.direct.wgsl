// Convolution, forward:
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of
//                       image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * filters[kh, kw, c, k])
//
// Outside the image its value is zero. With GROUPS > 1 c counts the channels of the group that filter k belongs to.
// The sums of the naive version, with bias and activation in the same launch. One invocation computes one element of y.
// Workgroups: TILES.x * TILES.y * BATCH.

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
const GROUPS: u32 = 1; // divides CHANNELS and FILTERS
const HAS_BIAS: u32 = 1; // 0: another buffer is bound as bias and not read
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh

const TILES = vec2u((FILTERS + 8 - 1) / 8, (OUT_HEIGHT * OUT_WIDTH + 8 - 1) / 8); // of columns and of rows
const GROUP_CHANNELS: u32 = CHANNELS / GROUPS;
const GROUP_FILTERS: u32 = FILTERS / GROUPS;

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c / GROUPS, k]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>; // [n, oh, ow, k]

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let k = workgroup.x * 8 + local.x;
  let position = workgroup.y * 8 + local.y;
  let oh = position / OUT_WIDTH;
  let ow = position % OUT_WIDTH;
  let n = workgroup.z;
  if (k >= FILTERS || oh >= OUT_HEIGHT || n >= BATCH) { return; }

  var sum = 0.0;
  for (var tap = 0u; tap < KERNEL_HEIGHT * KERNEL_WIDTH; tap++) {
    let kh = tap / KERNEL_WIDTH;
    let kw = tap % KERNEL_WIDTH;
    let h = oh * STRIDE_HEIGHT + kh * DILATION_HEIGHT - PAD_TOP; // above the image this wraps around to a huge number
    let w = ow * STRIDE_WIDTH + kw * DILATION_WIDTH - PAD_LEFT;
    if (h >= HEIGHT || w >= WIDTH) { continue; }
    let pixel = ((n * HEIGHT + h) * WIDTH + w) * CHANNELS + k / GROUP_FILTERS * GROUP_CHANNELS;
    let weights = tap * GROUP_CHANNELS * FILTERS + k;
    for (var c = 0u; c < GROUP_CHANNELS; c++) {
      sum += f32(image[pixel + c]) * filters[weights + c * FILTERS];
    }
  }
  if (HAS_BIAS != 0u) { sum += bias[k]; }
  y[((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * FILTERS + k] = y_real(activate(sum));
}
