// words = the fields of the StepState uniform in the order of the struct, the learning rate as its bits. One invocation.

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@group(0) @binding(1) var<uniform> step: StepState;

@compute @workgroup_size(1)
fn main() {
  words[0] = step.seed;
  words[1] = step.step;
  words[2] = step.epoch;
  words[3] = step.position;
  words[4] = step.sample;
  words[5] = step.batch;
  words[6] = bitcast<u32>(step.learning_rate);
  words[7] = step.halted;
}
