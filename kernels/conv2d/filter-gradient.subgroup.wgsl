// Convolution, gradient with respect to its filters, for software adapters (CHANNELS and FILTERS divisible by 4):
//
//   partials[slice, kh, kw, c, k] = sum over the positions (n, oh, ow) of one slice of
//                              image[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, c] * dy[n, oh, ow, k]
//
// A matrix product: rows are (kh, kw, c), columns the filters k, and the long sum runs over the positions; it is cut into SPLIT
// slices, one for each workgroup z, which reduce-partials.wgsl adds up. With SPLIT = 1 partials is dfilters itself. A workgroup
// is one subgroup. At each position a lane loads its own four rows (channels of one tap) and its own four columns; the rows of
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
const DESCEND: u32 = 0; // 1 with SPLIT 1: partials are the filters themselves, from which rate * gradient is subtracted; so the bias
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const SUBGROUP_SIZE: u32 = 8;
const GROUP: u32 = 8; // lanes that share their rows; a power of two, at most SUBGROUP_SIZE
const UNROLL: u32 = 2; // positions in one turn of the loop

const POSITIONS: u32 = BATCH * OUT_HEIGHT * OUT_WIDTH;
const SLICE: u32 = (POSITIONS + SPLIT - 1) / SPLIT;
const QUADS: u32 = CHANNELS / 4;
const COLUMNS: u32 = FILTERS / 4;
const ROWS: u32 = KERNEL_HEIGHT * KERNEL_WIDTH * QUADS; // of four channels each
const TILES = vec2u((COLUMNS + GROUP - 1) / GROUP, (ROWS + SUBGROUP_SIZE - 1) / SUBGROUP_SIZE); // of columns and of rows

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> image: array<vec4<image_real>>; // [n, h, w, c / 4]
@group(0) @binding(1) var<storage, read> dy: array<vec4<dy_real>>; // [n, oh, ow, k / 4]
@group(0) @binding(2) var<storage, read_write> partials: array<vec4f>; // [split, kh, kw, c, k / 4]
@group(0) @binding(3) var<storage, read_write> bias_partials: array<vec4f>; // [split, k / 4]; written if HAS_BIAS
@group(0) @binding(4) var<uniform> step: StepState;

// Four channels of the pixel that one tap sees from a position; zero outside the image and past the end of the slice.
fn image_terms(position: u32, end: u32, tap: u32, quad: u32) -> vec4f {
  let h = position / OUT_WIDTH % OUT_HEIGHT * STRIDE_HEIGHT + tap / KERNEL_WIDTH * DILATION_HEIGHT - PAD_TOP;
  let w = position % OUT_WIDTH * STRIDE_WIDTH + tap % KERNEL_WIDTH * DILATION_WIDTH - PAD_LEFT;
  let inside = h < HEIGHT && w < WIDTH && position < end;
  let index = ((position / (OUT_HEIGHT * OUT_WIDTH) * HEIGHT + h) * WIDTH + w) * QUADS + quad;
  return select(vec4f(), vec4f(image[select(0, index, inside)]), inside);
}

// Of plain gradient descent.
fn rate() -> f32 { return step.learning_rate / (1.0 + DECAY * f32(step.step)); }

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  if (DESCEND == 1 && step.halted != 0) { return; }
  let group = lane / GROUP * GROUP; // the first lane of this lane's group
  let column = workgroup.x * GROUP + lane % GROUP;
  let dy_column = min(column, COLUMNS - 1); // columns past the last are computed and not stored, and so are rows
  let row = workgroup.y * SUBGROUP_SIZE + lane;
  let tap = row / QUADS;
  let quad = row % QUADS;
  let end = min((workgroup.z + 1) * SLICE, POSITIONS);

  var sums: array<mat4x4f, GROUP>; // [lane of the group][channel][column]
  var bias_sum = vec4f();
  for (var start = workgroup.z * SLICE; start < end; start += UNROLL) {
    var own: array<vec4f, UNROLL>;
    var b: array<vec4f, UNROLL>;
    for (var u = 0u; u < UNROLL; u++) {
      own[u] = image_terms(start + u, end, tap, quad);
      b[u] = vec4f(dy[min(start + u, POSITIONS - 1) * COLUMNS + dy_column]);
      if (HAS_BIAS == 1) { bias_sum += select(vec4f(), b[u], start + u < end); }
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

  if (column >= COLUMNS || workgroup.z >= SPLIT) { return; } // past the last tile; a return before the loop costs lavapipe a mask
  if (HAS_BIAS == 1 && workgroup.y == 0 && group == 0) {
    let at = workgroup.z * COLUMNS + column;
    if (DESCEND == 1) { bias_partials[at] -= rate() * bias_sum; } else { bias_partials[at] = bias_sum; }
  }
  // Stored from a copy, so that `sums` stays in registers, in a loop that no compiler unrolls, since its end is no constant:
  // lavapipe needs half the time to compile it.
  let one = min(workgroups.x, 1);
  var result: array<vec4f, GROUP * 4>;
  for (var l = 0u; l < GROUP; l++) {
    for (var c = 0u; c < 4; c++) { result[l * 4 + c] = sums[l][c]; }
  }
  let first = workgroup.y * SUBGROUP_SIZE + group;
  for (var i = 0u; i < GROUP * 4 * one; i++) {
    if (first + i / 4 >= ROWS) { break; }
    let at = ((workgroup.z * ROWS + first) * 4 + i) * COLUMNS + column;
    if (DESCEND == 1) { partials[at] -= rate() * result[i]; } else { partials[at] = result[i]; }
  }
}
