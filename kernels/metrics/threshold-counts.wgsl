// How many predictions of true and of false targets lie between one threshold and the next:
//
//   counts[FIRST + BINS * (t[i] != 0) + bin(p[i])] += 1,    counts[FIRST + 2 BINS] += 1 where p[i] is NaN
//
// EVEN: bin k holds k < p * (BINS - 1) <= k + 1, as Keras's thresholds k / (BINS - 1) have it, the first one 0 too.
// Otherwise bin k holds the predictions above k of the BINS - 1 edges. Integers add up to the same sum in any order.
// One invocation looks at one prediction.

const BINS: u32 = 2u;
const EVEN: bool = false;
const FIRST: u32 = 0u;
const CLASSES: u32 = 1u; // values in a row
const CLASS: u32 = 0xffffffffu; // the only one of a row that is counted, if it is one

@group(0) @binding(0) var<storage, read> p: array<f32>; // [n]
@group(0) @binding(1) var<storage, read> t: array<f32>; // [n]
@group(0) @binding(2) var<storage, read> edges: array<f32>; // [BINS - 1], ascending; not read if EVEN
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;

const WORKGROUP: u32 = 64u;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

fn bin(prediction: f32) -> u32 {
  if (EVEN) { return u32(clamp(ceil(prediction * f32(BINS - 1u)) - 1.0, 0.0, f32(BINS - 1u))); }
  var below = 0u;
  while (below < BINS - 1u && prediction > edges[below]) { below++; }
  return below;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&p)) { return; }
  if (CLASS < CLASSES && i % CLASSES != CLASS) { return; }
  let cell = select(bin(p[i]) + BINS * select(0u, 1u, t[i] != 0.0), 2u * BINS, is_nan(p[i]));
  atomicAdd(&counts[FIRST + cell], 1u);
}
