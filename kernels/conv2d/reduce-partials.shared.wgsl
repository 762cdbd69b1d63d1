// Second half of a filter gradient whose sum was cut into SPLIT slices, for hardware GPUs:
//
//   dfilters[i] = sum over slice of partials[slice, i]        dbias[k] = sum over slice of bias_partials[slice, k]
//
// A workgroup sums ELEMENTS elements. PARTS lanes share an element: each adds up every PARTS-th slice, LOADS of them on their way at a
// time, and the first adds up the parts. Always in the same order, so the same inputs give the same bits.
// Workgroups: ceil((SIZE + BIAS) / ELEMENTS).

const SIZE: u32 = 64; // kh * kw * c * k
const BIAS: u32 = 0; // k, or 0 without a bias
const SPLIT: u32 = 4;
const DESCEND: u32 = 0; // 1: dfilters and dbias are the parameters, from which rate * gradient is subtracted
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const ELEMENTS: u32 = 32;
const PARTS: u32 = 8;
const LOADS: u32 = 4;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(1) var<storage, read> bias_partials: array<f32>; // [split, k]
@group(0) @binding(2) var<storage, read_write> dfilters: array<f32>; // [kh, kw, c, k]
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>; // [k]
@group(0) @binding(4) var<uniform> step: StepState;

var<workgroup> parts: array<f32, PARTS * ELEMENTS>;

@compute @workgroup_size(ELEMENTS, PARTS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = (workgroup.y * workgroups.x + workgroup.x) * ELEMENTS + local.x;
  if (DESCEND == 1 && step.halted != 0) { return; }
  var sum = 0.0;
  for (var slice = local.y; slice < SPLIT; slice += LOADS * PARTS) {
    var values: array<f32, LOADS>; // past the end the last slice is loaded, and taken as 0
    if (i < SIZE) {
      for (var n = 0u; n < LOADS; n++) { values[n] = partials[min(slice + n * PARTS, SPLIT - 1) * SIZE + i]; }
    } else if (i < SIZE + BIAS) {
      for (var n = 0u; n < LOADS; n++) { values[n] = bias_partials[min(slice + n * PARTS, SPLIT - 1) * BIAS + i - SIZE]; }
    }
    for (var n = 0u; n < LOADS; n++) { sum += select(0.0, values[n], slice + n * PARTS < SPLIT); }
  }
  parts[local.y * ELEMENTS + local.x] = sum;
  workgroupBarrier();
  if (local.y > 0 || i >= SIZE + BIAS) { return; }
  for (var part = 1u; part < PARTS; part++) { sum += parts[part * ELEMENTS + local.x]; }
  let rate = step.learning_rate / (1.0 + DECAY * f32(step.step));
  if (i < SIZE) {
    if (DESCEND == 1) { dfilters[i] -= rate * sum; } else { dfilters[i] = sum; }
  } else {
    if (DESCEND == 1) { dbias[i - SIZE] -= rate * sum; } else { dbias[i - SIZE] = sum; }
  }
}
