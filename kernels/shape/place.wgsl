// Placing x inside a larger y, elements STEP apart, and a constant everywhere else:
//
//   y[BEGIN_0 + j0*STEP_0, ..., BEGIN_4 + j4*STEP_4] = x[j0, ..., j4]
//
// One invocation writes four consecutive elements of y: each looks for the element of x that lands there.
// VECTOR: they are consecutive in x too, and the sizes of the last axis count vec4s.

alias element_type = u32; // elements of 32 bits travel as bits; the loader makes it f16 for tensors of f16

const OUT_1: u32 = 1u;
const OUT_2: u32 = 1u;
const OUT_3: u32 = 1u;
const OUT_4: u32 = 1u;
const IN_0: u32 = 1u;
const IN_1: u32 = 1u;
const IN_2: u32 = 1u;
const IN_3: u32 = 1u;
const IN_4: u32 = 1u;
const BEGIN_0: u32 = 0u;
const BEGIN_1: u32 = 0u;
const BEGIN_2: u32 = 0u;
const BEGIN_3: u32 = 0u;
const BEGIN_4: u32 = 0u;
const STEP_0: u32 = 1u;
const STEP_1: u32 = 1u;
const STEP_2: u32 = 1u;
const STEP_3: u32 = 1u;
const STEP_4: u32 = 1u;
const FILL: u32 = 0u; // the constant's bits; 0 in f16
const VECTOR: bool = false;

@group(0) @binding(0) var<storage, read> x: array<vec4<element_type>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<element_type>>;

const WORKGROUP: u32 = 64u;
const NOWHERE: u32 = 0xffffffffu;

fn lands(i: u32, begin: u32, step: u32, size: u32) -> bool {
  return i >= begin && (i - begin) % step == 0u && (i - begin) / step < size;
}

// Where in x the element of y comes from, or NOWHERE.
fn source(element: u32) -> u32 {
  let i4 = element % OUT_4;
  let above4 = element / OUT_4;
  let i3 = above4 % OUT_3;
  let above3 = above4 / OUT_3;
  let i2 = above3 % OUT_2;
  let above2 = above3 / OUT_2;
  let i1 = above2 % OUT_1;
  let i0 = above2 / OUT_1;
  let inside = lands(i0, BEGIN_0, STEP_0, IN_0) && lands(i1, BEGIN_1, STEP_1, IN_1) &&
    lands(i2, BEGIN_2, STEP_2, IN_2) && lands(i3, BEGIN_3, STEP_3, IN_3) && lands(i4, BEGIN_4, STEP_4, IN_4);
  let row = ((i0 - BEGIN_0) / STEP_0 * IN_1 + (i1 - BEGIN_1) / STEP_1) * IN_2 + (i2 - BEGIN_2) / STEP_2;
  let at = (row * IN_3 + (i3 - BEGIN_3) / STEP_3) * IN_4 + (i4 - BEGIN_4) / STEP_4;
  return select(NOWHERE, at, inside);
}

fn load(element: u32) -> element_type {
  let at = source(element);
  if (at == NOWHERE) { return element_type(FILL); }
  return x[at / 4u][at % 4u];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  if (VECTOR) {
    let at = source(i);
    if (at == NOWHERE) { y[i] = vec4<element_type>(element_type(FILL)); } else { y[i] = x[at]; }
  } else {
    y[i] = vec4<element_type>(load(4u * i), load(4u * i + 1u), load(4u * i + 2u), load(4u * i + 3u));
  }
}
