// Clips the gradients of one parameter group in place:
//
//   g *= CLIP_NORM / n where n = sqrt(total) >= CLIP_NORM
//   g = min(max(g, -CLIP_VALUE), CLIP_VALUE)
//
// A limit of 0 means none. One invocation clips four elements.

const CLIP_NORM: f32 = 0.0;
const CLIP_VALUE: f32 = 0.0;

@group(0) @binding(0) var<storage, read> total: array<f32>; // [1], sum of g^2 over all groups
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4f>;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&gradients)) { return; }
  var g = gradients[i];
  if (CLIP_NORM > 0.0) {
    let norm = sqrt(total[0]);
    g *= select(1.0, CLIP_NORM / norm, norm >= CLIP_NORM);
  }
  if (CLIP_VALUE > 0.0) { g = clamp(g, vec4f(-CLIP_VALUE), vec4f(CLIP_VALUE)); }
  gradients[i] = g;
}
