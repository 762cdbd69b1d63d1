// Clips the gradients of one parameter group in place:
//
//   g *= CLIP_NORM / n where n = sqrt(total[0]) >= CLIP_NORM
//   g = min(max(g, -CLIP_VALUE), CLIP_VALUE)
//
// Where n overflows, though no gradient does, n * SHRINK = sqrt(total[1]) is used instead. NaN stays NaN, and all of it becomes
// NaN if a gradient is NaN or infinite, as in TensorFlow: a direction cannot be kept. A limit of 0 means none. One invocation
// clips four elements.

const CLIP_NORM: f32 = 0.0;
const CLIP_VALUE: f32 = 0.0;
const SHRINK: f32 = 0x1p-96;

@group(0) @binding(0) var<storage, read> total: array<f32>; // [2], sums of g^2 and (g * SHRINK)^2 over all groups
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4f>;

const WORKGROUP: u32 = 64u;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn not_a_number(any: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(any) | vec4u(0x7fc00000)); }
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&gradients)) { return; }
  var g = gradients[i];
  if (CLIP_NORM > 0.0) {
    let norm = sqrt(total[0]);
    if (is_finite(norm)) { g *= select(1.0, CLIP_NORM / norm, norm >= CLIP_NORM); }
    else if (is_finite(total[1])) { g = (g * SHRINK) * (CLIP_NORM / sqrt(total[1])); }
    else { g = not_a_number(g); }
  }
  if (CLIP_VALUE > 0.0) { g = select(clamp(g, vec4f(-CLIP_VALUE), vec4f(CLIP_VALUE)), g, is_nan(g)); }
  gradients[i] = g;
}
