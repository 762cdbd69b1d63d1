// Batch normalisation, backward, first stage: with z = (x - mean) / sqrt(variance + EPSILON),
//
//   dy_sum[i] = sum of dy[i + k*STEP]     dyz_sum[i] = sum of dy[i + k*STEP] * z[i + k*STEP]     over k
//
// One invocation computes one vec4 i, in runs of RUN terms for the sake of rounding errors. STEP vec4s are a multiple of CHANNELS
// elements: lanes stay with their channels.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias x_real = f32;

const CHANNELS: u32 = 4u;
const EPSILON: f32 = 0.001;
const TAIL: u32 = 4u; // elements in the last vec4 of x
const AHEAD: u32 = 1u; // vec4s that are loaded before the first is used; RUN is a multiple of it

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [rows, channels]
@group(0) @binding(1) var<storage, read> x: array<vec4<x_real>>; // [rows, channels]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [channels]
@group(0) @binding(3) var<storage, read> variance: array<f32>; // [channels]
@group(0) @binding(4) var<storage, read_write> dy_sum: array<vec4f>; // [STEP vec4s]
@group(0) @binding(5) var<storage, read_write> dyz_sum: array<vec4f>; // [STEP vec4s]

const WORKGROUP: u32 = 64u;
const RUN: u32 = 32u;

// Of the vec4s that are loaded ahead the first always exists.
fn exists(at: u32, end: u32) -> bool { return AHEAD == 1u || at < end; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let step = arrayLength(&dy_sum);
  if (i >= step) { return; }
  let c = (4u * i + vec4u(0u, 1u, 2u, 3u)) % CHANNELS;
  let center = vec4f(mean[c.x], mean[c.y], mean[c.z], mean[c.w]);
  let spread = vec4f(variance[c.x], variance[c.y], variance[c.z], variance[c.w]);
  let end = arrayLength(&x) - select(0u, 1u, TAIL < 4u); // whole vec4s
  var sum = vec4f(0.0);
  var product = vec4f(0.0);
  var at = i;
  while (at < end) {
    var run = vec4f(0.0);
    var run_product = vec4f(0.0);
    for (let stop = min(at + RUN * step, end); at < stop; at += AHEAD * step) {
      var gradients: array<vec4f, AHEAD>;
      var values: array<vec4f, AHEAD>;
      for (var k = 0u; k < AHEAD; k++) {
        let place = select(at, at + k * step, exists(at + k * step, stop));
        gradients[k] = vec4f(dy[place]);
        values[k] = vec4f(x[place]);
      }
      for (var k = 0u; k < AHEAD; k++) { // by selection: behind a branch each load would wait for the one before
        let own = exists(at + k * step, stop);
        run += select(vec4f(0.0), gradients[k], own);
        run_product += select(vec4f(0.0), gradients[k] * (values[k] - center), own);
      }
    }
    sum += run;
    product += run_product;
  }
  if (TAIL < 4u && end % step == i) {
    let real = vec4u(0u, 1u, 2u, 3u) < vec4u(TAIL);
    sum += select(vec4f(0.0), vec4f(dy[end]), real);
    product += select(vec4f(0.0), vec4f(dy[end]) * (vec4f(x[end]) - center), real);
  }
  dy_sum[i] = sum;
  dyz_sum[i] = product / sqrt(spread + EPSILON);
}
