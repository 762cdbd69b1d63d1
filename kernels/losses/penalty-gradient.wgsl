// dw[i] = dy * (L1 * sign(w[i]) + 2 * L2 * w[i]), dy a scalar. One invocation computes four neighbouring elements.

const L1: f32 = 0.0;
const L2: f32 = 0.0;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dw)) { return; }
  let slope = L1 * sign(w[i]) + 2.0 * L2 * w[i];
  dw[i] = dy[0] * select(slope, w[i], is_nan(w[i])); // sign may take NaN for 0
}
