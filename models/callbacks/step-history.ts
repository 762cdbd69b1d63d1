/** @file StepHistory: loss, learning rate, and norms of gradients and updates of every step. */
import type { Callback, StepRecord } from "./callback.ts";

export class StepHistoryCallback implements Callback {
  readonly name = "StepHistory";
  /** every step of this fit, in order; those before a checkpoint that it was resumed from are not there */
  readonly steps: StepRecord[] = [];

  onTrainBegin(): void {
    this.steps.length = 0;
  }

  onSteps(steps: readonly StepRecord[]): void {
    for (const step of steps) this.steps.push(step);
  }
}

/**
 * Keeps what every step did: `const steps = StepHistory(); await model.fit(x, y, { callbacks: [steps] }); steps.steps[0]` has
 * learningRate, gradientNorm, and by layer gradientNorms and updateNorms. All is measured on the GPU and read now and then. Steps take
 * longer: plain sgd does without the kernels that update as they compute gradients.
 */
export function StepHistory(): StepHistoryCallback {
  return new StepHistoryCallback();
}
