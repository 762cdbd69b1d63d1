// Convolution, gradient with respect to its input, for software adapters (any shape):
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// A matrix product like forward.subgroup.wgsl: rows are the pixels (n, h, w), columns the channels c, and the sum runs over
// q = (kh, kw, k). A lane loads the dy of its own rows and the filters of its own four columns; the dy of the other lanes of its
// group come by a shuffle.
// Workgroups: COLUMN_TILES * ceil(BATCH * HEIGHT * WIDTH / (SUBGROUP_SIZE * ROWS_PER_LANE)).
enable subgroups;

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
const SUBGROUP_SIZE: u32 = 8;
const GROUP: u32 = 8; // lanes that share their rows; a power of two, at most SUBGROUP_SIZE
const ROWS_PER_LANE: u32 = 2;
const COLUMN_TILES: u32 = (CHANNELS + 4 * GROUP - 1) / (4 * GROUP);

const PIXELS: u32 = BATCH * HEIGHT * WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * FILTERS;

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> image: array<image_real>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<dx_real>; // [n, h, w, c]

// Image n and, before division by the stride, the output position that tap (0, 0) leads to.
fn patch_origin(pixel: u32) -> vec3u {
  return vec3u(pixel / (HEIGHT * WIDTH), pixel / WIDTH % HEIGHT + PAD_TOP, pixel % WIDTH + PAD_LEFT);
}

fn dy_value(origin: vec3u, q: u32) -> f32 { // term q of the sum for a pixel, zero where its tap leads nowhere
  let tap = q / FILTERS;
  let top = origin.y - tap / KERNEL_WIDTH * DILATION_HEIGHT; // below zero this wraps around to a huge number
  let left = origin.z - tap % KERNEL_WIDTH * DILATION_WIDTH;
  let oh = top / STRIDE_HEIGHT;
  let ow = left / STRIDE_WIDTH;
  let reached = top % STRIDE_HEIGHT == 0 && left % STRIDE_WIDTH == 0;
  let inside = reached && oh < OUT_HEIGHT && ow < OUT_WIDTH && q < TERMS && origin.x < BATCH;
  let index = ((origin.x * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * FILTERS + q % FILTERS;
  return select(0.0, f32(dy[select(0, index, inside)]), inside);
}

fn weights(q: u32, c: vec4u) -> vec4f { // of term q at four channels; past the last term they meet zeros
  let row = min(q, TERMS - 1);
  let index = (row / FILTERS * CHANNELS + c) * FILTERS + row % FILTERS;
  return vec4f(filters[index.x], filters[index.y], filters[index.z], filters[index.w]);
}

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec2u(number % COLUMN_TILES, number / COLUMN_TILES);
  let first = workgroup.y * SUBGROUP_SIZE * ROWS_PER_LANE;
  let group = lane / GROUP * GROUP; // the first lane of this lane's group
  let column = (workgroup.x * GROUP + lane % GROUP) * 4;
  let c = min(column + vec4u(0, 1, 2, 3), vec4u(CHANNELS - 1)); // columns past the last are computed and not stored

  var origin: array<vec3u, ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) { origin[r] = patch_origin(first + r * SUBGROUP_SIZE + lane); }

  var sums: array<array<vec4f, GROUP>, ROWS_PER_LANE>;
  for (var q = 0u; q < TERMS; q += 4u) {
    let b0 = weights(q, c);
    let b1 = weights(q + 1, c);
    let b2 = weights(q + 2, c);
    let b3 = weights(q + 3, c);
    for (var r = 0u; r < ROWS_PER_LANE; r++) {
      let own = vec4f(dy_value(origin[r], q), dy_value(origin[r], q + 1), dy_value(origin[r], q + 2), dy_value(origin[r], q + 3));
      for (var l = 0u; l < GROUP; l++) {
        let a = subgroupShuffle(own, group + l);
        sums[r][l] = fma(a.wwww, b3, fma(a.zzzz, b2, fma(a.yyyy, b1, fma(a.xxxx, b0, sums[r][l]))));
      }
    }
  }

  // Stored from a copy, so that `sums` stays in registers, in a loop that no compiler unrolls, since its end is no constant:
  // lavapipe needs half the time to compile it.
  let one = min(workgroups.x, 1);
  var result: array<vec4f, GROUP * ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) {
    for (var l = 0u; l < GROUP; l++) { result[r * GROUP + l] = sums[r][l]; }
  }
  for (var i = 0u; i < GROUP * ROWS_PER_LANE * one; i++) {
    let pixel = first + i / GROUP * SUBGROUP_SIZE + group + i % GROUP;
    if (pixel >= PIXELS) { continue; }
    for (var j = 0u; j < 4; j++) {
      if (column + j >= CHANNELS) { continue; }
      var value = result[i][j];
      if (DERIVATIVE > 0) { value *= derivative(f32(image[pixel * CHANNELS + column + j])); }
      dx[pixel * CHANNELS + column + j] = dx_real(value);
    }
  }
}
