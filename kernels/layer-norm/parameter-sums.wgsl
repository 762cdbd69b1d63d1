// Layer normalisation, backward, first stage of the parameters' gradients: with z = (x - mean[r]) * inverse[r],
//
//   dy_sum[i] = sum of dy[i + k*STEP]     dyz_sum[i] = sum of dy[i + k*STEP] * z[i + k*STEP]     over k
//
// One invocation computes one vec4 i, in runs of RUN terms for the sake of rounding errors. STEP vec4s are a multiple of FEATURES
// elements: lanes stay with their features.
// VECTOR (FEATURES is a multiple of 4): the four elements of a vec4 are of one row.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias x_real = f32;

const FEATURES: u32 = 4u;
const VECTOR: bool = true;
const TAIL: u32 = 4u; // elements in the last vec4 of x

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [rows, FEATURES]
@group(0) @binding(1) var<storage, read> x: array<vec4<x_real>>; // [rows, FEATURES]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [rows]
@group(0) @binding(3) var<storage, read> inverse: array<f32>; // [rows]
@group(0) @binding(4) var<storage, read_write> dy_sum: array<vec4f>; // [STEP vec4s]
@group(0) @binding(5) var<storage, read_write> dyz_sum: array<vec4f>; // [STEP vec4s]

const WORKGROUP: u32 = 64u;
const RUN: u32 = 32u;

// A value per row, of the rows of four elements.
fn mean_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(mean[r.x]); }
  return vec4f(mean[r.x], mean[r.y], mean[r.z], mean[r.w]);
}

fn inverse_of(r: vec4u) -> vec4f {
  if (VECTOR) { return vec4f(inverse[r.x]); }
  return vec4f(inverse[r.x], inverse[r.y], inverse[r.z], inverse[r.w]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let step = arrayLength(&dy_sum);
  if (i >= step) { return; }
  let last = arrayLength(&x) - 1u;
  var sum = vec4f(0.0);
  var product = vec4f(0.0);
  var at = i;
  while (at <= last) {
    var run = vec4f(0.0);
    var run_product = vec4f(0.0);
    for (let stop = min(at + (RUN - 1u) * step, last); at <= stop; at += step) {
      let r = (4u * at + select(vec4u(0u, 1u, 2u, 3u), vec4u(0u), VECTOR)) / FEATURES;
      let z = (vec4f(x[at]) - mean_of(r)) * inverse_of(r);
      let real = vec4u(0u, 1u, 2u, 3u) < vec4u(select(4u, TAIL, at == last));
      run += select(vec4f(0.0), vec4f(dy[at]), real);
      run_product += select(vec4f(0.0), vec4f(dy[at]) * z, real);
    }
    sum += run;
    product += run_product;
  }
  dy_sum[i] = sum;
  dyz_sum[i] = product;
}
