/** @file Plain gradient descent by the kernel that computes the gradient, as properties of such kernels. */
import type { Engine } from "../../engine/device.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Array64 } from "../../kernels/reference.ts";
import type { Comparison } from "./property.ts";

const [learningRate, step] = [0.5, 3];

/** Of the rate, by the step. */
export const decay = 0.25;

/** A parameter, and its gradient by the reference. */
export interface Descending {
  readonly what: string;
  readonly before: Array64;
  readonly gradient: Array64;
}

/** Whether the run was halted before the update, which then changes nothing. */
export type Halt = "" | "after a halt";

/** What `descend` leaves of parameters and bias, against rate * gradient taken off; `terms`: of each sum of a gradient. */
export async function compareDescent(
  engine: Engine,
  parts: readonly Descending[],
  { terms, halt }: { readonly terms: number; readonly halt: Halt },
  descend: (...parameters: Tensor[]) => void,
): Promise<Comparison[]> {
  const state = new StepState(engine);
  state.set({ learningRate, step, halted: halt ? step + 1 : 0 });
  const parameters = parts.map(({ before }) => engine.tensor(before.data, before.shape));
  engine.useStep(state, () => descend(...parameters));
  const rate = halt ? 0 : learningRate / (1 + decay * step);
  const compared: Comparison[] = [];
  for (const [i, { what, before, gradient }] of parts.entries())
    compared.push({
      what,
      shape: before.shape,
      actual: await parameters[i]!.data(),
      expected: before.data.map((value, j) => value - rate * gradient.data[j]!),
      tolerance: { terms: terms + 1, scale: 1 },
    });
  state.dispose();
  return compared;
}
