// Joining two matrices side by side:
//
//   y[r, j] = a[r, j] for j < LEFT, else b[r, j - LEFT]
//
// One invocation writes four consecutive elements of y. VECTOR: LEFT and RIGHT count vec4s.

alias element_type = u32; // elements of 32 bits travel as bits; the loader makes it f16 for tensors of f16

const LEFT: u32 = 1u;
const RIGHT: u32 = 1u;
const VECTOR: bool = false;

@group(0) @binding(0) var<storage, read> a: array<vec4<element_type>>; // [r, LEFT]
@group(0) @binding(1) var<storage, read> b: array<vec4<element_type>>; // [r, RIGHT]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<element_type>>; // [r, LEFT + RIGHT]

const WORKGROUP: u32 = 64u;

fn load(element: u32) -> element_type {
  let r = element / (LEFT + RIGHT);
  let j = element % (LEFT + RIGHT);
  if (j < LEFT) {
    let at = r * LEFT + j;
    return a[at / 4u][at % 4u];
  }
  let at = r * RIGHT + j - LEFT;
  return b[at / 4u][at % 4u];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  if (VECTOR) {
    let r = i / (LEFT + RIGHT);
    let j = i % (LEFT + RIGHT);
    if (j < LEFT) { y[i] = a[r * LEFT + j]; } else { y[i] = b[r * RIGHT + j - LEFT]; }
  } else {
    y[i] = vec4<element_type>(load(4u * i), load(4u * i + 1u), load(4u * i + 2u), load(4u * i + 3u));
  }
}
