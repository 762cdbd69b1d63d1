// Batch normalisation, statistics, first stage: mean and sum of squared deviations of every STEPth vec4 of d, where d is x less
// the first row,
//
//   mean[i] = mean of d[i], d[i + STEP], ...     squares[i] = sum of (d[i + k*STEP] - mean[i])^2
//
// by Welford's recurrence. The mean of x may be so large that small corrections to it are lost to rounding; that of d is not.
// One invocation computes one i. STEP vec4s are a multiple of CHANNELS elements, so that each lane stays with its channel,
// whatever the number of channels.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16

const CHANNELS: u32 = 4u;
const TAIL: u32 = 4u; // elements in the last vec4 of x
const AHEAD: u32 = 1u; // vec4s that are loaded before the first is used

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, channels]
@group(0) @binding(1) var<storage, read_write> mean: array<vec4f>; // [STEP vec4s]
@group(0) @binding(2) var<storage, read_write> squares: array<vec4f>; // [STEP vec4s]

const WORKGROUP: u32 = 64u;

// Of the vec4s that are loaded ahead the first always exists.
fn exists(at: u32, end: u32) -> bool { return AHEAD == 1u || at < end; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let step = arrayLength(&mean);
  if (i >= step) { return; }
  let end = arrayLength(&x) - select(0u, 1u, TAIL < 4u); // whole vec4s
  let c = (4u * i + vec4u(0u, 1u, 2u, 3u)) % CHANNELS;
  let origin = vec4f(f32(x[c.x / 4u][c.x % 4u]), f32(x[c.y / 4u][c.y % 4u]), f32(x[c.z / 4u][c.z % 4u]), f32(x[c.w / 4u][c.w % 4u]));
  var average = vec4f(0.0);
  var deviations = vec4f(0.0);
  var count = 0.0;
  for (var at = i; at < end; at += AHEAD * step) {
    var values: array<vec4f, AHEAD>;
    for (var k = 0u; k < AHEAD; k++) { values[k] = vec4f(x[select(at, at + k * step, exists(at + k * step, end))]); }
    for (var k = 0u; k < AHEAD; k++) { // by selection: behind a branch each load would wait for the one before
      let own = exists(at + k * step, end);
      count += select(0.0, 1.0, own);
      let value = values[k] - origin;
      let difference = select(vec4f(0.0), value - average, own);
      average += difference * (1.0 / count);
      deviations += difference * (value - average);
    }
  }
  if (TAIL < 4u && end % step == i) {
    let real = vec4u(0u, 1u, 2u, 3u) < vec4u(TAIL);
    let value = vec4f(x[end]) - origin;
    let difference = select(vec4f(0.0), value - average, real);
    average += difference * (1.0 / (count + 1.0));
    deviations += select(vec4f(0.0), difference * (value - average), real);
  }
  mean[i] = average;
  squares[i] = deviations;
}
