// Gradient of categorical-crossentropy.wgsl, for the loss's gradient dy and the mean over samples. With q = x / sum:
//
//   dx[sample, j] = dy * FACTOR * weight[sample] / sum * (open - (t[j] / q[j] where the clip is not active, else 0))
//
// where open is the sum of t where the clip is not active. If SOFTMAX, x = softmax(z) and dx is the gradient of z: x[j] times
// the above, which is the sum over k of q[j] * t[k] - t[j] * q[k]: no cancellation where q[j] is nearly 1. (The other part of
// softmax's gradient, the sum over k of x[k] * dx[k], is 0, since only the ratios of x count.)
// One invocation computes one element.

const CLASSES: u32 = 10u;
const LABELS: bool = false;
const FACTOR: f32 = 1.0; // 1 / number of samples
const WEIGHTED: bool = false;
const SOFTMAX: bool = false;

const LOWEST: f32 = 1e-7;
const HIGHEST: f32 = 0.99999988; // the float32 next below 1 - 1e-7, as in Keras
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>; // a scalar
@group(0) @binding(1) var<storage, read> x: array<f32>; // [samples, CLASSES]
@group(0) @binding(2) var<storage, read> targets: array<u32>; // labels [samples], or f32 bits [samples, CLASSES]
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>; // [samples]: sum of x, open
@group(0) @binding(4) var<storage, read> weights: array<f32>; // [samples]; read if WEIGHTED
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

fn target_of(sample: u32, j: u32) -> f32 {
  if (LABELS) { return select(0.0, 1.0, targets[sample] == j); }
  return bitcast<f32>(targets[sample * CLASSES + j]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let sample = i / CLASSES;
  let s = statistics[sample];
  let q = x[i] / s.x;
  let p = clamp(q, LOWEST, HIGHEST);
  let t = target_of(sample, i % CLASSES);
  let open = p == q;
  var share = dy[0] * FACTOR;
  if (WEIGHTED) { share *= weights[sample]; }
  if (SOFTMAX) {
    let own = select(0.0, t, open);
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
      let other = x[sample * CLASSES + k] / s.x;
      let unclipped = clamp(other, LOWEST, HIGHEST) == other;
      sum += q * select(0.0, target_of(sample, k), unclipped) - own * other;
    }
    dx[i] = share * sum;
  } else {
    dx[i] = share / s.x * (s.y - select(0.0, t / p, open));
  }
}
