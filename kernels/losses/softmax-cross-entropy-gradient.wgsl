// Gradient of softmax-cross-entropy.wgsl, for the loss's gradient dy and the mean over samples:
//
//   dx[sample, j] = dy * FACTOR * weight[sample] * (softmax(x)[j] * sum of t - t[j])
//
// One invocation computes one element.

const CLASSES: u32 = 10u;
const LABELS: bool = false;
const FACTOR: f32 = 1.0; // 1 / number of samples
const WEIGHTED: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>; // a scalar
@group(0) @binding(1) var<storage, read> x: array<f32>; // [samples, CLASSES]
@group(0) @binding(2) var<storage, read> targets: array<u32>; // labels [samples], or f32 bits [samples, CLASSES]
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>; // [samples]: largest, log(total), sum of t
@group(0) @binding(4) var<storage, read> weights: array<f32>; // [samples]; read if WEIGHTED
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

fn target_of(sample: u32, j: u32) -> f32 {
  if (LABELS) { return select(0.0, 1.0, targets[sample] == j); }
  return bitcast<f32>(targets[sample * CLASSES + j]);
}

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let sample = i / CLASSES;
  let s = statistics[sample];
  let logarithm = (x[i] - s.x) - s.y;
  let probability = select(exp(logarithm), logarithm, is_nan(logarithm)); // exp may hide it
  var share = dy[0] * FACTOR;
  if (WEIGHTED) { share *= weights[sample]; }
  dx[i] = share * (probability * s.z - target_of(sample, i % CLASSES));
}
