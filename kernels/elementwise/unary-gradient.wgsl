// dx[i] = dy[i] * f'(i), with f' from the output y[i] where that is enough, else from the input x[i]: `kept` is the one
// or the other. One invocation computes four neighbouring elements.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias kept_real = f32;
alias dx_real = f32;

const OP: u32 = 1u; // rows of unary-table.ts
const A: f32 = 0.0; // the parameters of f, for those that have some
const B: f32 = 0.0;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>;
@group(0) @binding(1) var<storage, read> kept: array<vec4<kept_real>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<dx_real>>;

// 1 - exp(-y) without cancellation: the derivative of softplus, from its output.
fn one_minus_exp(y: vec4f) -> vec4f {
  let near = y * (1.0 - y * (0.5 - y * (1.0 / 6.0 - y * (1.0 / 24.0 - y / 120.0))));
  return select(1.0 - exp(-y), near, y < vec4f(0.1));
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn not_a_number(any: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(any) | vec4u(0x7fc00000)); }
fn infinity(any: vec4f) -> vec4f { return bitcast<vec4f>((bitcast<vec4u>(any) & vec4u(0)) | vec4u(0x7f800000)); }

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

// exponent * base^(exponent - 1). From 2^24 on exponents are even, and the odd number below is none of f32.
fn power_slope(base: vec4f, exponent: vec4f) -> vec4f {
  let even = (abs(exponent) >= vec4f(16777216)) & (abs(exponent) <= vec4f(3.4028234e38));
  let slope = exponent * power(base, exponent - 1);
  let mirrored = -exponent * power(abs(base), exponent - 1);
  return select(select(slope, mirrored, even & (base < vec4f(0))), vec4f(0), exponent == vec4f(0));
}

// A * x^(A - 1): small whole exponents by multiplication.
fn power_derivative(x: vec4f) -> vec4f {
  let exponent = A - 1.0;
  if (A == 0.0 || exponent != floor(exponent) || abs(exponent) > 16.0) { return power_slope(x, vec4f(A)); }
  var product = vec4f(1.0);
  for (var i = 0.0; i < abs(exponent); i += 1.0) { product *= x; }
  return A * select(product, 1.0 / product, exponent < 0.0);
}

// 1 / (1 + exp(-x)); the exponential never overflows.
fn sigmoid(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f(0.0)) / (1.0 + e);
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

fn gelu_slope(x: vec4f) -> vec4f { return normal_cdf(x) + x * (0.39894228 * exp(-0.5 * x * x)); }

fn tanh_argument(x: vec4f) -> vec4f { return 1.5957691 * (x + 0.044715 * x * x * x); }

// The slope of tanh_argument is kept finite: far from 0 it is multiplied by 0.
fn gelu_approximate_slope(x: vec4f) -> vec4f {
  let s = sigmoid(tanh_argument(x));
  return s + x * (s * (1.0 - s)) * (1.5957691 * (1.0 + 0.134145 * min(x * x, vec4f(1e30))));
}

fn silu_slope(x: vec4f) -> vec4f {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}

fn hard_silu_slope(x: vec4f) -> vec4f {
  return select(select(x / 3.0 + 0.5, vec4f(1.0), x >= vec4f(3.0)), vec4f(0.0), x <= vec4f(-3.0));
}

fn softsign_slope(x: vec4f) -> vec4f {
  let root = 1.0 / (1.0 + abs(x));
  return root * root;
}

fn slope(t: vec4f) -> vec4f {
  let one = vec4f(1.0);
  let zero = vec4f(0.0);
  switch (OP) {
    case 1u: { return select(zero, one, t > zero); } // relu, from y
    case 2u: { return t * (1.0 - t); } // sigmoid, from y
    case 3u: { return 1.0 - t * t; } // tanh, from y
    case 4u: { return select(vec4f(A), one, t > zero); } // leakyRelu, from y
    case 5u: { return select(t + A, one, t > zero); } // elu, from y
    case 6u: { return select(t + A * B, vec4f(B), t > zero); } // selu, from y
    case 7u: { return one_minus_exp(t); } // softplus, from y
    case 8u: { return t; } // exp, from y
    case 9u: { return 1.0 / t; } // log, from x
    case 10u: { return 0.5 / t; } // sqrt, from y
    case 11u: { return 2.0 * t; } // square, from x
    case 12u: { return sign(t); } // abs, from x
    case 13u: { return select(zero, one, (t >= vec4f(A)) & (t <= vec4f(B))); } // clip, from x
    case 14u: { return power_derivative(t); } // pow, from x
    case 15u: { return silu_slope(t); } // silu, from x
    case 16u: { return gelu_slope(t); } // gelu, from x
    case 17u: { return gelu_approximate_slope(t); } // geluApproximate, from x
    case 18u: { return select(zero, one, (t > zero) & (t < vec4f(6.0))); } // relu6, from y
    case 19u: { return select(zero, vec4f(1.0 / 6.0), abs(t) < vec4f(3.0)); } // hardSigmoid, from x
    case 20u: { return hard_silu_slope(t); } // hardSilu, from x
    case 21u: { return softsign_slope(t); } // softsign, from x
    default: { return vec4f(A); } // affine
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let t = vec4f(kept[i]);
  // No function has a slope at NaN, but x^0, which is 1 everywhere, and x^1.
  let undefined = is_nan(t) & vec4<bool>(OP != 14u || (A != 0.0 && A != 1.0));
  dx[i] = vec4<dx_real>(vec4f(dy[i]) * select(slope(t), t, undefined));
}
