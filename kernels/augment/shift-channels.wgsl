// Makes images brighter or darker without leaving the range that they have:
//
//   y[n, ...] = clamp(x[n, ...] + shift[n], lowest[n], highest[n])
//
// One invocation computes one value.

const PER_IMAGE: u32 = 3072u;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [n, h, w, c]
@group(0) @binding(1) var<storage, read> maps: array<vec4f>; // [n, 2], as in transform-images.wgsl
@group(0) @binding(2) var<storage, read> lowest: array<f32>; // [n], of x
@group(0) @binding(3) var<storage, read> highest: array<f32>; // [n]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [n, h, w, c]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let image = i / PER_IMAGE;
  y[i] = clamp(x[i] + maps[2u * image].w, lowest[image], highest[image]);
}
