// Second half of a filter gradient whose sum was cut into SPLIT slices:
//
//   dfilters[i] = sum over slice of partials[slice, i]        dbias[k] = sum over slice of bias_partials[slice, k]
//
// Always in the same order, so the same inputs give the same bits. One invocation sums one element.
// Workgroups: ceil((SIZE + BIAS) / 64).

const SIZE: u32 = 64; // kh * kw * c * k
const BIAS: u32 = 0; // k, or 0 without a bias
const SPLIT: u32 = 4;
const DESCEND: u32 = 0; // 1: dfilters and dbias are the parameters, from which rate * gradient is subtracted
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(1) var<storage, read> bias_partials: array<f32>; // [split, k]
@group(0) @binding(2) var<storage, read_write> dfilters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>; // [k]
@group(0) @binding(4) var<uniform> step: StepState;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (workgroup.y * workgroups.x + workgroup.x) * 64u + local;
  if (i >= SIZE + BIAS || (DESCEND == 1 && step.halted != 0)) { return; }
  var sum = 0.0;
  for (var slice = 0u; slice < SPLIT * workgroups.z; slice++) { // z is 1, but no constant: the loop stays one and compiles fast
    if (i < SIZE) { sum += partials[slice * SIZE + i]; } else { sum += bias_partials[slice * BIAS + i - SIZE]; }
  }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  if (i < SIZE) {
    if (DESCEND == 1) { dfilters[i] -= rate * sum; } else { dfilters[i] = sum; }
  } else {
    if (DESCEND == 1) { dbias[i - SIZE] -= rate * sum; } else { dbias[i - SIZE] = sum; }
  }
}
