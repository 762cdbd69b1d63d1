// Convolution, gradient with respect to its input, for software adapters (CHANNELS and FILTERS divisible by 4):
//
//   dx[n, h, w, c] = sum over kh, kw, k of dy[n, oh, ow, k] * filters[kh, kw, c, k]
//                    where oh*stride + kh*dilation - pad = h and ow*stride + kw*dilation - pad = w
//
// A matrix product like forward.subgroup.wgsl: rows are the pixels (n, h, w), columns the channels c, and the sum runs over
// (kh, kw, k). A lane loads the dy of its own rows and the filters of its own four columns; the dy of the other lanes of its
// group come by a shuffle. The filters lie along k in memory: four loads make a 4 x 4 block (c, k), used transposed.
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
const QUADS: u32 = FILTERS / 4;
const COLUMNS: u32 = CHANNELS / 4;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, k / 4]
@group(0) @binding(1) var<storage, read> filters: array<vec4f>; // [kh, kw, c, k / 4]
@group(0) @binding(2) var<storage, read> image: array<vec4<image_real>>; // like dx; read if DERIVATIVE
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<dx_real>>; // [n, h, w, c / 4]

// Image n and, before division by the stride, the output position that tap (0, 0) leads to.
fn patch_origin(pixel: u32) -> vec3u {
  return vec3u(pixel / (HEIGHT * WIDTH), pixel / WIDTH % HEIGHT + PAD_TOP, pixel % WIDTH + PAD_LEFT);
}

// dy at 4 * quad to 4 * quad + 3, where one tap of the pixel leads; zero where it leads nowhere.
fn patch_terms(origin: vec3u, tap: u32, quad: u32) -> vec4f {
  let top = origin.y - tap / KERNEL_WIDTH * DILATION_HEIGHT; // below zero this wraps around to a huge number
  let left = origin.z - tap % KERNEL_WIDTH * DILATION_WIDTH;
  let oh = top / STRIDE_HEIGHT;
  let ow = left / STRIDE_WIDTH;
  let reached = top % STRIDE_HEIGHT == 0 && left % STRIDE_WIDTH == 0;
  let inside = reached && oh < OUT_HEIGHT && ow < OUT_WIDTH && origin.x < BATCH;
  let index = ((origin.x * OUT_HEIGHT + oh) * OUT_WIDTH + ow) * QUADS + quad;
  return select(vec4f(), vec4f(dy[select(0, index, inside)]), inside);
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn derivative(y: vec4f) -> vec4f { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(vec4f(0), vec4f(1), y > vec4f(0)), y, is_nan(y)); // relu
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
  let column = workgroup.x * GROUP + lane % GROUP;
  let channel = min(column, COLUMNS - 1) * 4; // columns past the last are computed and not stored

  var origin: array<vec3u, ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) { origin[r] = patch_origin(first + r * SUBGROUP_SIZE + lane); }

  var sums: array<array<vec4f, GROUP>, ROWS_PER_LANE>;
  for (var step = 0u; step < KERNEL_HEIGHT * KERNEL_WIDTH * QUADS; step++) { // four terms of the sum
    let weight = (step / QUADS * CHANNELS + channel) * QUADS + step % QUADS;
    let c0 = filters[weight];
    let c1 = filters[weight + QUADS];
    let c2 = filters[weight + 2 * QUADS];
    let c3 = filters[weight + 3 * QUADS];
    let b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
    let b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
    let b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
    let b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
    for (var r = 0u; r < ROWS_PER_LANE; r++) {
      let own = patch_terms(origin[r], step / QUADS, step % QUADS);
      for (var l = 0u; l < GROUP; l++) {
        let a = subgroupShuffle(own, group + l);
        sums[r][l] = fma(a.wwww, b3, fma(a.zzzz, b2, fma(a.yyyy, b1, fma(a.xxxx, b0, sums[r][l]))));
      }
    }
  }

  if (column >= COLUMNS) { return; }
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
    var value = result[i];
    if (DERIVATIVE > 0) { value *= derivative(vec4f(image[pixel * COLUMNS + column])); }
    dx[pixel * COLUMNS + column] = vec4<dx_real>(value);
  }
}
