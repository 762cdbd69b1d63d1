// Gradient of the losses of pointwise.wgsl, for the loss's gradient dy and the mean over samples:
//
//   dx[sample, j] = dy * FACTOR * weight[sample] * 1/DIVISOR * f'(x[sample, j], t[sample, j])
//
// If THROUGH, x = activation(z) and dx is the gradient of z: times the activation's derivative, which follows from x. For
// softmax over the sample's LENGTH values that is dx[j] = x[j] * (g[j] - sum over k of x[k] * g[k]), g being the above.
// If IN_PLACE, dx holds the predictions before and x is not read (not with softmax, which needs the whole sample).
// One invocation computes four neighbouring elements.

const SAMPLES: u32 = 1u;
const LENGTH: u32 = 784u;
const DIVISOR: f32 = 784.0;
const LOSS: u32 = 0u; // rows of pointwise-table.ts
const PARAMETER: f32 = 1.0;
const FACTOR: f32 = 1.0; // 1 / number of samples
const WEIGHTED: bool = false;
const THROUGH: u32 = 0u; // 0 nothing, 1 relu, 2 sigmoid, 3 tanh, 4 softmax
const IN_PLACE: bool = false;

const LOWEST: f32 = 1e-7;
const HIGHEST: f32 = 0.99999988; // the float32 next below 1 - 1e-7, as in Keras
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>; // a scalar
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [samples, LENGTH]
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>; // [samples]; read if WEIGHTED
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

fn sigmoid(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f(0.0)) / (1.0 + e);
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// tanh(x) = (1 - e) / (1 + e) with e = exp(-2 |x|), under the sign of x; by its series near 0.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let e = exp(-2.0 * abs(x));
  let s = x * x;
  let near = x * (1.0 - s * (1.0 / 3.0 - s * (2.0 / 15.0 - s * (17.0 / 315.0))));
  return select(sign(x) * (1.0 - e) / (1.0 + e), near, abs(x) < vec4f(0.1));
}

fn slope_of_loss(value: vec4f, goal: vec4f) -> vec4f {
  let none = vec4f(0.0);
  switch (LOSS) {
    case 0u: { return 2.0 * (value - goal); } // meanSquaredError
    case 1u: { return sign(value - goal); } // meanAbsoluteError
    case 2u: { // binaryCrossentropy
      let p = clamp(value, vec4f(LOWEST), vec4f(HIGHEST));
      return select(none, (p - goal) / (p * (1.0 - p)), value == p);
    }
    case 4u: { return clamp(value - goal, vec4f(-PARAMETER), vec4f(PARAMETER)); } // huber
    case 5u: { return hyperbolic_tangent(value - goal); } // logCosh
    case 6u: { return select(none, -goal, goal * value < vec4f(1.0)); } // hinge
    case 7u: { return -2.0 * goal * max(1.0 - goal * value, none); } // squaredHinge
    case 8u: { // klDivergence
      let p = clamp(value, vec4f(LOWEST), vec4f(1.0));
      return select(none, -clamp(goal, vec4f(LOWEST), vec4f(1.0)) / p, value == p);
    }
    default: { return sigmoid(value) - goal; } // binaryCrossentropyFromLogits
  }
}

// NaN where prediction or target is: sign, clamp and some adapters' exp would lose it.
fn loss_derivative(value: vec4f, goal: vec4f) -> vec4f {
  return select(slope_of_loss(value, goal), value + goal, is_nan(value) | is_nan(goal));
}

// The sum over the sample of x * loss_derivative, for a softmax in between.
fn inner_product(sample: u32) -> f32 {
  var sum = 0.0;
  for (var e = sample * LENGTH; e < (sample + 1u) * LENGTH; e++) {
    let value = x[e / 4u][e % 4u];
    sum += value * loss_derivative(vec4f(value), vec4f(targets[e / 4u][e % 4u])).x;
  }
  return sum;
}

// The gradient of z from that of x = activation(z); `i` is the vector.
fn through_activation(gradient: vec4f, value: vec4f, i: u32) -> vec4f {
  switch (THROUGH) {
    case 1u: { return select(vec4f(0.0), gradient, (value > vec4f(0.0)) | is_nan(gradient)); }
    case 2u: { return gradient * value * (1.0 - value); }
    case 3u: { return gradient * (1.0 - value * value); }
    case 4u: {
      let sample = min((4u * i + vec4u(0u, 1u, 2u, 3u)) / LENGTH, vec4u(SAMPLES - 1u));
      let sums = vec4f(inner_product(sample.x), inner_product(sample.y), inner_product(sample.z), inner_product(sample.w));
      return value * (gradient - sums);
    }
    default: { return gradient; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  var share = vec4f(dy[0] * FACTOR / DIVISOR);
  if (WEIGHTED) {
    let sample = min((4u * i + vec4u(0u, 1u, 2u, 3u)) / LENGTH, vec4u(arrayLength(&weights) - 1u));
    share *= vec4f(weights[sample.x], weights[sample.y], weights[sample.z], weights[sample.w]);
  }
  var prediction = dx[i];
  if (!IN_PLACE) { prediction = x[i]; }
  dx[i] = share * through_activation(loss_derivative(prediction, targets[i]), prediction, i);
}
