// One-hot rows:
//
//   y[i, d] = 1 if labels[i] = d, else 0
//
// One invocation writes four consecutive elements of y.

const DEPTH: u32 = 10u;

@group(0) @binding(0) var<storage, read> labels: array<u32>; // [i]; negative i32 match no d
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [i, DEPTH]

const WORKGROUP: u32 = 64u;

fn value(element: u32) -> f32 {
  return select(0.0, 1.0, labels[element / DEPTH] == element % DEPTH);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  y[i] = vec4f(value(4u * i), value(4u * i + 1u), value(4u * i + 2u), value(4u * i + 3u));
}
