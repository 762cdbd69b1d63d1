// y[0] = sum of a[i] * b[i], by one invocation: the scalar that gradient tests differentiate.

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var i = 0u; i < arrayLength(&a); i++) {
    sum += a[i] * b[i];
  }
  y[0] = sum;
}
