// y[0] = sum of x[i], by one invocation.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) {
    sum += x[i];
  }
  y[0] = sum;
}
