// One number per sample from its elements:
//
//   values[i] = mean over e of f(p[i, e], t[i, e])
//   f: 0 (p - t)^2, 1 |p - t|, 2 round(p) == t, 3 round(p) == round(t)
//
// round() takes halves to the even neighbour, as in Keras. One workgroup reduces one sample: each invocation sums every
// WORKGROUP-th element, in runs of RUN for the sake of rounding errors, then a tree adds them in a fixed order.

const SIZE: u32 = 10u; // elements per sample
const FUNCTION: u32 = 0u;
const RUN: u32 = 16u; // about the root of the number of elements of an invocation
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> p: array<f32>; // [n, size]
@group(0) @binding(1) var<storage, read> t: array<f32>; // [n, size]
@group(0) @binding(2) var<storage, read_write> values: array<f32>; // [n]

var<workgroup> sums: array<f32, WORKGROUP>;

fn compare(p: f32, t: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return (p - t) * (p - t); }
    case 1u: { return abs(p - t); }
    case 2u: { return select(0.0, 1.0, round(p) == t); }
    default: { return select(0.0, 1.0, round(p) == round(t)); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let sample = group.x + group.y * groups.x;
  var sum = 0.0;
  if (sample < arrayLength(&values)) {
    for (var first = lane; first < SIZE; first += RUN * WORKGROUP) {
      var run = 0.0;
      for (var e = first; e < min(first + RUN * WORKGROUP, SIZE); e += WORKGROUP) {
        run += compare(p[sample * SIZE + e], t[sample * SIZE + e]);
      }
      sum += run;
    }
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u && sample < arrayLength(&values)) { values[sample] = sums[0] / f32(SIZE); }
}
