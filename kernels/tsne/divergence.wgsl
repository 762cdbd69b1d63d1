// The part of four points in the Kullback-Leibler divergence of the embedding's neighbourhoods from the data's:
//
//   kl[i] = sum over j of P log(P / q)    with P = EXAGGERATION p[i, j], q = max(w / mass, SMALLEST), w = 1 / (1 + |y_i - y_j|^2)
//
// One invocation serves four points; p is symmetric, so that it reads columns.

const COUNT: u32 = 62u; // points
const POINTS: u32 = 64u; // COUNT rounded up to a multiple of 4
const EXAGGERATION: f32 = 1.0;

@group(0) @binding(0) var<storage, read> p: array<vec4f>; // [POINTS, POINTS]
@group(0) @binding(1) var<storage, read> y: array<vec4f>; // [2, POINTS]
@group(0) @binding(2) var<storage, read> mass: array<f32>; // [1], of all points
@group(0) @binding(3) var<storage, read_write> kl: array<vec4f>; // [POINTS]

const WORKGROUP: u32 = 64u;
const VECTORS: u32 = POINTS / 4u;
const SMALLEST: f32 = 2.220446e-16; // scikit-learn's guard, the machine epsilon of float64

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let v = id.x + id.y * groups.x * WORKGROUP;
  if (v >= VECTORS) { return; }
  var sum = vec4f(0.0);
  for (var j = 0u; j < COUNT; j++) {
    let dx = y[v] - y[j / 4u][j % 4u];
    let dz = y[VECTORS + v] - y[VECTORS + j / 4u][j % 4u];
    let q = max(1.0 / (1.0 + dx * dx + dz * dz) / mass[0], vec4f(SMALLEST));
    let share = EXAGGERATION * p[j * VECTORS + v];
    sum += select(share * log(max(share, vec4f(SMALLEST)) / q), vec4f(0.0), share == vec4f(0.0));
  }
  kl[v] = sum;
}
