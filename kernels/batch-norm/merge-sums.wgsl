// The gradients of a normalisation's parameters from partial sums:
//
//   dbeta[c] = sum of dy_sum[r, c] over r     dgamma[c] = sum of dyz_sum[r, c] over r
//
// One workgroup computes one channel; its lanes share the partial rows, then add up as a tree.

const CHANNELS: u32 = 4u;
const LANES: u32 = 64u;
const AHEAD: u32 = 1u; // partial rows that a lane loads before it uses the first

@group(0) @binding(0) var<storage, read> dy_sum: array<f32>; // [partial rows, channels]
@group(0) @binding(1) var<storage, read> dyz_sum: array<f32>; // [partial rows, channels]
@group(0) @binding(2) var<storage, read_write> dgamma: array<f32>; // [channels]
@group(0) @binding(3) var<storage, read_write> dbeta: array<f32>; // [channels]

var<workgroup> sums: array<vec2f, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = group.x + group.y * groups.x;
  if (c >= CHANNELS) { return; }
  var own = vec2f(0.0);
  let end = arrayLength(&dy_sum);
  for (var first = lane * CHANNELS + c; first < end; first += AHEAD * LANES * CHANNELS) {
    var pairs: array<vec2f, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) {
      let at = min(first + k * LANES * CHANNELS, end - 1u);
      pairs[k] = vec2f(dy_sum[at], dyz_sum[at]);
    }
    for (var k = 0u; k < AHEAD; k++) {
      if (AHEAD == 1u || first + k * LANES * CHANNELS < end) { own += pairs[k]; }
    }
  }
  sums[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane > 0u) { return; }
  dbeta[c] = sums[0].x;
  dgamma[c] = sums[0].y;
}
