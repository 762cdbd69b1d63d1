// Convolution, gradient with respect to its filters:
//
//   dfilters[kh, kw, c, k] = sum over n, oh, ow of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// A weight collects from every place where it was used: all positions of all images. One invocation computes one element of
// dfilters; it sums image by image (dy also row by row), which keeps the rounding error of so long a sum small. With GROUPS > 1
// c counts the channels of the group that filter k belongs to. With SPLIT > 1 the images are dealt out to so many slices, which
// reduce-partials.wgsl adds up.
// Workgroups: TILES.x * TILES.y * SPLIT.

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
const GROUPS: u32 = 1; // divides CHANNELS and FILTERS
const SPLIT: u32 = 1;

const GROUP_CHANNELS: u32 = CHANNELS / GROUPS;
const GROUP_FILTERS: u32 = FILTERS / GROUPS;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * GROUP_CHANNELS;
const TILES = vec2u((FILTERS + 8 - 1) / 8, (ROWS + 8 - 1) / 8); // of columns and of rows

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c / GROUPS, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let k = workgroup.x * 8 + local.x;
  let row = workgroup.y * 8 + local.y;
  let c = k / GROUP_FILTERS * GROUP_CHANNELS + row % GROUP_CHANNELS;
  let kw = row / GROUP_CHANNELS % KERNEL_WIDTH;
  let kh = row / GROUP_CHANNELS / KERNEL_WIDTH;
  if (k >= FILTERS || kh >= KERNEL_HEIGHT || workgroup.z >= SPLIT) { return; }

  var total = 0.0;
  var bias_total = 0.0;
  for (var n = workgroup.z; n < BATCH; n += SPLIT) {
    var sum = 0.0;
    var bias_sum = 0.0;
    var bias_row = 0.0;
    for (var position = 0u; position < OUT_HEIGHT * OUT_WIDTH; position++) {
      let gradient = f32(dy[(n * OUT_HEIGHT * OUT_WIDTH + position) * FILTERS + k]);
      let oh = position / OUT_WIDTH;
      let ow = position % OUT_WIDTH;
      bias_row += gradient;
      if (ow == OUT_WIDTH - 1u) {
        bias_sum += bias_row;
        bias_row = 0.0;
      }
      let h = oh * STRIDE_HEIGHT + kh * DILATION_HEIGHT - PAD_TOP; // above the image this wraps around to a huge number
      let w = ow * STRIDE_WIDTH + kw * DILATION_WIDTH - PAD_LEFT;
      if (h >= HEIGHT || w >= WIDTH) { continue; }
      sum += f32(image[((n * HEIGHT + h) * WIDTH + w) * CHANNELS + c]) * gradient;
    }
    total += sum;
    bias_total += bias_sum;
  }
  partials[(workgroup.z * ROWS + row) * FILTERS + k] = total;
  if (HAS_BIAS == 1 && row == 0) { bias_partials[workgroup.z * FILTERS + k] = bias_total; }
}
