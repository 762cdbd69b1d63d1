// Layer normalisation:
//
//   y[r, f] = gamma[f] * (x[r, f] - mean[r]) * inverse[r] + beta[f]
//
// One invocation computes four consecutive elements. VECTOR (FEATURES is a multiple of 4): they are of one row, and
// the parameters load as vec4s.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const FEATURES: u32 = 4u;
const VECTOR: bool = true;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, FEATURES]
@group(0) @binding(1) var<storage, read> mean: array<f32>; // [rows]
@group(0) @binding(2) var<storage, read> inverse: array<f32>; // [rows]
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>; // [FEATURES]
@group(0) @binding(4) var<storage, read> beta: array<vec4f>; // [FEATURES]
@group(0) @binding(5) var<storage, read_write> y: array<vec4<y_real>>; // [rows, FEATURES]

const WORKGROUP: u32 = 64u;

// A value per row, of the rows of four elements.
fn mean_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(mean[r.x]); }
  return vec4f(mean[r.x], mean[r.y], mean[r.z], mean[r.w]);
}

fn inverse_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(inverse[r.x]); }
  return vec4f(inverse[r.x], inverse[r.y], inverse[r.z], inverse[r.w]);
}

fn gamma_of(f: vec4u) -> vec4f {
  if (VECTOR) { return gamma[f.x / 4u]; }
  let q = f / 4u;
  let p = f % 4u;
  return vec4f(gamma[q.x][p.x], gamma[q.y][p.y], gamma[q.z][p.z], gamma[q.w][p.w]);
}

fn beta_of(f: vec4u) -> vec4f {
  if (VECTOR) { return beta[f.x / 4u]; }
  let q = f / 4u;
  let p = f % 4u;
  return vec4f(beta[q.x][p.x], beta[q.y][p.y], beta[q.z][p.z], beta[q.w][p.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let element = 4u * i + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR);
  let r = element / FEATURES;
  let f = element % FEATURES;
  y[i] = vec4<y_real>((vec4f(x[i]) - mean_of(r)) * inverse_of(r) * gamma_of(f) + beta_of(f));
}
