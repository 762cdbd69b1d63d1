// The end of a transposed convolution, in place:
//
//   y[..., k] = activation(y[..., k] + bias[k])
//
// One invocation computes four consecutive elements, its lanes.

const CHANNELS: u32 = 4; // of y
const HAS_BIAS: u32 = 1; // 0: another buffer is bound as bias and not read
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh

const WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> bias: array<vec4f>; // [k]
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [..., k]

fn load_bias(at: vec4u) -> vec4f {
  if (CHANNELS % 4u == 0u) { return bias[at.x / 4u]; }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(bias[v.x][e.x], bias[v.y][e.y], bias[v.z][e.z], bias[v.w][e.w]);
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn activate(x: vec4f) -> vec4f {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, vec4f(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, vec4f(-15), vec4f(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  var value = y[i];
  if (HAS_BIAS != 0u) { value += load_bias((4u * i + vec4u(0, 1, 2, 3)) % CHANNELS); }
  y[i] = activate(value);
}
