// dx[i] = dy[i] * (partial derivative of a op b by a, or by b if BY_B) at i. Operands that repeat are read as in
// binary.wgsl; dx has the size of dy and is summed afterwards. One invocation computes four neighbouring elements.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias a_real = f32;
alias b_real = f32;
alias dx_real = f32;

const OP: u32 = 2u; // rows of binary-table.ts; add and sub need no kernel
const BY_B: bool = false;
const A_REPEATS: bool = false;
const B_REPEATS: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>;
@group(0) @binding(1) var<storage, read> a: array<vec4<a_real>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<b_real>>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<dx_real>>;

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

// exponent * base^(exponent - 1). From 2^24 on exponents are even, and the odd number below is none of f32.
fn power_slope(base: vec4f, exponent: vec4f) -> vec4f {
  let even = (abs(exponent) >= vec4f(16777216)) & (abs(exponent) <= vec4f(3.4028234e38));
  let slope = exponent * power(base, exponent - 1);
  let mirrored = -exponent * power(abs(base), exponent - 1);
  return select(select(slope, mirrored, even & (base < vec4f(0))), vec4f(0), exponent == vec4f(0));
}

// Does maximum, or minimum, take a? Of equal values it does, and of two NaN.
fn takes_a(p: vec4f, q: vec4f) -> vec4<bool> {
  let first = select(p <= q, p >= q, vec4<bool>(OP == 4u));
  return is_nan(p) | (first & !is_nan(q));
}

fn by_a(p: vec4f, q: vec4f) -> vec4f {
  let one = vec4f(1.0);
  let zero = vec4f(0.0);
  switch (OP) {
    case 2u: { return q; } // mul
    case 3u: { return 1.0 / q; } // div
    case 4u, 5u: { return select(zero, one, takes_a(p, q)); } // maximum, minimum
    default: { return power_slope(p, q); } // pow
  }
}

fn by_b(p: vec4f, q: vec4f) -> vec4f {
  let one = vec4f(1.0);
  let zero = vec4f(0.0);
  switch (OP) {
    case 2u: { return p; } // mul
    case 3u: { return -p / q / q; } // div
    case 4u, 5u: { return select(one, zero, takes_a(p, q)); } // maximum, minimum
    default: { // pow
      let slope = select(logarithm(p), p, is_nan(p));
      return select(power(p, q) * slope, zero, (p == zero) & (q >= zero));
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  var ia = i;
  var ib = i;
  if (A_REPEATS) { ia = i % arrayLength(&a); }
  if (B_REPEATS) { ib = i % arrayLength(&b); }
  if (BY_B) {
    dx[i] = vec4<dx_real>(vec4f(dy[i]) * by_b(vec4f(a[ia]), vec4f(b[ib])));
  } else {
    dx[i] = vec4<dx_real>(vec4f(dy[i]) * by_a(vec4f(a[ia]), vec4f(b[ib])));
  }
}
