// Max-pooling, backward:
//
//   dx[n, h, w, c] = sum of dy[n, oh, ow, c] over the windows that (h, w) won
//
// One invocation computes one element of dx: it visits the windows that cover it, so nothing is added atomically.

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

@group(0) @binding(0) var<storage, read> dy: array<f32>; // [n, oh, ow, c]
@group(0) @binding(1) var<storage, read> winner: array<u32>; // [n, oh, ow, c]
@group(0) @binding(2) var<storage, read_write> dx: array<f32>; // [n, h, w, c]

const WORKGROUP: u32 = 64u;

// The first output whose window reaches input position `at` (already shifted by the padding). 
fn first_window(at: u32, window: u32, stride: u32) -> u32 {
  return select(0u, (at - window) / stride + 1u, at >= window);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= arrayLength(&dx)) { return; }
  let c = element % CHANNELS;
  let w = element / CHANNELS % WIDTH;
  let h = element / (CHANNELS * WIDTH) % HEIGHT;
  let n = element / (CHANNELS * WIDTH * HEIGHT);

  let last_row = min((h + PAD_TOP) / STRIDE_HEIGHT + 1u, OUT_HEIGHT);
  let last_column = min((w + PAD_LEFT) / STRIDE_WIDTH + 1u, OUT_WIDTH);
  var sum = 0.0;
  for (var oh = first_window(h + PAD_TOP, WINDOW_HEIGHT, STRIDE_HEIGHT); oh < last_row; oh++) {
    for (var ow = first_window(w + PAD_LEFT, WINDOW_WIDTH, STRIDE_WIDTH); ow < last_column; ow++) {
      let output = ((n * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * CHANNELS + c;
      if (winner[output] == h * WIDTH + w) { sum += dy[output]; }
    }
  }
  dx[element] = sum;
}
