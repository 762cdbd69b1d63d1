// Adamax:
//
//   m = BETA1 * m + (1 - BETA1) * g
//   u = max(BETA2 * u, |g|)
//   p -= rate / (1 - BETA1^(t+1)) * m / (u + EPSILON)
//
// t = step.step; rate = step.learning_rate / (1 + DECAY * step.step). One invocation updates four parameters; none after a halt.

const DECAY: f32 = 0.0;
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const ONE_MINUS_BETA1: f32 = 0.1;
const LOG_BETA1: f32 = -0.105360516;
const EPSILON: f32 = 1e-7;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> first: array<vec4f>; // m
@group(0) @binding(2) var<storage, read_write> largest: array<vec4f>; // u
@group(0) @binding(3) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(4) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// 1 - exp(x) for x <= 0 without cancellation near 0, where the first steps are.
fn one_minus_exp(x: f32) -> f32 {
  let series = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), series, x > -0.25);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&parameters) || step.halted != 0u) { return; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  let corrected = rate / one_minus_exp(f32(step.step + 1u) * LOG_BETA1);
  let g = gradients[i];
  let m = BETA1 * first[i] + ONE_MINUS_BETA1 * g;
  let u = select(max(BETA2 * largest[i], abs(g)), g, is_nan(g)); // max() may lose a NaN
  first[i] = m;
  largest[i] = u;
  parameters[i] -= corrected * m / (u + EPSILON);
}
