// y[i] = a[i] op b[i], op chosen by OP. An operand that repeats (a bias, a scalar) is shorter than y and is read again
// from its start; it holds whole vectors. One invocation computes four neighbouring elements.

alias a_real = f32; // element types: the loader makes them f16 for tensors of f16
alias b_real = f32;
alias y_real = f32;

const OP: u32 = 0u; // rows of binary-table.ts
const A_REPEATS: bool = false;
const B_REPEATS: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> a: array<vec4<a_real>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<b_real>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<y_real>>;

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

fn f(p: vec4f, q: vec4f) -> vec4f {
  let no_number = is_nan(p) | is_nan(q); // max and min would hand on the other
  switch (OP) {
    case 0u: { return p + q; }
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return select(max(p, q), p + q, no_number); }
    case 5u: { return select(min(p, q), p + q, no_number); }
    default: { return power(p, q); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  var ia = i;
  var ib = i;
  if (A_REPEATS) { ia = i % arrayLength(&a); }
  if (B_REPEATS) { ib = i % arrayLength(&b); }
  y[i] = vec4<y_real>(f(vec4f(a[ia]), vec4f(b[ib])));
}
