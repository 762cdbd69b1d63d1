// total[i] += x[i]: the gradient of one more use, or one more micro-batch. One invocation adds one element.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16

@group(0) @binding(0) var<storage, read> x: array<x_real>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i < arrayLength(&total)) {
    total[i] += f32(x[i]);
  }
}
