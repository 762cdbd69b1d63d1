// Gradients of reductions: every element of a block [outer, LENGTH, INNER] gets its share of the gradient of the one
// result it was reduced to.
//
//   sum, mean:          dx = SCALE * dy
//   variance:           dx = SCALE * dy * (x - center)
//   largest, smallest:  dx = dy / count where x == center, or both are NaN, else 0    (of count elements that is true)
//
// One invocation computes four neighbouring elements.

const LENGTH: u32 = 8u;
const INNER: u32 = 4u;
const KIND: u32 = 0u; // 0 sum, 1 variance, 2 extreme
const SCALE: f32 = 1.0;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [outer, INNER]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [outer, LENGTH, INNER]; not read for sums
@group(0) @binding(2) var<storage, read> center: array<vec4f>; // [outer, INNER]; not read for sums
@group(0) @binding(3) var<storage, read> count: array<vec4f>; // [outer, INNER]; read for extremes only
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>; // [outer, LENGTH, INNER]

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// The results that four neighbouring elements belong to.
struct Place {
  vector: vec4u,
  lane: vec4u,
}

fn place_of(i: u32) -> Place {
  let element = 4u * i + vec4u(0u, 1u, 2u, 3u);
  let output = element / (LENGTH * INNER) * INNER + element % INNER;
  return Place(min(output / 4u, vec4u(arrayLength(&dy) - 1u)), output % 4u);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&dx)) { return; }
  let at = place_of(i);
  let v = at.vector;
  let e = at.lane;
  var gradient = vec4f(0.0);
  var middle = vec4f(0.0);
  var ties = vec4f(1.0);
  if (INNER % 4u == 0u) { // neighbours are neighbours in dy too
    gradient = dy[v.x];
    if (KIND > 0u) { middle = center[v.x]; }
    if (KIND > 1u) { ties = count[v.x]; }
  } else if (INNER == 1u && LENGTH % 4u == 0u) { // all four share one result
    gradient = vec4f(dy[v.x][e.x]);
    if (KIND > 0u) { middle = vec4f(center[v.x][e.x]); }
    if (KIND > 1u) { ties = vec4f(count[v.x][e.x]); }
  } else {
    gradient = vec4f(dy[v.x][e.x], dy[v.y][e.y], dy[v.z][e.z], dy[v.w][e.w]);
    if (KIND > 0u) { middle = vec4f(center[v.x][e.x], center[v.y][e.y], center[v.z][e.z], center[v.w][e.w]); }
    if (KIND > 1u) { ties = vec4f(count[v.x][e.x], count[v.y][e.y], count[v.z][e.z], count[v.w][e.w]); }
  }

  if (KIND == 0u) { dx[i] = SCALE * gradient; }
  if (KIND == 1u) { dx[i] = SCALE * gradient * (x[i] - middle); }
  if (KIND == 2u) {
    let extreme = (x[i] == middle) | (is_nan(x[i]) & is_nan(middle));
    dx[i] = select(vec4f(0.0), gradient / ties, extreme);
  }
}
