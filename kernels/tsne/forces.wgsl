// What each point of the embedding y feels of the others, those of one slice of them:
//
//   w = 1 / (1 + |y_i - y_j|^2)
//   attraction = sum over j of p[i, j] w (y_i - y_j)    repulsion = sum over j of w^2 (y_i - y_j)    mass = sum over j of w
//
// One invocation serves four points and one slice; p is symmetric, so that it reads columns.

const COUNT: u32 = 62u; // points
const POINTS: u32 = 64u; // COUNT rounded up to a multiple of 4
const SLICES: u32 = 1u;

@group(0) @binding(0) var<storage, read> p: array<vec4f>; // [POINTS, POINTS], 0 outside of COUNT and for i = j
@group(0) @binding(1) var<storage, read> y: array<vec4f>; // [2, POINTS]
@group(0) @binding(2) var<storage, read_write> forces: array<vec4f>; // [SLICES, 4, POINTS]: attraction, repulsion
@group(0) @binding(3) var<storage, read_write> mass: array<vec4f>; // [SLICES, POINTS], 0 outside of COUNT

const WORKGROUP: u32 = 64u;
const VECTORS: u32 = POINTS / 4u;
const CHUNK: u32 = (VECTORS + SLICES - 1u) / SLICES;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unit = id.x + id.y * groups.x * WORKGROUP;
  if (unit >= SLICES * VECTORS) { return; }
  let v = unit % VECTORS;
  let slice = unit / VECTORS;
  let points = 4u * v + vec4u(0u, 1u, 2u, 3u);
  let x = y[v];
  let z = y[VECTORS + v];

  var attraction_x = vec4f(0.0);
  var attraction_z = vec4f(0.0);
  var repulsion_x = vec4f(0.0);
  var repulsion_z = vec4f(0.0);
  var sum = vec4f(0.0);
  for (var other = slice * CHUNK; other < min(slice * CHUNK + CHUNK, VECTORS); other++) {
    let others_x = y[other];
    let others_z = y[VECTORS + other];
    for (var lane = 0u; lane < 4u; lane++) {
      let j = 4u * other + lane;
      let dx = x - others_x[lane];
      let dz = z - others_z[lane];
      let hidden = (points == vec4u(j)) | vec4<bool>(j >= COUNT);
      let w = select(1.0 / (1.0 + dx * dx + dz * dz), vec4f(0.0), hidden);
      let pull = p[j * VECTORS + v] * w;
      attraction_x += pull * dx;
      attraction_z += pull * dz;
      repulsion_x += w * w * dx;
      repulsion_z += w * w * dz;
      sum += w;
    }
  }
  let start = slice * 4u * VECTORS + v;
  forces[start] = attraction_x;
  forces[start + VECTORS] = attraction_z;
  forces[start + 2u * VECTORS] = repulsion_x;
  forces[start + 3u * VECTORS] = repulsion_z;
  mass[unit] = select(sum, vec4f(0.0), points >= vec4u(COUNT));
}
