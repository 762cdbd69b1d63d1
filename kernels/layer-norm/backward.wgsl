// Layer normalisation, backward: with z = (x - mean[r]) * inverse[r],
//
//   dx[r, f] = inverse[r] * (dy[r, f] * gamma[f] - g_mean[r] - z[r, f] * gz_mean[r])
//
// One invocation computes four consecutive elements. VECTOR (FEATURES is a multiple of 4): they are of one row, and
// the parameters load as vec4s.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias x_real = f32;
alias dx_real = f32;

const FEATURES: u32 = 4u;
const VECTOR: bool = true;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [rows, FEATURES]
@group(0) @binding(1) var<storage, read> x: array<vec4<x_real>>; // [rows, FEATURES]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [rows]
@group(0) @binding(3) var<storage, read> inverse: array<f32>; // [rows]
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>; // [FEATURES]
@group(0) @binding(5) var<storage, read> g_mean: array<f32>; // [rows]
@group(0) @binding(6) var<storage, read> gz_mean: array<f32>; // [rows]
@group(0) @binding(7) var<storage, read_write> dx: array<vec4<dx_real>>; // [rows, FEATURES]

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

fn g_mean_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(g_mean[r.x]); }
  return vec4f(g_mean[r.x], g_mean[r.y], g_mean[r.z], g_mean[r.w]);
}

fn gz_mean_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(gz_mean[r.x]); }
  return vec4f(gz_mean[r.x], gz_mean[r.y], gz_mean[r.z], gz_mean[r.w]);
}

fn gamma_of(f: vec4u) -> vec4f {
  if (VECTOR) { return gamma[f.x / 4u]; }
  let q = f / 4u;
  let p = f % 4u;
  return vec4f(gamma[q.x][p.x], gamma[q.y][p.y], gamma[q.z][p.z], gamma[q.w][p.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let element = 4u * i + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR);
  let r = element / FEATURES;
  let f = element % FEATURES;
  let scale = inverse_of(r);
  let z = (vec4f(x[i]) - mean_of(r)) * scale;
  let g = vec4f(dy[i]) * gamma_of(f);
  dx[i] = vec4<dx_real>(scale * (g - g_mean_of(r) - z * gz_mean_of(r)));
}
