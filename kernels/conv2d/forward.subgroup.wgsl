// Convolution, forward, for software adapters (CHANNELS and FILTERS divisible by 4):
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
const QUADS: u32 = CHANNELS / 4;
const COLUMNS: u32 = FILTERS / 4;

@group(0) @binding(0) var<storage, read> image: array<vec4<image_real>>; // [n, h, w, c / 4]
@group(0) @binding(1) var<storage, read> filters: array<vec4f>; // [kh, kw, c, k / 4]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [k / 4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<y_real>>; // [n, oh, ow, k / 4]

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn activate(x: vec4f) -> vec4f {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, vec4f(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, vec4f(-15), vec4f(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

// Where the patch of a position begins: image n, top row, left column (above or left of the image they wrap around).
fn patch_origin(position: u32) -> vec3u {
  let oh = position / OUT_WIDTH % OUT_HEIGHT;
  let ow = position % OUT_WIDTH;
  return vec3u(position / (OUT_HEIGHT * OUT_WIDTH), oh * STRIDE_HEIGHT - PAD_TOP, ow * STRIDE_WIDTH - PAD_LEFT);
}

// Channels 4 * quad to 4 * quad + 3 of one tap of the patch.
fn patch_terms(origin: vec3u, tap: u32, quad: u32) -> vec4f {
  let h = origin.y + tap / KERNEL_WIDTH * DILATION_HEIGHT;
  let w = origin.z + tap % KERNEL_WIDTH * DILATION_WIDTH;
  let inside = h < HEIGHT && w < WIDTH && origin.x < BATCH;
  let index = ((origin.x * HEIGHT + h) * WIDTH + w) * QUADS + quad;
  return select(vec4f(), vec4f(image[select(0, index, inside)]), inside);
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
  let weight = min(column, COLUMNS - 1); // columns past the last are computed and not stored

  var origin: array<vec3u, ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) { origin[r] = patch_origin(first + r * SUBGROUP_SIZE + lane); }

  var sums: array<array<vec4f, GROUP>, ROWS_PER_LANE>;
  for (var step = 0u; step < KERNEL_HEIGHT * KERNEL_WIDTH * QUADS; step++) { // four terms of the sum
    let b0 = filters[step * 4 * COLUMNS + weight];
    let b1 = filters[(step * 4 + 1) * COLUMNS + weight];
    let b2 = filters[(step * 4 + 2) * COLUMNS + weight];
    let b3 = filters[(step * 4 + 3) * COLUMNS + weight];
    for (var r = 0u; r < ROWS_PER_LANE; r++) {
      let own = patch_terms(origin[r], step / QUADS, step % QUADS);
      for (var l = 0u; l < GROUP; l++) {
        let a = subgroupShuffle(own, group + l);
        sums[r][l] = fma(a.wwww, b3, fma(a.zzzz, b2, fma(a.yyyy, b1, fma(a.xxxx, b0, sums[r][l]))));
      }
    }
  }

  if (column >= COLUMNS) { return; }
  var start = vec4f();
  if (HAS_BIAS != 0) { start = bias[column]; }
  // Stored from a copy, so that `sums` stays in registers, in a loop that no compiler unrolls, since its end is no constant:
  // lavapipe needs half the time to compile it.
  let one = min(workgroups.x, 1);
  var result: array<vec4f, GROUP * ROWS_PER_LANE>;
  for (var r = 0u; r < ROWS_PER_LANE; r++) {
    for (var l = 0u; l < GROUP; l++) { result[r * GROUP + l] = sums[r][l]; }
  }
  for (var i = 0u; i < GROUP * ROWS_PER_LANE * one; i++) {
    let position = first + i / GROUP * SUBGROUP_SIZE + group + i % GROUP;
    if (position < POSITIONS) { y[position * COLUMNS + column] = vec4<y_real>(activate(result[i] + start)); }
  }
}
