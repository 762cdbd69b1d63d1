// RMSprop:
//
//   a = RHO * a + (1 - RHO) * g^2
//   p -= rate * g / (sqrt(a) + EPSILON), or with EPSILON_IN_ROOT rate * g / sqrt(a + EPSILON)
//
// rate = step.learning_rate / (1 + DECAY * step.step). One invocation updates four parameters; none after a halt.

const DECAY: f32 = 0.0;
const RHO: f32 = 0.9;
const ONE_MINUS_RHO: f32 = 0.1;
const EPSILON: f32 = 1e-7;
const EPSILON_IN_ROOT: bool = false;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> accumulator: array<vec4f>; // a
@group(0) @binding(2) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(3) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&parameters) || step.halted != 0u) { return; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  let g = gradients[i];
  let a = RHO * accumulator[i] + ONE_MINUS_RHO * g * g;
  accumulator[i] = a;
  parameters[i] -= rate * g / select(sqrt(a) + EPSILON, sqrt(a + EPSILON), EPSILON_IN_ROOT);
}
