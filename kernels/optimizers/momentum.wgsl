// Stochastic gradient descent with momentum:
//
//   v = MOMENTUM * v - rate * g
//   p += v, or p += MOMENTUM * v - rate * g (Nesterov)
//
// rate = step.learning_rate / (1 + DECAY * step.step). One invocation updates four parameters; none after a halt.

const DECAY: f32 = 0.0;
const MOMENTUM: f32 = 0.9;
const NESTEROV: bool = false;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> velocity: array<vec4f>; // v
@group(0) @binding(2) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(3) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&parameters) || step.halted != 0u) { return; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  let gradient = gradients[i];
  let before = parameters[i]; // with the others, before any of them is waited for
  let step_down = rate * gradient;
  let v = MOMENTUM * velocity[i] - step_down;
  velocity[i] = v;
  parameters[i] = before + select(v, MOMENTUM * v - step_down, NESTEROV);
}
