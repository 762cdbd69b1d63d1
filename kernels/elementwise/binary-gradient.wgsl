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

fn by_a(p: vec4f, q: vec4f) -> vec4f {
  let one = vec4f(1.0);
  let zero = vec4f(0.0);
  switch (OP) {
    case 2u: { return q; } // mul
    case 3u: { return 1.0 / q; } // div
    case 4u: { return select(zero, one, p >= q); } // maximum
    case 5u: { return select(zero, one, p <= q); } // minimum
    default: { return select(select(q * pow(p, q - 1.0), one, q == one), zero, q == zero); } // pow
  }
}

fn by_b(p: vec4f, q: vec4f) -> vec4f {
  let one = vec4f(1.0);
  let zero = vec4f(0.0);
  switch (OP) {
    case 2u: { return p; } // mul
    case 3u: { return -p / q / q; } // div
    case 4u: { return select(one, zero, p >= q); } // maximum
    case 5u: { return select(one, zero, p <= q); } // minimum
    default: { return select(pow(p, q) * log(p), zero, p == zero); } // pow
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
