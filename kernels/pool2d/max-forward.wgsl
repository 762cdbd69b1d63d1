// Max-pooling, forward:
//
//   y[n, oh, ow, c] = max over the window of x[n, oh*stride + i - pad, ow*stride + j - pad, c]
//
// and winner[...] = h * WIDTH + w, where the (first) largest value stood. One invocation computes one element of y.

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

@group(0) @binding(0) var<storage, read> x: array<f32>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [n, oh, ow, c]
@group(0) @binding(2) var<storage, read_write> winner: array<u32>; // [n, oh, ow, c]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= arrayLength(&y)) { return; }
  let c = element % CHANNELS;
  let ow = element / CHANNELS % OUT_WIDTH;
  let oh = element / (CHANNELS * OUT_WIDTH) % OUT_HEIGHT;
  let n = element / (CHANNELS * OUT_WIDTH * OUT_HEIGHT);

  var largest = 0.0;
  var position = HEIGHT * WIDTH; // none yet
  for (var i = 0u; i < WINDOW_HEIGHT; i++) {
    let h = oh * STRIDE_HEIGHT + i - PAD_TOP; // wraps around above the image: then it is not < HEIGHT
    if (h >= HEIGHT) { continue; }
    for (var j = 0u; j < WINDOW_WIDTH; j++) {
      let w = ow * STRIDE_WIDTH + j - PAD_LEFT;
      if (w >= WIDTH) { continue; }
      let value = x[((n * HEIGHT + h) * WIDTH + w) * CHANNELS + c];
      if (position == HEIGHT * WIDTH || value > largest) {
        largest = value;
        position = h * WIDTH + w;
      }
    }
  }
  y[element] = largest;
  winner[element] = position;
}
