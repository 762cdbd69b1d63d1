// One-hot labels of a batch:
//
//   y[i, p, c] = 1 where c = labels[order[step.position + step.sample + i], p], else 0
//
// Positions after the end of the order repeat its last entry. An entry that is no sample gives a row of NaN, and so does a label
// that is no class: by a row of zeros the sample would cost nothing. One invocation writes one element.

const CLASSES: u32 = 10u;
const COUNT: u32 = 60000u; // samples of the data set
const PER_SAMPLE: u32 = 1u; // labels of a sample: 1, or one for each pixel p

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> labels: array<u32>; // [count, PER_SAMPLE]
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [batch, PER_SAMPLE, CLASSES]
@group(0) @binding(3) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.x + id.y * groups.x * WORKGROUP;
  if (element >= arrayLength(&y)) { return; }
  let row = element / CLASSES;
  let position = min(step.position + step.sample + row / PER_SAMPLE, arrayLength(&order) - 1u);
  let sample = order[position];
  let found = labels[min(sample, COUNT - 1u) * PER_SAMPLE + row % PER_SAMPLE];
  let label = select(0xffffffffu, found, sample < COUNT);
  let hit = select(0.0, 1.0, label == element % CLASSES);
  y[element] = select(bitcast<f32>(label | 0x7fc00000u), hit, label < CLASSES);
}
