// How near two points are, each seen with the other's Gaussian; overwrites the squared distances:
//
//   p(j | i) = exp(-beta[i] (d[i, j] - nearest[i])) / total[i]        p[i, j] = (p(j | i) + p(i | j)) / (2 COUNT)
//
// and 0 for i = j. One invocation computes four neighbouring values.

const COUNT: u32 = 62u; // points
const POINTS: u32 = 64u; // COUNT rounded up to a multiple of 4

@group(0) @binding(0) var<storage, read> beta: array<vec4f>; // [POINTS]
@group(0) @binding(1) var<storage, read> nearest: array<vec4f>; // [POINTS]
@group(0) @binding(2) var<storage, read> total: array<vec4f>; // [POINTS]
@group(0) @binding(3) var<storage, read_write> p: array<vec4f>; // [POINTS, POINTS], squared distances before

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let v = id.x + id.y * groups.x * WORKGROUP;
  if (v >= arrayLength(&p)) { return; }
  let i = v / (POINTS / 4u);
  let columns = v % (POINTS / 4u);
  let js = 4u * columns + vec4u(0u, 1u, 2u, 3u);
  let from_i = exp(-beta[i / 4u][i % 4u] * (p[v] - nearest[i / 4u][i % 4u])) / total[i / 4u][i % 4u];
  let from_js = exp(-beta[columns] * (p[v] - nearest[columns])) / total[columns];
  let outside = (js >= vec4u(COUNT)) | (js == vec4u(i)) | vec4<bool>(i >= COUNT);
  p[v] = select((from_i + from_js) / (2.0 * f32(COUNT)), vec4f(0.0), outside);
}
