// Is the true class among the K best?
//
//   hits[i] = 1 if fewer than K classes have a better score p[i, c] than labels[i], else 0
//
// Of equal scores the first counts as better if FIRST_WINS (argmax), else none does (TensorFlow's in_top_k).
// A sample with a NaN among its scores is no hit. One invocation looks at one sample.

const CLASSES: u32 = 10u;
const K: u32 = 1u;
const FIRST_WINS: bool = true;

@group(0) @binding(0) var<storage, read> p: array<f32>; // [n, classes]
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [n]
@group(0) @binding(2) var<storage, read_write> hits: array<f32>; // [n]

const WORKGROUP: u32 = 64u;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&hits)) { return; }
  let truth = labels[i];
  let score = p[i * CLASSES + min(truth, CLASSES - 1u)];
  var better = 0u;
  var numbers = true;
  for (var c = 0u; c < CLASSES; c++) {
    let other = p[i * CLASSES + c];
    if (other > score || (FIRST_WINS && other == score && c < truth)) { better++; }
    numbers = numbers && !is_nan(other);
  }
  hits[i] = select(0.0, 1.0, better < K && truth < CLASSES && numbers);
}
