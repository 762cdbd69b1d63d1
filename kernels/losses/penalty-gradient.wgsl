// dw[i] = dy * (L1 * sign(w[i]) + 2 * L2 * w[i]), dy a scalar. One invocation computes four neighbouring elements.

const L1: f32 = 0.0;
const L2: f32 = 0.0;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i < arrayLength(&dw)) { dw[i] = dy[0] * (L1 * sign(w[i]) + 2.0 * L2 * w[i]); }
}
