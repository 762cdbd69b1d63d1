// Max-pooling, backward:
//
//   dx[n, h, w, c] = sum of dy[n, oh, ow, c] over the windows that (h, w) won
//
// One invocation computes four consecutive elements of dx, its lanes: each visits the windows that may cover it, so
// nothing is added atomically. VECTOR (channels are a multiple of 4): the lanes share their pixel.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;
alias dx_real = f32;

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
const DERIVATIVE: u32 = 0u; // dx is also multiplied by activation'(z) where x = activation(z): 1 relu, 2 sigmoid, 3 tanh; 0 not

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, c]
@group(0) @binding(1) var<storage, read> winner: array<vec2u>; // [n, oh, ow, c], two to a word: i * WINDOW_WIDTH + j
@group(0) @binding(2) var<storage, read> y: array<vec4<y_real>>; // [n, oh, ow, c], where (h, w) won it is x[n, h, w, c]; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<dx_real>>; // [n, h, w, c]

const WORKGROUP: u32 = 64u;
// Windows that may cover a pixel along each axis: the last one that starts at or before it, and those before that.
const COVER_HEIGHT: u32 = (WINDOW_HEIGHT + STRIDE_HEIGHT - 1u) / STRIDE_HEIGHT;
const COVER_WIDTH: u32 = (WINDOW_WIDTH + STRIDE_WIDTH - 1u) / STRIDE_WIDTH;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn derivative(y: vec4f) -> vec4f { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(vec4f(0), vec4f(1), y > vec4f(0)), y, is_nan(y)); // relu
}

fn slope(at: vec4u) -> vec4f {
  if (DERIVATIVE == 0u) { return vec4f(1.0); }
  let q = at / 4u;
  if (VECTOR) { return derivative(vec4f(y[q.x])); }
  let r = at % 4u;
  return derivative(vec4f(f32(y[q.x][r.x]), f32(y[q.y][r.y]), f32(y[q.z][r.z]), f32(y[q.w][r.w])));
}

// The winners of four elements.
fn winners(group: u32) -> vec4u {
  let pairs = winner[group];
  return vec4u(pairs.x & 0xffffu, pairs.x >> 16u, pairs.y & 0xffffu, pairs.y >> 16u);
}

// dy where the lane's place in the window won, else 0.
fn won(at: vec4u, place: vec4u) -> vec4f {
  let q = at / 4u;
  if (VECTOR) { return select(vec4f(0.0), vec4f(dy[q.x]), winners(q.x) == place); }
  let r = at % 4u;
  let gradient = vec4f(f32(dy[q.x][r.x]), f32(dy[q.y][r.y]), f32(dy[q.z][r.z]), f32(dy[q.w][r.w]));
  let places = vec4u(winners(q.x)[r.x], winners(q.y)[r.y], winners(q.z)[r.z], winners(q.w)[r.w]);
  return select(vec4f(0.0), gradient, places == place);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let group = id.x + id.y * groups.x * WORKGROUP;
  if (group >= arrayLength(&dx)) { return; }
  let element = 4u * group + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR);
  let c = element % CHANNELS;
  let w = element / CHANNELS % WIDTH;
  let h = element / (CHANNELS * WIDTH) % HEIGHT;
  let n = element / (CHANNELS * WIDTH * HEIGHT);

  var sum = vec4f(0.0);
  for (var i = 0u; i < COVER_HEIGHT; i++) {
    let oh = (h + PAD_TOP) / STRIDE_HEIGHT - i; // wraps around above the first window: then it is not < OUT_HEIGHT
    for (var j = 0u; j < COVER_WIDTH; j++) {
      let ow = (w + PAD_LEFT) / STRIDE_WIDTH - j;
      let inside = (oh < vec4u(OUT_HEIGHT)) & (ow < vec4u(OUT_WIDTH));
      if (!any(inside)) { continue; }
      let at = ((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * CHANNELS + c;
      let row = h + PAD_TOP - oh * STRIDE_HEIGHT; // of the pixel in the window
      let column = w + PAD_LEFT - ow * STRIDE_WIDTH;
      let covered = inside & (row < vec4u(WINDOW_HEIGHT)) & (column < vec4u(WINDOW_WIDTH));
      sum += select(vec4f(0.0), won(at, row * WINDOW_WIDTH + column) * slope(at), covered);
    }
  }
  dx[group] = vec4<dx_real>(sum);
}
