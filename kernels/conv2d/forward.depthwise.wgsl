// Depthwise convolution, forward: one group per channel, so that MULTIPLIER neighbouring filters see one channel.
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw of
//               image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, k / MULTIPLIER] * filters[kh, kw, k])
//
// Outside the image its value is zero. One invocation computes four consecutive elements of y, its lanes: neighbouring filters
// at one position if FILTERS is a multiple of 4. Workgroups: ceil(BATCH * OUT_HEIGHT * OUT_WIDTH * FILTERS / 256).

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

const MULTIPLIER: u32 = FILTERS / CHANNELS;
const VECTOR: bool = FILTERS % 4 == 0;
const WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> image: array<vec4<image_real>>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<vec4f>; // [kh, kw, k]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<y_real>>; // [n, oh, ow, k]

fn load_image(at: vec4u) -> vec4f {
  if (VECTOR && MULTIPLIER == 1u) { return vec4f(image[at.x / 4u]); }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(f32(image[v.x][e.x]), f32(image[v.y][e.y]), f32(image[v.z][e.z]), f32(image[v.w][e.w]));
}

fn load_filters(at: vec4u) -> vec4f {
  if (VECTOR) { return filters[at.x / 4u]; }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(filters[v.x][e.x], filters[v.y][e.y], filters[v.z][e.z], filters[v.w][e.w]);
}

fn load_bias(at: vec4u) -> vec4f {
  if (VECTOR) { return bias[at.x / 4u]; }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(bias[v.x][e.x], bias[v.y][e.y], bias[v.z][e.z], bias[v.w][e.w]);
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn activate(x: vec4f) -> vec4f {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, vec4f(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, vec4f(-15), vec4f(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let lanes = vec4u(0, 1, 2, 3);
  let k = (4u * i + lanes) % FILTERS;
  let position = (4u * i + select(lanes, vec4u(), VECTOR)) / FILTERS; // VECTOR: the same in all lanes
  let ow = position % OUT_WIDTH;
  let oh = position / OUT_WIDTH % OUT_HEIGHT;
  let n = position / (OUT_WIDTH * OUT_HEIGHT);

  var sum = vec4f();
  for (var tap = 0u; tap < KERNEL_HEIGHT * KERNEL_WIDTH; tap++) {
    let h = oh * STRIDE_HEIGHT + tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP; // above the image this wraps around
    let w = ow * STRIDE_WIDTH + tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;
    let inside = (h < vec4u(HEIGHT)) & (w < vec4u(WIDTH));
    if (!any(inside)) { continue; }
    let pixel = ((n * HEIGHT + h) * WIDTH + w) * CHANNELS;
    let product = load_image(pixel + k / MULTIPLIER) * load_filters(tap * FILTERS + k);
    sum += select(vec4f(), product, inside);
  }
  if (HAS_BIAS != 0u) { sum += load_bias(k); }
  y[i] = vec4<y_real>(activate(sum));
}
