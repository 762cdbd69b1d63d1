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

fn f(p: vec4f, q: vec4f) -> vec4f {
  switch (OP) {
    case 0u: { return p + q; }
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return max(p, q); }
    case 5u: { return min(p, q); }
    default: { return select(pow(p, q), vec4f(1.0), q == vec4f(0.0)); }
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
