// Gradient of cosine-similarity.wgsl, for the loss's gradient dy and the mean over rows, with r = 1 / |x|, s = 1 / |t|:
//
//   dx[row, j] = -dy * FACTOR * weight[row] * r * (t[j] * s - cosine * x[j] * r)
//
// Where 1 / |x| is beyond 1e7, r is that constant and the second term is left out. One invocation computes one element.

const CLASSES: u32 = 10u;
const FACTOR: f32 = 1.0; // 1 / number of rows
const WEIGHTED: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<f32>; // a scalar
@group(0) @binding(1) var<storage, read> x: array<f32>; // [rows, CLASSES]
@group(0) @binding(2) var<storage, read> targets: array<f32>; // [rows, CLASSES]
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>; // [rows]: r, s, the cosine, 1 if |x| counts
@group(0) @binding(4) var<storage, read> weights: array<f32>; // [rows]; read if WEIGHTED
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let row = i / CLASSES;
  let s = statistics[row];
  var share = dy[0] * FACTOR;
  if (WEIGHTED) { share *= weights[row]; }
  let along = select(s.z * (x[i] * s.x), 0.0, s.w == 0.0);
  dx[i] = -share * s.x * (targets[i] * s.y - along);
}
