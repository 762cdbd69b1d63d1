// Depthwise convolution, gradient with respect to its input (MULTIPLIER neighbouring filters see one channel):
//
//   dx[n, h, w, c] = sum over kh, kw, m of dy[n, oh, ow, c*MULTIPLIER + m] * filters[kh, kw, c*MULTIPLIER + m]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// One invocation computes four consecutive elements of dx, its lanes: neighbouring channels of one pixel if CHANNELS is a
// multiple of 4. Workgroups: ceil(BATCH * HEIGHT * WIDTH * CHANNELS / 256).

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

const MULTIPLIER: u32 = FILTERS / CHANNELS;
const VECTOR: bool = CHANNELS % 4 == 0;
const WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, k]
@group(0) @binding(1) var<storage, read> filters: array<vec4f>; // [kh, kw, k]
@group(0) @binding(2) var<storage, read> image: array<vec4<image_real>>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<dx_real>>; // [n, h, w, c]

fn load_dy(at: vec4u) -> vec4f {
  if (VECTOR && MULTIPLIER == 1u) { return vec4f(dy[at.x / 4u]); }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(f32(dy[v.x][e.x]), f32(dy[v.y][e.y]), f32(dy[v.z][e.z]), f32(dy[v.w][e.w]));
}

fn load_filters(at: vec4u) -> vec4f {
  if (VECTOR && MULTIPLIER == 1u) { return filters[at.x / 4u]; }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(filters[v.x][e.x], filters[v.y][e.y], filters[v.z][e.z], filters[v.w][e.w]);
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn derivative(y: vec4f) -> vec4f { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(vec4f(0), vec4f(1), y > vec4f(0)), y, is_nan(y)); // relu
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let lanes = vec4u(0, 1, 2, 3);
  let c = (4u * i + lanes) % CHANNELS;
  let pixel = (4u * i + select(lanes, vec4u(), VECTOR)) / CHANNELS; // VECTOR: the same in all lanes
  let w = pixel % WIDTH;
  let h = pixel / WIDTH % HEIGHT;
  let n = pixel / (WIDTH * HEIGHT);

  var sum = vec4f();
  for (var tap = 0u; tap < KERNEL_HEIGHT * KERNEL_WIDTH; tap++) {
    let top = h + PAD_TOP - tap / KERNEL_WIDTH * DILATION_HEIGHT; // oh * stride; below zero this wraps around
    let left = w + PAD_LEFT - tap % KERNEL_WIDTH * DILATION_WIDTH;
    let oh = top / STRIDE_HEIGHT;
    let ow = left / STRIDE_WIDTH;
    let inside = (top % STRIDE_HEIGHT == vec4u()) & (left % STRIDE_WIDTH == vec4u())
               & (oh < vec4u(OUT_HEIGHT)) & (ow < vec4u(OUT_WIDTH));
    if (!any(inside)) { continue; }
    let position = ((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * FILTERS;
    for (var m = 0u; m < MULTIPLIER; m++) {
      let k = c * MULTIPLIER + m;
      sum += select(vec4f(), load_dy(position + k) * load_filters(tap * FILTERS + k), inside);
    }
  }
  if (DERIVATIVE > 0) { sum *= derivative(vec4f(image[i])); }
  dx[i] = vec4<dx_real>(sum);
}
