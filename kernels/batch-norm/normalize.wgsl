// Batch normalisation:
//
//   y[r, c] = gamma[c] * (x[r, c] - mean[c]) / sqrt(variance[c] + EPSILON) + beta[c]
//
// One invocation computes every STEPth vec4 of y. STEP vec4s are a multiple of CHANNELS elements, so that its lanes
// stay with their channels and it loads their parameters once.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const CHANNELS: u32 = 4u;
const STEP: u32 = 1u;
const EPSILON: f32 = 0.001;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, channels]
@group(0) @binding(1) var<storage, read> mean: array<f32>; // [channels]
@group(0) @binding(2) var<storage, read> variance: array<f32>; // [channels]
@group(0) @binding(3) var<storage, read> gamma: array<f32>; // [channels]
@group(0) @binding(4) var<storage, read> beta: array<f32>; // [channels]
@group(0) @binding(5) var<storage, read_write> y: array<vec4<y_real>>; // [rows, channels]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= STEP) { return; }
  let c = (4u * i + vec4u(0u, 1u, 2u, 3u)) % CHANNELS;
  let center = vec4f(mean[c.x], mean[c.y], mean[c.z], mean[c.w]);
  let spread = vec4f(variance[c.x], variance[c.y], variance[c.z], variance[c.w]);
  let scale = vec4f(gamma[c.x], gamma[c.y], gamma[c.z], gamma[c.w]) / sqrt(spread + EPSILON);
  let shift = vec4f(beta[c.x], beta[c.y], beta[c.z], beta[c.w]);
  for (var at = i; at < arrayLength(&y); at += STEP) {
    y[at] = vec4<y_real>((vec4f(x[at]) - center) * scale + shift);
  }
}
