// Ends a micro-batch: the next one starts SAMPLES further on. The last one of a batch ends the step, which counts as an
// update unless it was skipped, or training is halted.
// One invocation does it all.

const SAMPLES: u32 = 32u;
const BATCH: u32 = 32u;
const END_OF_BATCH: bool = true;
const SKIP: u32 = 0xffffffffu; // halted, for this step only

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> state: StepState;

@compute @workgroup_size(1)
fn main() {
  state.sample += SAMPLES;
  if (END_OF_BATCH) {
    state.sample = 0u;
    state.position += BATCH;
    state.batch += 1u;
    if (state.halted == 0u) { state.step += 1u; }
    if (state.halted == SKIP) { state.halted = 0u; }
  }
}
