// Dropout with a given mask, and its gradient (dy for x):
//
//   y[e] = x[e] * mask[e] / (1 - rate)
//
// One invocation computes four consecutive elements.

const SCALE: f32 = 2.0; // 1 / (1 - rate)

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> mask: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  y[i] = x[i] * mask[i] * SCALE;
}
