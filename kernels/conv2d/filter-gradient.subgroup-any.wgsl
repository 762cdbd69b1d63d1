// Convolution, gradient with respect to its filters, for software adapters (any shape):
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// A matrix product: rows are (kh, kw, c), columns the filters k, and the long sum runs over the positions; it is cut into SPLIT
// slices, one for each workgroup z, which reduce-partials.wgsl adds up. With SPLIT = 1 partials is dfilters itself. A workgroup
// is one subgroup. At each position a lane loads its own four rows and its own four columns; the rows of
// the other lanes of its group come by a shuffle. A lane computes 4 * GROUP rows of its four columns.
// Workgroups: TILES.x * TILES.y * SPLIT.
enable subgroups;

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
const SUBGROUP_SIZE: u32 = 8;
const GROUP: u32 = 4; // lanes that share their rows; a power of two, at most SUBGROUP_SIZE
const UNROLL: u32 = 2; // positions in one turn of the loop

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS;
const TILES = vec2u((FILTERS + 4 * GROUP - 1) / (4 * GROUP), (ROWS + 4 * SUBGROUP_SIZE - 1) / (4 * SUBGROUP_SIZE)); // of columns and of rows

@group(0) @binding(0) var<storage, read> image: array<image_real>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> dy: array<dy_real>; // [n, oh, ow, k]
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<f32>; // [split, k]; written if HAS_BIAS

// A row (kh, kw, c): where its tap lies from the corner of a patch (above or left of it the numbers wrap around), and its
// distance in memory. Taken apart before the loop over positions, since compilers leave divisions in a loop.
struct Row { h: u32, w: u32, distance: u32, exists: bool }

fn row_of(index: u32) -> Row {
  let tap = index / CHANNELS;
  let h = tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP;
  let w = tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;
  return Row(h, w, (h * WIDTH + w) * CHANNELS + index % CHANNELS, index < ROWS);
}

// What a row holds for the patch whose corner is pixel (h, w), at `start` in memory; zero outside the image or if not `summed`.
fn image_value(h: u32, w: u32, start: u32, summed: bool, row: Row) -> f32 {
  let inside = h + row.h < HEIGHT && w + row.w < WIDTH && row.exists && summed;
  return select(0.0, f32(image[select(0, start + row.distance, inside)]), inside);
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let group = lane / GROUP * GROUP; // the first lane of this lane's group
  let column = (workgroup.x * GROUP + lane % GROUP) * 4;
  let k = min(column + vec4u(0, 1, 2, 3), vec4u(FILTERS - 1)); // columns past the last are computed and not stored
  let first_row = (workgroup.y * SUBGROUP_SIZE + lane) * 4;
  let row = array<Row, 4>(row_of(first_row), row_of(first_row + 1), row_of(first_row + 2), row_of(first_row + 3));
  let end = min((workgroup.z + 1) * SLICE, POSITIONS);

  var sums: array<mat4x4f, GROUP>; // [lane of the group][channel][column]
  var bias_sum = vec4f();
  for (var start = workgroup.z * SLICE; start < end; start += UNROLL) {
    var own: array<vec4f, UNROLL>;
    var b: array<vec4f, UNROLL>;
    for (var u = 0u; u < UNROLL; u++) {
      let p = start + u; // a position
      let h = p / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT;
      let w = p % OUT_WIDTH * STRIDE_WIDTH;
      let pixel = ((p / (OUT_HEIGHT * OUT_WIDTH) * HEIGHT + h) * WIDTH + w) * CHANNELS;
      let summed = p < end;
      own[u] = vec4f(image_value(h, w, pixel, summed, row[0]), image_value(h, w, pixel, summed, row[1]),
        image_value(h, w, pixel, summed, row[2]), image_value(h, w, pixel, summed, row[3]));
      let dy_row = min(p, POSITIONS - 1) * FILTERS;
      b[u] = vec4f(f32(dy[dy_row + k.x]), f32(dy[dy_row + k.y]), f32(dy[dy_row + k.z]), f32(dy[dy_row + k.w]));
      if (HAS_BIAS == 1) { bias_sum += select(vec4f(), b[u], summed); }
    }
    for (var l = 0u; l < GROUP; l++) {
      for (var u = 0u; u < UNROLL; u++) {
        let a = subgroupShuffle(own[u], group + l);
        sums[l][0] = fma(a.xxxx, b[u], sums[l][0]);
        sums[l][1] = fma(a.yyyy, b[u], sums[l][1]);
        sums[l][2] = fma(a.zzzz, b[u], sums[l][2]);
        sums[l][3] = fma(a.wwww, b[u], sums[l][3]);
      }
    }
  }

  if (workgroup.z >= SPLIT) { return; } // past the last tile; a return before the loop costs lavapipe a mask
  if (HAS_BIAS == 1 && workgroup.y == 0 && group == 0) {
    for (var j = 0u; j < 4; j++) {
      if (column + j < FILTERS) { bias_partials[workgroup.z * FILTERS + column + j] = bias_sum[j]; }
    }
  }
  // Stored from a copy, so that `sums` stays in registers, in a loop that no compiler unrolls, since its end is no constant:
  // lavapipe needs half the time to compile it.
  let one = min(workgroups.x, 1);
  var result: array<vec4f, GROUP * 4>;
  for (var l = 0u; l < GROUP; l++) {
    for (var r = 0u; r < 4; r++) { result[l * 4 + r] = sums[l][r]; }
  }
  let first = (workgroup.y * SUBGROUP_SIZE + group) * 4;
  for (var i = 0u; i < GROUP * 4 * one; i++) {
    for (var j = 0u; j < 4; j++) {
      if (first + i < ROWS && column + j < FILTERS) { partials[(workgroup.z * ROWS + first + i) * FILTERS + column + j] = result[i][j]; }
    }
  }
}
