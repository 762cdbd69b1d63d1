// Convolution, gradient with respect to its filters, for software adapters that do not unroll loops (any shape):
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// A matrix product: rows are (kh, kw, c), columns the filters k, and the long sum runs over the positions; it is cut into SPLIT
// slices, one for each workgroup z, which reduce-partials.wgsl adds up. With SPLIT = 1 partials is dfilters itself. One invocation
// computes four rows by four columns as one matrix in registers, without an array: 8 loads for 16 products.
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
const SPLIT: u32 = 1;
const DESCEND: u32 = 0; // 1 with SPLIT 1: partials are the filters themselves, from which rate * gradient is subtracted; so the bias
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const RUN: u32 = 256; // positions whose dy is summed on its own first: so the rounding errors of a long sum stay small
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const TILES = vec2u((FILTERS + 16 - 1) / 16, (ROWS + 16 - 1) / 16); // of columns and of rows

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS
@group(0) @binding(4) var<uniform> step: StepState;

// Of plain gradient descent.
fn rate() -> f32 { return step.learning_rate / (1.0 + DECAY * f32(step.step)); }

@compute @workgroup_size(4, 4)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  if (DESCEND == 1 && step.halted != 0) { return; }
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let first_row = workgroup.y * 16 + local.y * 4;
  let first_column = workgroup.x * 16 + local.x * 4;
  if (first_row >= ROWS || first_column >= FILTERS || workgroup.z >= SPLIT) { return; }
  // rows and columns past the last repeat it: they are computed and not stored
  let row = min(vec4u(first_row) + vec4u(0, 1, 2, 3), vec4u(ROWS - 1));
  let column = min(vec4u(first_column) + vec4u(0, 1, 2, 3), vec4u(FILTERS - 1));
  let tap = row / CHANNELS;
  let channel = row % CHANNELS;
  let down = tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP; // negative ones wrap around, here and below
  let right = tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;

  var sum = mat4x4f(); // [row][column]
  var bias_sum = vec4f();
  let end = min((workgroup.z + 1) * SLICE, POSITIONS);
  for (var run = workgroup.z * SLICE; run < end; run += RUN) {
    var bias_run = vec4f();
    for (var position = run; position < min(run + RUN, end); position++) {
      let h = down + position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT;
      let w = right + position % OUT_WIDTH * STRIDE_WIDTH;
      let inside = (h < vec4u(HEIGHT)) & (w < vec4u(WIDTH));
      let pixel = (position / (OUT_HEIGHT * OUT_WIDTH) * HEIGHT + h) * WIDTH + w;
      let at = select(vec4u(), pixel * CHANNELS + channel, inside);
      let a = select(vec4f(), vec4f(f32(image[at.x]), f32(image[at.y]), f32(image[at.z]), f32(image[at.w])), inside);
      let output = position * FILTERS + column;
      let b = vec4f(f32(dy[output.x]), f32(dy[output.y]), f32(dy[output.z]), f32(dy[output.w]));
      bias_run += b;
      sum += mat4x4f(a.x * b, a.y * b, a.z * b, a.w * b);
    }
    bias_sum += bias_run;
  }

  if (HAS_BIAS == 1 && first_row == 0) {
    for (var j = 0u; j < min(4u, FILTERS - first_column); j++) {
      let at = workgroup.z * FILTERS + first_column + j;
      if (DESCEND == 1) { bias_partials[at] -= rate() * bias_sum[j]; } else { bias_partials[at] = bias_sum[j]; }
    }
  }
  for (var i = 0u; i < min(4u, ROWS - first_row); i++) {
    for (var j = 0u; j < min(4u, FILTERS - first_column); j++) {
      let at = (workgroup.z * ROWS + first_row + i) * FILTERS + first_column + j;
      if (DESCEND == 1) { partials[at] -= rate() * sum[i][j]; } else { partials[at] = sum[i][j]; }
    }
  }
}
