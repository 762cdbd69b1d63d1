// Adds the loss of a micro-batch to the row of its batch, and stops the run if it is no number:
//
//   log[state.batch % rows, 0] += SAMPLES
//   log[state.batch % rows, 1] += DIVISOR * loss
//   state.halted = state.step + 1 if the loss is NaN or infinite, unless it is set already
//
// The sums start from 0 at the first micro-batch of the batch. One invocation does it all.

const COLUMNS: u32 = 2u;
const SAMPLES: f32 = 32.0;
const DIVISOR: f32 = 32.0;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> loss: array<f32>; // [1], sum over the micro-batch / DIVISOR
@group(0) @binding(1) var<storage, read_write> log: array<f32>; // [rows, COLUMNS]
@group(0) @binding(2) var<storage, read_write> state: StepState;

@compute @workgroup_size(1)
fn main() {
  let row = state.batch % (arrayLength(&log) / COLUMNS) * COLUMNS;
  let first = state.sample == 0u;
  log[row] = select(log[row], 0.0, first) + SAMPLES;
  log[row + 1u] = select(log[row + 1u], 0.0, first) + DIVISOR * loss[0];
  let finite = (bitcast<u32>(loss[0]) & 0x7f800000u) != 0x7f800000u;
  if (!finite && state.halted == 0u) { state.halted = state.step + 1u; }
}
