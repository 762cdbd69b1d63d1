// Plain gradient descent for up to four weights whose gradients are stored:
//
//   p -= rate * g
//
// rate = step.learning_rate / (1 + DECAY * step.step). One invocation changes one element of each; none after a halt.

const DECAY: f32 = 0.0;
const SIZE_0: u32 = 64u;
const SIZE_1: u32 = 0u; // 0: this place is not used
const SIZE_2: u32 = 0u;
const SIZE_3: u32 = 0u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> p_0: array<f32>;
@group(0) @binding(1) var<storage, read_write> p_1: array<f32>;
@group(0) @binding(2) var<storage, read_write> p_2: array<f32>;
@group(0) @binding(3) var<storage, read_write> p_3: array<f32>;
@group(0) @binding(4) var<storage, read> g_0: array<f32>;
@group(0) @binding(5) var<storage, read> g_1: array<f32>;
@group(0) @binding(6) var<storage, read> g_2: array<f32>;
@group(0) @binding(7) var<storage, read> g_3: array<f32>;
@group(0) @binding(8) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (step.halted != 0u) { return; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  if (i < SIZE_0) { p_0[i] -= rate * g_0[i]; }
  if (i < SIZE_1) { p_1[i] -= rate * g_1[i]; }
  if (i < SIZE_2) { p_2[i] -= rate * g_2[i]; }
  if (i < SIZE_3) { p_3[i] -= rate * g_3[i]; }
}
