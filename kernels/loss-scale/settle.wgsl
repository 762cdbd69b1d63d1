// Decides on the step after unscale.wgsl looked at all gradients, as Keras's LossScaleOptimizer does:
//
//   overflow: the scale is halved and this update is left out (state.halted = SKIP until advance.wgsl ends the step)
//   else:     every GROWTH_STEPS steps in a row without overflow the scale is doubled
//
// An overflow at scale 1 is none of the scale's making: training halts. One invocation does it all.

const GROWTH_STEPS: u32 = 2000u;
const LARGEST: f32 = 16777216.0; // gradients that vanish altogether must not make the scale infinite
const SKIP: u32 = 0xffffffffu;

struct LossScale {
  scale: f32, good_steps: u32, skipped: u32, overflow: u32,
}

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read_write> loss: LossScale;
@group(0) @binding(1) var<storage, read_write> state: StepState;

@compute @workgroup_size(1)
fn main() {
  let overflow = loss.overflow != 0u;
  loss.overflow = 0u;
  if (state.halted != 0u) { return; }
  if (!overflow) {
    loss.good_steps += 1u;
    if (loss.good_steps < GROWTH_STEPS) { return; }
    loss.good_steps = 0u;
    loss.scale = min(2.0 * loss.scale, LARGEST);
    return;
  }
  loss.good_steps = 0u;
  if (loss.scale <= 1.0) {
    state.halted = state.step + 1u;
    return;
  }
  loss.scale *= 0.5;
  loss.skipped += 1u;
  state.halted = SKIP;
}
