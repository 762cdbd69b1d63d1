// Depthwise convolution, gradient with respect to its filters (MULTIPLIER neighbouring filters see one channel):
//
//   partials[slice, kh, kw, k] = sum over the positions (n, oh, ow) of one slice of
//               image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, k / MULTIPLIER] * dy[n, oh, ow, k]
//
// The long sum is cut into SPLIT slices, one for each workgroup z, which reduce-partials.wgsl adds up. With SPLIT = 1 partials is
// dfilters itself. One invocation computes four neighbouring filters of one tap, its lanes.
// Workgroups: TILES * SPLIT.

alias image_real = f32; // element types: the loader makes them f16 for tensors of f16
alias dy_real = f32;

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
const HAS_BIAS: u32 = 0; // 1: bias_partials[slice, k] = sum of dy[n, oh, ow, k] over the positions of the slice
const SPLIT: u32 = 1;

const MULTIPLIER: u32 = FILTERS / CHANNELS;
const VECTOR: bool = FILTERS % 4 == 0;
const GROUPS_OF_4: u32 = (FILTERS + 3) / 4;
const TAPS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH;
const TILES: u32 = (TAPS * GROUPS_OF_4 + 64 - 1) / 64;
const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const RUN: u32 = 256; // positions whose dy is summed on its own first: so the rounding errors of a long sum stay small

@group(0) @binding(0) var<storage, read> image: array<vec4<image_real>>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS

fn load_image(at: vec4u) -> vec4f {
  if (VECTOR && MULTIPLIER == 1u) { return vec4f(image[at.x / 4u]); }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(f32(image[v.x][e.x]), f32(image[v.y][e.y]), f32(image[v.z][e.z]), f32(image[v.w][e.w]));
}

fn load_dy(at: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(dy[at.x / 4u]); }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(f32(dy[v.x][e.x]), f32(dy[v.y][e.y]), f32(dy[v.z][e.z]), f32(dy[v.w][e.w]));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let slice = number / TILES;
  let item = number % TILES * 64 + local; // four filters of one tap
  let tap = item / GROUPS_OF_4;
  if (tap >= TAPS || slice >= SPLIT) { return; }
  let first = item % GROUPS_OF_4 * 4u;
  let k = min(first + vec4u(0, 1, 2, 3), vec4u(FILTERS - 1)); // past the last it repeats: computed and not stored
  let down = tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP; // negative ones wrap around, here and below
  let right = tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;

  var sum = vec4f();
  var bias_sum = vec4f();
  let end = min((slice + 1u) * SLICE, POSITIONS);
  for (var run = slice * SLICE; run < end; run += RUN) {
    var bias_run = vec4f();
    for (var position = run; position < min(run + RUN, end); position++) {
      let h = down + position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT;
      let w = right + position % OUT_WIDTH * STRIDE_WIDTH;
      let gradient = load_dy(position * FILTERS + k);
      bias_run += gradient;
      if (h >= HEIGHT || w >= WIDTH) { continue; }
      let pixel = (position / (OUT_HEIGHT * OUT_WIDTH) * HEIGHT + h) * WIDTH + w;
      sum += load_image(pixel * CHANNELS + k / MULTIPLIER) * gradient;
    }
    bias_sum += bias_run;
  }
  for (var lane = 0u; lane < min(4u, FILTERS - first); lane++) {
    partials[(slice * TAPS + tap) * FILTERS + first + lane] = sum[lane];
    if (HAS_BIAS == 1 && tap == 0) { bias_partials[slice * FILTERS + first + lane] = bias_sum[lane]; }
  }
}
