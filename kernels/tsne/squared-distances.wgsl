// Squared distances between all points from the products of their vectors:
//
//   d[i, j] = max(0, |x_i|^2 + |x_j|^2 - 2 x_i . x_j)
//
// One invocation computes four neighbouring distances.

const POINTS: u32 = 64u; // a multiple of 4

@group(0) @binding(0) var<storage, read> products: array<vec4f>; // [POINTS, POINTS]
@group(0) @binding(1) var<storage, read> norms: array<vec4f>; // [POINTS], squares
@group(0) @binding(2) var<storage, read_write> d: array<vec4f>; // [POINTS, POINTS]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let v = id.x + id.y * groups.x * WORKGROUP;
  if (v >= arrayLength(&d)) { return; }
  let row = v / (POINTS / 4u);
  d[v] = max(vec4f(0.0), norms[row / 4u][row % 4u] + norms[v % (POINTS / 4u)] - 2.0 * products[v]);
}
