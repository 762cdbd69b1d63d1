// The gradient of the divergence with respect to the embedding, the slices of the forces summed in their order:
//
//   gradient = 4 (EXAGGERATION attraction - repulsion / mass)
//
// One invocation computes one coordinate of four points.

const COUNT: u32 = 62u; // points
const POINTS: u32 = 64u; // COUNT rounded up to a multiple of 4
const SLICES: u32 = 1u;
const EXAGGERATION: f32 = 1.0;

@group(0) @binding(0) var<storage, read> forces: array<vec4f>; // [SLICES, 4, POINTS]: attraction, repulsion
@group(0) @binding(1) var<storage, read> mass: array<f32>; // [1], of all points
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>; // [2, POINTS]

const WORKGROUP: u32 = 64u;
const VECTORS: u32 = POINTS / 4u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= 2u * VECTORS) { return; }
  var attraction = vec4f(0.0);
  var repulsion = vec4f(0.0);
  for (var slice = 0u; slice < SLICES; slice++) {
    attraction += forces[slice * 4u * VECTORS + i];
    repulsion += forces[(slice * 4u + 2u) * VECTORS + i];
  }
  let points = 4u * (i % VECTORS) + vec4u(0u, 1u, 2u, 3u);
  let slope = 4.0 * (EXAGGERATION * attraction - repulsion / mass[0]);
  gradient[i] = select(slope, vec4f(0.0), points >= vec4u(COUNT));
}
