// x[i] = x[i] * FACTOR + AMOUNT, in place: the order of several launches shows in the result.
// One invocation changes one element.

const FACTOR: f32 = 1.0;
const AMOUNT: f32 = 1.0;

@group(0) @binding(0) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&x)) {
    x[id.x] = x[id.x] * FACTOR + AMOUNT;
  }
}
