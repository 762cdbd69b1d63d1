// y[i] = a[i] + b[i]: two gradients of the same tensor. One invocation adds one element.

alias a_real = f32; // element types: the loader makes them f16 for tensors of f16
alias b_real = f32;
alias y_real = f32;

@group(0) @binding(0) var<storage, read> a: array<a_real>;
@group(0) @binding(1) var<storage, read> b: array<b_real>;
@group(0) @binding(2) var<storage, read_write> y: array<y_real>;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i < arrayLength(&y)) {
    y[i] = y_real(f32(a[i]) + f32(b[i]));
  }
}
