// Average-pooling, backward:
//
//   dx[n, h, w, c] = sum of dy[n, oh, ow, c] / (pixels of the window inside the image) over the windows covering (h, w)
//
// One invocation computes four consecutive elements of dx, its lanes, so nothing is added atomically.
// VECTOR (channels are a multiple of 4): the lanes share their pixel.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
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

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, c]
@group(0) @binding(1) var<storage, read_write> dx: array<vec4<dx_real>>; // [n, h, w, c]

const WORKGROUP: u32 = 64u;
// Windows that may cover a pixel along each axis: the last one that starts at or before it, and those before that.
const COVER_HEIGHT: u32 = (WINDOW_HEIGHT + STRIDE_HEIGHT - 1u) / STRIDE_HEIGHT;
const COVER_WIDTH: u32 = (WINDOW_WIDTH + STRIDE_WIDTH - 1u) / STRIDE_WIDTH;

fn load(at: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(dy[at.x / 4u]); }
  return vec4f(
    f32(dy[at.x / 4u][at.x % 4u]), f32(dy[at.y / 4u][at.y % 4u]), f32(dy[at.z / 4u][at.z % 4u]), f32(dy[at.w / 4u][at.w % 4u]));
}

// Pixels of window `o` inside the image, along one axis.
fn extent(o: vec4u, window: u32, stride: u32, before: u32, size: u32) -> vec4u {
  return min(o * stride + window, vec4u(size + before)) - max(o * stride, vec4u(before));
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
    let rows = extent(oh, WINDOW_HEIGHT, STRIDE_HEIGHT, PAD_TOP, HEIGHT);
    let covers = (oh < vec4u(OUT_HEIGHT)) & (oh * STRIDE_HEIGHT + WINDOW_HEIGHT > h + PAD_TOP);
    for (var j = 0u; j < COVER_WIDTH; j++) {
      let ow = (w + PAD_LEFT) / STRIDE_WIDTH - j;
      let inside = covers & (ow < vec4u(OUT_WIDTH)) & (ow * STRIDE_WIDTH + WINDOW_WIDTH > w + PAD_LEFT);
      if (!any(inside)) { continue; }
      let columns = extent(ow, WINDOW_WIDTH, STRIDE_WIDTH, PAD_LEFT, WIDTH);
      let gradient = load(((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * CHANNELS + c);
      sum += select(vec4f(0.0), gradient / vec4f(rows * columns), inside);
    }
  }
  dx[group] = vec4<dx_real>(sum);
}
