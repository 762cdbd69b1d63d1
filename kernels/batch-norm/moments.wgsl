// Batch normalisation, statistics, first stage: mean and sum of squared deviations of every STEPth vec4 of x,
//
//   mean[i] = mean of x[i], x[i + STEP], ...     squares[i] = sum of (x[i + k*STEP] - mean[i])^2
//
// by Welford's recurrence, which does not cancel where the mean is large. One invocation computes one i. STEP vec4s
// are a multiple of CHANNELS elements, so that each lane stays with its channel, whatever the number of channels.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16

const TAIL: u32 = 4u; // elements in the last vec4 of x

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, channels]
@group(0) @binding(1) var<storage, read_write> mean: array<vec4f>; // [STEP vec4s]
@group(0) @binding(2) var<storage, read_write> squares: array<vec4f>; // [STEP vec4s]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let step = arrayLength(&mean);
  if (i >= step) { return; }
  let end = arrayLength(&x) - select(0u, 1u, TAIL < 4u); // whole vec4s
  var average = vec4f(0.0);
  var deviations = vec4f(0.0);
  var count = 0.0;
  var at = i;
  for (; at < end; at += step) {
    count += 1.0;
    let difference = vec4f(x[at]) - average;
    average += difference * (1.0 / count);
    deviations += difference * (vec4f(x[at]) - average);
  }
  if (TAIL < 4u && at == end) {
    let real = vec4u(0u, 1u, 2u, 3u) < vec4u(TAIL);
    let difference = select(vec4f(0.0), vec4f(x[at]) - average, real);
    average += difference * (1.0 / (count + 1.0));
    deviations += select(vec4f(0.0), difference * (vec4f(x[at]) - average), real);
  }
  mean[i] = average;
  squares[i] = deviations;
}
