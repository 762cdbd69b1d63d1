// Nadam, Adam with Nesterov's look ahead and a momentum that warms up from BETA1 / 2 to BETA1:
//
//   mu(t) = BETA1 * (1 - 0.5 * 0.96^(t * SCHEDULE_DECAY)),  product = mu(1) * ... * mu(t)
//   m = BETA1 * m + (1 - BETA1) * g
//   v = BETA2 * v + (1 - BETA2) * g^2
//   ahead = (1 - mu(t)) * g / (1 - product) + mu(t+1) * m / (1 - product * mu(t+1))
//   p -= rate * ahead / (sqrt(v / (1 - BETA2^t)) + EPSILON)
//
// t = step.step + 1; the product is kept beside each parameter.
// rate = step.learning_rate / (1 + DECAY * step.step). One invocation updates four parameters; none after a halt.

const DECAY: f32 = 0.0;
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const ONE_MINUS_BETA1: f32 = 0.1;
const ONE_MINUS_BETA2: f32 = 0.001;
const LOG_BETA2: f32 = -0.0010005003;
const EPSILON: f32 = 1e-7;
const SCHEDULE_DECAY: f32 = 0.004;
const LOG_WARM_UP: f32 = -0.040821995; // ln 0.96

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> first: array<vec4f>; // m
@group(0) @binding(2) var<storage, read_write> second: array<vec4f>; // v
@group(0) @binding(3) var<storage, read_write> momentum: array<vec4f>; // the product
@group(0) @binding(4) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(5) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

// 1 - exp(x) for x <= 0 without cancellation near 0, where the first steps are.
fn one_minus_exp(x: f32) -> f32 {
  let series = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), series, x > -0.25);
}

fn momentum_at(t: f32) -> f32 { return BETA1 * (1.0 - 0.5 * exp(t * SCHEDULE_DECAY * LOG_WARM_UP)); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&parameters) || step.halted != 0u) { return; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  let t = f32(step.step + 1u);
  let now = momentum_at(t);
  let next = momentum_at(t + 1.0);
  let product = momentum[i] * now;
  let g = gradients[i];
  let m = BETA1 * first[i] + ONE_MINUS_BETA1 * g;
  let v = BETA2 * second[i] + ONE_MINUS_BETA2 * g * g;
  let ahead = (1.0 - now) * g / (1.0 - product) + next * m / (1.0 - product * next);
  first[i] = m;
  second[i] = v;
  momentum[i] = product;
  parameters[i] -= rate * ahead / (sqrt(v / one_minus_exp(t * LOG_BETA2)) + EPSILON);
}
