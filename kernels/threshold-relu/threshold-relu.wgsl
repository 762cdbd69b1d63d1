// A rectifier with a threshold, a slope below it and an end; y (GRADIENT false), or dx from dy (GRADIENT true):
//
//   y = MAX                              where x >= MAX, if there is an end
//       x                                where x > THRESHOLD
//       SLOPE * (x - THRESHOLD)          elsewhere
//
// NaN stays NaN. One invocation computes four elements; in the forward direction dy is x itself.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias dy_real = f32;
alias y_real = f32;

const GRADIENT: bool = false;
const THRESHOLD: f32 = 0.0;
const SLOPE: f32 = 0.0;
const HAS_MAX: bool = false;
const MAX: f32 = 6.0;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<dy_real>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<y_real>>;

const WORKGROUP: u32 = 64u;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

fn value(v: vec4f) -> vec4f {
  var rectified = select(SLOPE * (v - THRESHOLD), v, v > vec4f(THRESHOLD));
  if (SLOPE == 0.0) { rectified = select(vec4f(), v, v > vec4f(THRESHOLD)); } // 0 * -infinity is NaN
  if (HAS_MAX) { rectified = min(rectified, vec4f(MAX)); }
  return rectified;
}

fn slope(v: vec4f) -> vec4f {
  let above = select(vec4f(1.0), vec4f(), vec4<bool>(HAS_MAX) & (v > vec4f(MAX)));
  return select(vec4f(SLOPE), above, v > vec4f(THRESHOLD));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let v = vec4f(x[i]);
  let result = select(value(v), vec4f(dy[i]) * slope(v), GRADIENT);
  y[i] = vec4<y_real>(select(result, v, is_nan(v)));
}
