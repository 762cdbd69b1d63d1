// Labels of a batch:
//
//   y[i, p] = labels[order[step.position + step.sample + i], p]
//
// Positions after the end of the order repeat its last entry; an entry that is no sample gives 2^32 - 1, which is no class. One
// invocation writes one label.

const COUNT: u32 = 60000u; // samples of the data set
const PER_SAMPLE: u32 = 1u; // labels of a sample: 1, or one for each pixel p

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> labels: array<u32>; // [count, PER_SAMPLE]
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>; // [batch, PER_SAMPLE]
@group(0) @binding(3) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let position = min(step.position + step.sample + i / PER_SAMPLE, arrayLength(&order) - 1u);
  let sample = order[position];
  let label = labels[min(sample, COUNT - 1u) * PER_SAMPLE + i % PER_SAMPLE];
  y[i] = select(0xffffffffu, label, sample < COUNT);
}
