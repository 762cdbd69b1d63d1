// The width of each point's Gaussian, such that its neighbours have the wanted perplexity:
//
//   p[j] = exp(-beta (d[i, j] - nearest)) / total        entropy = log(total) + beta sum over j of (d[i, j] - nearest) p[j]
//
// beta is doubled or halved until it encloses the root of entropy - ENTROPY, then bisected, as in scikit-learn. Taking
// off the distance of the nearest point changes no p and keeps the exponentials in range. One invocation serves four
// points; d is symmetric, so that it reads columns.

const COUNT: u32 = 62u; // points
const POINTS: u32 = 64u; // COUNT rounded up to a multiple of 4
const ENTROPY: f32 = 3.4012; // log(perplexity)

@group(0) @binding(0) var<storage, read> d: array<vec4f>; // [POINTS, POINTS]
@group(0) @binding(1) var<storage, read_write> beta: array<vec4f>; // [POINTS]
@group(0) @binding(2) var<storage, read_write> nearest: array<vec4f>; // [POINTS]
@group(0) @binding(3) var<storage, read_write> total: array<vec4f>; // [POINTS]

const WORKGROUP: u32 = 64u;
const LARGEST: f32 = 3.4028234e38;
const STEPS: u32 = 100u;
const TOLERANCE: f32 = 1e-5;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let v = id.x + id.y * groups.x * WORKGROUP;
  if (v >= POINTS / 4u) { return; }
  let points = 4u * v + vec4u(0u, 1u, 2u, 3u);
  var closest = vec4f(LARGEST);
  for (var j = 0u; j < COUNT; j++) {
    closest = select(min(closest, d[j * (POINTS / 4u) + v]), closest, points == vec4u(j));
  }

  var width = vec4f(1.0);
  var low = vec4f(0.0);
  var high = vec4f(LARGEST);
  var mass = vec4f(0.0);
  var done = points >= vec4u(COUNT);
  for (var step = 0u; step < STEPS && !all(done); step++) {
    var sum = vec4f(0.0);
    var moment = vec4f(0.0);
    for (var j = 0u; j < COUNT; j++) {
      let distance = d[j * (POINTS / 4u) + v] - closest;
      let share = select(exp(-width * distance), vec4f(0.0), points == vec4u(j));
      sum += share;
      moment += distance * share;
    }
    mass = select(sum, mass, done);
    let excess = log(sum) + width * moment / sum - ENTROPY;
    let flat = excess > vec4f(0.0); // the Gaussian is too wide
    low = select(low, width, flat & !done);
    high = select(high, width, !flat & !done);
    let middle = select(0.5 * (low + high), 2.0 * width, high == vec4f(LARGEST));
    done |= (abs(excess) <= vec4f(TOLERANCE)) | (middle == width);
    width = select(middle, width, done);
  }
  beta[v] = width;
  nearest[v] = closest;
  total[v] = mass;
}
