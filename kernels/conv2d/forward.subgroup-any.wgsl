// Convolution, forward, for software adapters (any shape):
//
//   y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of
//                       image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * filters[kh, kw, c, k])
//
// A matrix product: rows are the output positions (n, oh, ow), columns the filters k, and the sum runs over q = (kh, kw, c). The
// matrix of image patches is never stored. A workgroup is one subgroup. Every value is loaded by exactly one lane of a group,
// since loads are what costs on such an adapter: each lane loads its own rows of the patches and its own four columns of the
// filters, and receives the rows of the other lanes of its group by a shuffle. So a lane computes GROUP * ROWS_PER_LANE rows of
// its four columns. Loops over arrays have constant bounds, so that compilers unroll them and keep the sums in registers.
// Workgroups: COLUMN_TILES * ceil(BATCH * OUT_HEIGHT * OUT_WIDTH / (SUBGROUP_SIZE * ROWS_PER_LANE)).
enable subgroups;

alias image_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

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
const HAS_BIAS: u32 = 1; // 0: another buffer is bound as bias and not read
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh
const SUBGROUP_SIZE: u32 = 8;
const GROUP: u32 = 8; // lanes that share their rows; a power of two, at most SUBGROUP_SIZE
const ROWS_PER_LANE: u32 = 2;
const COLUMN_TILES: u32 = (FILTERS + 4 * GROUP - 1) / (4 * GROUP);

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const TERMS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> filters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [k]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>; // [n, oh, ow, k]

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

// Where the patch of a position begins: image n, top row, left column (above or left of the image they wrap around).
fn patch_origin(position: u32) -> vec3u {
  let oh = position / OUT_WIDTH % OUT_HEIGHT;
  let ow = position % OUT_WIDTH;
  return vec3u(position / (OUT_HEIGHT * OUT_WIDTH), oh * STRIDE_HEIGHT - PAD_TOP, ow * STRIDE_WIDTH - PAD_LEFT);
}

// Index of term q of a patch, or OUTSIDE.
const OUTSIDE: u32 = 0xffffffffu;
fn patch_index(origin: vec3u, q: u32) -> u32 {
  let tap = q / CHANNELS;
  let h = origin.y + tap / KERNEL_WIDTH * DILATION_HEIGHT;
  let w = origin.z + tap % KERNEL_WIDTH * DILATION_WIDTH;
  let inside = h < HEIGHT && w < WIDTH && q < TERMS && origin.x < BATCH;
  return select(OUTSIDE, ((origin.x * HEIGHT + h) * WIDTH + w) * CHANNELS + q % CHANNELS, inside);
}

fn image_value(index: u32) -> f32 {
  return select(f32(image[select(index, 0u, index == OUTSIDE)]), 0.0, index == OUTSIDE);
}

// Terms q to q + 3 of a patch.
fn patch_terms(origin: vec3u, q: u32) -> vec4f {
  let i = patch_index(origin, q);
  if (CHANNELS % 4 == 0) { // neighbours in memory
    let j = select(i, 0u, i == OUTSIDE);
    return select(vec4f(f32(image[j]), f32(image[j + 1]), f32(image[j + 2]), f32(image[j + 3])), vec4f(), i == OUTSIDE);
  }
  return vec4f(image_value(i), image_value(patch_index(origin, q + 1)),
    image_value(patch_index(origin, q + 2)), image_value(patch_index(origin, q + 3)));
}

fn weights(q: u32, k: vec4u) -> vec4f { // row q of the filters at four columns; past the last row they meet zeros
  let row = min(q, TERMS - 1) * FILTERS;
  return vec4f(filters[row + k.x], filters[row + k.y], filters[row + k.z], filters[row + k.w]);
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
  let k = min(column + vec4u(0, 1, 2, 3), vec4u(FILTERS - 1)); // columns past the last are computed and not stored

  var origin: array<vec3u, ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) { origin[r] = patch_origin(first + r * SUBGROUP_SIZE + lane); }

  var sums: array<array<vec4f, GROUP>, ROWS_PER_LANE>;
  for (var q = 0u; q < TERMS; q += 4u) {
    let b0 = weights(q, k);
    let b1 = weights(q + 1, k);
    let b2 = weights(q + 2, k);
    let b3 = weights(q + 3, k);
    for (var r = 0u; r < ROWS_PER_LANE; r++) {
      let own = patch_terms(origin[r], q);
      for (var l = 0u; l < GROUP; l++) {
        let a = subgroupShuffle(own, group + l);
        sums[r][l] = fma(a.wwww, b3, fma(a.zzzz, b2, fma(a.yyyy, b1, fma(a.xxxx, b0, sums[r][l]))));
      }
    }
  }

  var start = vec4f();
  if (HAS_BIAS != 0) { start = vec4f(bias[k.x], bias[k.y], bias[k.z], bias[k.w]); }
  // Stored from a copy, so that `sums` stays in registers, in a loop that no compiler unrolls, since its end is no constant:
  // lavapipe needs half the time to compile it.
  let one = min(workgroups.x, 1);
  var result: array<vec4f, GROUP * ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) {
    for (var l = 0u; l < GROUP; l++) { result[r * GROUP + l] = sums[r][l]; }
  }
  for (var i = 0u; i < GROUP * ROWS_PER_LANE * one; i++) {
    let position = first + i / GROUP * SUBGROUP_SIZE + group + i % GROUP;
    if (position >= POSITIONS) { continue; }
    let value = result[i] + start;
    for (var j = 0u; j < 4; j++) {
      if (column + j < FILTERS) { y[position * FILTERS + column + j] = y_real(activate(value[j])); }
    }
  }
}
