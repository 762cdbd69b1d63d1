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

// x^A: whole exponents by multiplication, which takes negative x too.
fn power(x: vec4f) -> vec4f {
  if (A != floor(A) || abs(A) > 16.0) { return pow(x, vec4f(A)); }
  var product = vec4f(1.0);
  for (var i = 0.0; i < abs(A); i += 1.0) { product *= x; }
  return select(product, 1.0 / product, A < 0.0);
}

fn f(x: vec4f) -> vec4f {
  switch (OP) {
    case 1u: { return max(x, vec4f(0.0)); } // relu
    case 2u: { return sigmoid(x); }
    case 3u: { return hyperbolic_tangent(x); }
    case 4u: { return select(A * x, x, x > vec4f(0.0)); } // leakyRelu
    case 5u: { return exponential_linear(x, A); } // elu
    case 6u: { return B * exponential_linear(x, A); } // selu
    case 7u: { return max(x, vec4f(0.0)) + log_1_plus(exp(-abs(x))); } // softplus
    case 8u: { return exp(x); }
    case 9u: { return log(x); }
    case 10u: { return sqrt(x); }
    case 11u: { return x * x; } // square
    case 12u: { return abs(x); }
    case 13u: { return min(max(x, vec4f(A)), vec4f(B)); } // clip
    case 14u: { return power(x); } // pow
    default: { return A * x + B; } // affine
  }
}

// max, clamp, exp and log may hide a NaN, and compilers take x != x for false: the bits tell.
fn is_nan(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let value = vec4f(x[i]);
  y[i] = vec4<y_real>(select(f(value), value, is_nan(value)));
}
