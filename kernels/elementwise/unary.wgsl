// y[i] = f(x[i]), f chosen by OP. One invocation computes four neighbouring elements; any size, one pipeline per f.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const OP: u32 = 0u; // rows of unary-table.ts
const A: f32 = 0.0; // the parameters of f, for those that have some
const B: f32 = 0.0;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<y_real>>;

// exp(x) - 1 without cancellation: a Taylor polynomial where exp(x) is near 1.
fn exp_minus_1(x: vec4f) -> vec4f {
  let near = x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0))));
  return select(exp(x) - 1.0, near, abs(x) < vec4f(0.1));
}

// log(1 + x), x >= 0, precise near 0.
fn log_1_plus(x: vec4f) -> vec4f {
  let near = x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * 0.2))));
  return select(log(1.0 + x), near, x < vec4f(0.05));
}

// 1 / (1 + exp(-x)); the exponential never overflows.
fn sigmoid(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f(0.0)) / (1.0 + e);
}

// (1 - e) / (1 + e) with e = exp(-2 |x|), under the sign of x: finite everywhere, precise near 0.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let m = exp_minus_1(-2.0 * abs(x));
  return -sign(x) * m / (2.0 + m);
}

fn exponential_linear(x: vec4f, alpha: f32) -> vec4f {
  return select(alpha * exp_minus_1(min(x, vec4f(0.0))), x, x > vec4f(0.0));
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn not_a_number(any: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(any) | vec4u(0x7fc00000)); }
fn infinity(any: vec4f) -> vec4f { return bitcast<vec4f>((bitcast<vec4u>(any) & vec4u(0)) | vec4u(0x7f800000)); }

// log as IEEE 754 has it, subnormal numbers counting as 0: some adapters give a number at 0 and below.
fn logarithm(x: vec4f) -> vec4f {
  let y = select(log(x), -infinity(x), abs(x) < vec4f(1.17549435e-38));
  return select(y, not_a_number(x), x <= vec4f(-1.17549435e-38));
}

// pow as IEEE 754 has it, subnormal bases counting as 0: WGSL defines it for bases above 0 only.
fn power(base: vec4f, exponent: vec4f) -> vec4f {
  let size = abs(base);
  let rises = exponent > vec4f(0);
  var y = pow(size, exponent);
  y = select(y, select(infinity(base), vec4f(0), rises), size < vec4f(1.17549435e-38));
  y = select(y, select(vec4f(0), infinity(base), rises), size > vec4f(3.4028234e38));
  y = select(y, size, exponent == vec4f(1));
  let whole = exponent == floor(exponent);
  let odd = whole & (fract(exponent * 0.5) != vec4f(0)) & (abs(exponent) < vec4f(16777216));
  let negative = bitcast<vec4u>(base) >= vec4u(0x80000000);
  y = select(y, -y, odd & negative);
  y = select(y, not_a_number(base), negative & !whole & (base <= vec4f(-1.17549435e-38)) & (size <= vec4f(3.4028234e38)));
  y = select(y, not_a_number(base), is_nan(base) | is_nan(exponent));
  let one = (base == vec4f(1)) | (exponent == vec4f(0)) | ((size == vec4f(1)) & (abs(exponent) > vec4f(3.4028234e38)));
  return select(y, vec4f(1), one);
}

// x^A: small whole exponents by multiplication.
fn power_of(x: vec4f) -> vec4f {
  if (A != floor(A) || abs(A) > 16.0) { return power(x, vec4f(A)); }
  var product = vec4f(1.0);
  for (var i = 0.0; i < abs(A); i += 1.0) { product *= x; }
  return select(product, 1.0 / product, A < 0.0);
}

// A x + B. Compilers take 0 * x for 0, which it is not where x is infinite, and x + 0 changes the sign of -0.
fn affine(x: vec4f) -> vec4f {
  if (A == 0.0) { return select(vec4f(B), not_a_number(x), abs(x) > vec4f(3.4028234e38)); }
  if (B == 0.0) { return A * x; }
  return A * x + B;
}

// The share of a standard normal distribution below x: erf near 0 and log(erfc) beyond, by Juffa's polynomials, within 1e-7.
fn normal_cdf(x: vec4f) -> vec4f {
  let t = min(abs(x) * 0.70710678, vec4f(12.0));
  let s = t * t;
  let even = 0.112819925 + s * (-0.0267681349 + s * (0.00499119423 - s * 5.96761703e-4));
  let near = t + t * (0.128379166 + s * (-0.376125336 + s * even));
  let high = s * (3.83196126e-4 - t * 1.7285347e-5) + (0.0242546219 - t * 0.00388396438);
  let far = t * (t * (t * (t * high - 0.106777877) - 0.634846687) - 0.128717512) - t;
  let below = select(0.5 * exp(far), 0.5 - 0.5 * near, t < vec4f(0.927734375)); // at -|x|
  return select(below, 1.0 - below, x > vec4f(0.0));
}

fn tanh_argument(x: vec4f) -> vec4f { return 1.5957691 * (x + 0.044715 * x * x * x); }
fn hard_sigmoid(x: vec4f) -> vec4f { return min(max(x + 3.0, vec4f(0.0)), vec4f(6.0)) / 6.0; }

fn f(x: vec4f) -> vec4f {
  switch (OP) {
    case 1u: { return max(x, vec4f(0.0)); } // relu
    case 2u: { return sigmoid(x); } // sigmoid
    case 3u: { return hyperbolic_tangent(x); } // tanh
    case 4u: { return select(A * x, x, x > vec4f(0.0)); } // leakyRelu
    case 5u: { return exponential_linear(x, A); } // elu
    case 6u: { return B * exponential_linear(x, A); } // selu
    case 7u: { return max(x, vec4f(0.0)) + log_1_plus(exp(-abs(x))); } // softplus
    case 8u: { return exp(x); } // exp
    case 9u: { return logarithm(x); } // log
    case 10u: { return select(sqrt(x), not_a_number(x), x < vec4f(0.0)); } // sqrt
    case 11u: { return x * x; } // square
    case 12u: { return abs(x); } // abs
    case 13u: { return min(max(x, vec4f(A)), vec4f(B)); } // clip
    case 14u: { return power_of(x); } // pow
    case 15u: { return x * sigmoid(x); } // silu
    case 16u: { return x * normal_cdf(x); } // gelu
    case 17u: { return x * sigmoid(tanh_argument(x)); } // geluApproximate
    case 18u: { return min(max(x, vec4f(0.0)), vec4f(6.0)); } // relu6
    case 19u: { return hard_sigmoid(x); } // hardSigmoid
    case 20u: { return x * hard_sigmoid(x); } // hardSilu
    case 21u: { return x / (1.0 + abs(x)); } // softsign
    default: { return affine(x); } // affine
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let value = vec4f(x[i]);
  // max, clamp and exp may lose a NaN. Only NaN to the power 0 is a number: 1.
  let kept = is_nan(value) & vec4<bool>(OP != 14u || A != 0.0);
  y[i] = vec4<y_real>(select(f(value), value, kept));
}
