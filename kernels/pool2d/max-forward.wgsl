// Max-pooling, forward:
//
//   y[n, oh, ow, c] = max over the window of x[n, oh*stride + i - pad, ow*stride + j - pad, c]
//
// and winner[...] = i * WINDOW_WIDTH + j, where in its window the (first) largest value stood, in 16 bits; NaN counts as
// larger than all numbers. One invocation computes four consecutive elements of y, its lanes. VECTOR (channels are a
// multiple of 4): the lanes share their pixels and load as one vec4. TOGETHER: values outside are loaded too, from elsewhere, so that
// no load is behind a branch and all of a window are on their way at a time.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const HEIGHT: u32 = 8u;
const WIDTH: u32 = 8u;
const CHANNELS: u32 = 4u;
const WINDOW_HEIGHT: u32 = 2u;
const WINDOW_WIDTH: u32 = 2u;
const STRIDE_HEIGHT: u32 = 2u;
const STRIDE_WIDTH: u32 = 2u;
const PAD_TOP: u32 = 0u;
const PAD_LEFT: u32 = 0u;
const OUT_HEIGHT: u32 = 4u;
const OUT_WIDTH: u32 = 4u;
const VECTOR: bool = true;
const TOGETHER: bool = false;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read_write> y: array<vec4<y_real>>; // [n, oh, ow, c]
@group(0) @binding(2) var<storage, read_write> winner: array<vec2u>; // [n, oh, ow, c], two to a word

const WORKGROUP: u32 = 64u;
const NOBODY: vec4u = vec4u(0xffffu);

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

fn load(at: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(x[at.x / 4u]); }
  return vec4f(f32(x[at.x / 4u][at.x % 4u]), f32(x[at.y / 4u][at.y % 4u]), f32(x[at.z / 4u][at.z % 4u]), f32(x[at.w / 4u][at.w % 4u]));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let group = id.x + id.y * groups.x * WORKGROUP;
  if (group >= arrayLength(&y)) { return; }
  let element = 4u * group + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR);
  let c = element % CHANNELS;
  let ow = element / CHANNELS % OUT_WIDTH;
  let oh = element / (CHANNELS * OUT_WIDTH) % OUT_HEIGHT;
  let n = element / (CHANNELS * OUT_WIDTH * OUT_HEIGHT);

  var largest = vec4f(0.0);
  var position = NOBODY;
  for (var i = 0u; i < WINDOW_HEIGHT; i++) {
    let h = oh * STRIDE_HEIGHT + i - PAD_TOP; // wraps around above the image: then it is not < HEIGHT
    for (var j = 0u; j < WINDOW_WIDTH; j++) {
      let w = ow * STRIDE_WIDTH + j - PAD_LEFT;
      let inside = (h < vec4u(HEIGHT)) & (w < vec4u(WIDTH));
      if (!TOGETHER && !any(inside)) { continue; }
      let place = ((n * HEIGHT + h) * WIDTH + w) * CHANNELS + c;
      let value = load(select(place, select(vec4u(0u), place, inside), TOGETHER));
      let larger = (value > largest) | is_nan(value);
      let wins = inside & ((position == NOBODY) | (larger & !is_nan(largest)));
      largest = select(largest, value, wins);
      position = select(position, vec4u(i * WINDOW_WIDTH + j), wins);
    }
  }
  y[group] = vec4<y_real>(largest);
  winner[group] = position.xz | (position.yw << vec2u(16u));
}
