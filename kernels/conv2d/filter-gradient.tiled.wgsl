// Convolution, gradient with respect to its filters, for hardware GPUs (any shape):
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// A matrix product: rows are (kh, kw, c), columns the filters k, and the long sum runs over the positions; it is cut into SPLIT
// slices, one for each workgroup z, which reduce-partials.wgsl adds up. With SPLIT = 1 partials is dfilters itself.
// TILE rows by TILE columns are computed by a workgroup of 16 x 16 invocations, each 4 x 4 of them in registers. The terms of the
// sum are taken DEPTH at a time: the workgroup copies that part of both matrices to workgroup memory, so that a value is loaded
// from the buffers once for 64 uses.
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
const TILE: u32 = 64;
const DEPTH: u32 = 16;
const PITCH: u32 = TILE / 4 + 1; // of a row of vec4f in workgroup memory; one more keeps the banks apart

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const TILES = vec2u((FILTERS + TILE - 1) / TILE, (ROWS + TILE - 1) / TILE); // of columns and of rows

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS
@group(0) @binding(4) var<uniform> step: StepState;

var<workgroup> left_tile: array<vec4f, DEPTH * PITCH>; // [term, row / 4]
var<workgroup> right_tile: array<vec4f, DEPTH * PITCH>; // [term, column / 4]

// What row (kh, kw, c) of the patch at a position holds; zero outside the image.
fn image_value(position: u32, row: u32) -> f32 {
  let tap = row / CHANNELS;
  let h = position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT + tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP;
  let w = position % OUT_WIDTH * STRIDE_WIDTH + tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;
  if (h >= HEIGHT || w >= WIDTH || row >= ROWS) { return 0.0; }
  return f32(image[((position / (OUT_HEIGHT * OUT_WIDTH) * HEIGHT + h) * WIDTH + w) * CHANNELS + row % CHANNELS]);
}

fn dy_value(position: u32, k: u32) -> f32 {
  if (k >= FILTERS) { return 0.0; }
  return f32(dy[position * FILTERS + k]);
}

// Of plain gradient descent.
fn rate() -> f32 { return step.learning_rate / (1.0 + DECAY * f32(step.step)); }

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (workgroup.z >= SPLIT || (DESCEND == 1 && step.halted != 0)) { return; } // past the last tile, or halted
  let first_row = workgroup.y * TILE;
  let first_column = workgroup.x * TILE;
  let end = min((workgroup.z + 1) * SLICE, POSITIONS);

  var sums: array<vec4f, 4>; // four rows of four columns
  var bias_sum = vec4f();
  for (var start = workgroup.z * SLICE; start < end; start += DEPTH) {
    var bias_run = vec4f();
    let p = start + local.y;
    let row = first_row + local.x * 4;
    let k = first_column + local.x * 4;
    var a = vec4f();
    var b = vec4f();
    if (p < end) {
      a = vec4f(image_value(p, row), image_value(p, row + 1), image_value(p, row + 2), image_value(p, row + 3));
      b = vec4f(dy_value(p, k), dy_value(p, k + 1), dy_value(p, k + 2), dy_value(p, k + 3));
    }
    left_tile[local.y * PITCH + local.x] = a;
    right_tile[local.y * PITCH + local.x] = b;
    workgroupBarrier();
    for (var t = 0u; t < DEPTH; t++) {
      let a = left_tile[t * PITCH + local.y];
      let b = right_tile[t * PITCH + local.x];
      if (HAS_BIAS == 1) { bias_run += b; }
      sums[0] = fma(a.xxxx, b, sums[0]);
      sums[1] = fma(a.yyyy, b, sums[1]);
      sums[2] = fma(a.zzzz, b, sums[2]);
      sums[3] = fma(a.wwww, b, sums[3]);
    }
    workgroupBarrier();
    bias_sum += bias_run;
  }

  if (HAS_BIAS == 1 && workgroup.y + local.y == 0) {
    for (var j = 0u; j < 4; j++) {
      let k = first_column + local.x * 4 + j;
      if (k >= FILTERS) { continue; }
      let at = workgroup.z * FILTERS + k;
      if (DESCEND == 1) { bias_partials[at] -= rate() * bias_sum[j]; } else { bias_partials[at] = bias_sum[j]; }
    }
  }
  for (var r = 0u; r < 4; r++) {
    let row = first_row + local.y * 4 + r;
    if (row >= ROWS) { continue; }
    for (var j = 0u; j < 4; j++) {
      let k = first_column + local.x * 4 + j;
      if (k >= FILTERS) { continue; }
      let at = (workgroup.z * ROWS + row) * FILTERS + k;
      if (DESCEND == 1) { partials[at] -= rate() * sums[r][j]; } else { partials[at] = sums[r][j]; }
    }
  }
}
