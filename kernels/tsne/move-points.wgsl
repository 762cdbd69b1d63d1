// One step of gradient descent with momentum and a gain per coordinate, which grows while gradient and movement agree:
//
//   gain = gain + 0.2 if velocity and gradient have opposite signs, else 0.8 gain; at least 0.01
//   velocity = MOMENTUM velocity - RATE gain gradient        y = y + velocity
//
// One invocation moves four values.

const MOMENTUM: f32 = 0.5;
const RATE: f32 = 200.0;

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>; // [2, points]
@group(0) @binding(1) var<storage, read_write> gains: array<vec4f>; // [2, points]
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f>; // [2, points]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [2, points]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let slope = gradient[i];
  let opposed = velocity[i] * slope < vec4f(0.0);
  let gain = max(select(0.8 * gains[i], gains[i] + 0.2, opposed), vec4f(0.01));
  let movement = MOMENTUM * velocity[i] - RATE * gain * slope;
  gains[i] = gain;
  velocity[i] = movement;
  y[i] += movement;
}
