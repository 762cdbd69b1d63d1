// Reading along strides, which is transposing, slicing and repeating:
//
//   y[i0, i1, i2, i3, i4] = x[OFFSET + i0*STRIDE_0 + i1*STRIDE_1 + i2*STRIDE_2 + i3*STRIDE_3 + i4*STRIDE_4]
//
// One invocation writes four consecutive elements of y. VECTOR: they are consecutive in x too, and all sizes and
// strides count vec4s.

alias element_type = u32; // elements of 32 bits travel as bits; the loader makes it f16 for tensors of f16

const SIZE_1: u32 = 1u;
const SIZE_2: u32 = 1u;
const SIZE_3: u32 = 1u;
const SIZE_4: u32 = 1u;
const STRIDE_0: u32 = 0u;
const STRIDE_1: u32 = 0u;
const STRIDE_2: u32 = 0u;
const STRIDE_3: u32 = 0u;
const STRIDE_4: u32 = 1u;
const OFFSET: u32 = 0u;
const VECTOR: bool = false;

@group(0) @binding(0) var<storage, read> x: array<vec4<element_type>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<element_type>>;

const WORKGROUP: u32 = 64u;

fn source(element: u32) -> u32 {
  let i4 = element % SIZE_4;
  let above4 = element / SIZE_4;
  let i3 = above4 % SIZE_3;
  let above3 = above4 / SIZE_3;
  let i2 = above3 % SIZE_2;
  let above2 = above3 / SIZE_2;
  let i1 = above2 % SIZE_1;
  let i0 = above2 / SIZE_1;
  return OFFSET + i0 * STRIDE_0 + i1 * STRIDE_1 + i2 * STRIDE_2 + i3 * STRIDE_3 + i4 * STRIDE_4;
}

fn load(element: u32) -> element_type {
  let at = source(element);
  return x[at / 4u][at % 4u];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  if (VECTOR) {
    y[i] = x[source(i)];
  } else {
    y[i] = vec4<element_type>(load(4u * i), load(4u * i + 1u), load(4u * i + 2u), load(4u * i + 3u));
  }
}
