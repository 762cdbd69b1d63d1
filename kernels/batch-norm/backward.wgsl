// Batch normalisation, backward: with z = (x - mean) * s and s = 1 / sqrt(variance + EPSILON),
//
//   dx = gamma * s * (dy - dbeta / ROWS - z * dgamma / ROWS)     mean and variance are those of the batch
//   dx = gamma * s * dy                                          if not BATCH: they are constants
//
// One invocation computes every STEPth vec4 of dx. STEP vec4s are a multiple of CHANNELS elements, so that its lanes
// stay with their channels and it loads their parameters once.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias x_real = f32;
alias dx_real = f32;

const CHANNELS: u32 = 4u;
const STEP: u32 = 1u;
const ROWS: u32 = 8u;
const EPSILON: f32 = 0.001;
const BATCH: bool = true;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [rows, channels]
@group(0) @binding(1) var<storage, read> x: array<vec4<x_real>>; // [rows, channels]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [channels]
@group(0) @binding(3) var<storage, read> variance: array<f32>; // [channels]
@group(0) @binding(4) var<storage, read> gamma: array<f32>; // [channels]
@group(0) @binding(5) var<storage, read> dgamma: array<f32>; // [channels]
@group(0) @binding(6) var<storage, read> dbeta: array<f32>; // [channels]
@group(0) @binding(7) var<storage, read_write> dx: array<vec4<dx_real>>; // [rows, channels]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= STEP) { return; }
  let c = (4u * i + vec4u(0u, 1u, 2u, 3u)) % CHANNELS;
  let spread = vec4f(variance[c.x], variance[c.y], variance[c.z], variance[c.w]);
  let inverse = 1.0 / sqrt(spread + EPSILON);
  let scale = vec4f(gamma[c.x], gamma[c.y], gamma[c.z], gamma[c.w]) * inverse;
  if (!BATCH) {
    for (var at = i; at < arrayLength(&dx); at += STEP) { dx[at] = vec4<dx_real>(scale * vec4f(dy[at])); }
    return;
  }
  let center = vec4f(mean[c.x], mean[c.y], mean[c.z], mean[c.w]);
  let shift = vec4f(dbeta[c.x], dbeta[c.y], dbeta[c.z], dbeta[c.w]) / f32(ROWS);
  let slope = vec4f(dgamma[c.x], dgamma[c.y], dgamma[c.z], dgamma[c.w]) * inverse / f32(ROWS);
  for (var at = i; at < arrayLength(&dx); at += STEP) {
    dx[at] = vec4<dx_real>(scale * (vec4f(dy[at]) - shift - (vec4f(x[at]) - center) * slope));
  }
}
