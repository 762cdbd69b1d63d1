// y[i] = x[i], in the element type of y. One invocation converts one element.

alias y_real = f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<y_real>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = y_real(x[min(id.x, arrayLength(&x) - 1u)]); }
}
