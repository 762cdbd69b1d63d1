/** @file The state of an optimizer in a file of Keras: the number of steps and the moments of the trained weights. */
import { sameShape } from "../../engine/shape.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Model } from "../../models/model.ts";
import type { Variable } from "../../models/variable.ts";
import type { HdfGroup, HdfTensor } from "../hdf5/read.ts";
import { trainedWeights } from "./order.ts";
import type { Notes } from "./read-layer.ts";
import { varsOf } from "./read-weights.ts";

/** Slots of this house in Keras's order, but Nadam's product. */
const slotsOf: Readonly<Record<string, readonly string[]>> = {
  sgd: ["velocity"],
  adam: ["first", "second"],
  adamw: ["first", "second"],
  adamax: ["first", "largest"],
  nadam: ["first", "second"],
  rmsprop: ["accumulator"],
  adagrad: ["accumulator"],
  adadelta: ["accumulator", "delta"],
};

/** Nadam's product of all momenta so far: one number in Keras, here one beside each parameter. */
export const productSlot = "momentum";

export interface KerasState {
  readonly step: number;
  /** by slot, then by weight */
  readonly moments: ReadonlyMap<string, ReadonlyMap<Variable, Float32Array>>;
}

/** The slots that Keras keeps for each weight. */
export function kerasSlots({ name, slots }: Optimizer): readonly string[] {
  return (slotsOf[name] ?? []).filter((slot) => slots.includes(slot));
}

/** undefined if the file has no state, or one that is laid out in another way than wgrad knows. */
export function findState(root: HdfGroup, model: Model, optimizer: Optimizer): KerasState | undefined {
  const third = root.group("optimizer");
  if (third)
    return stateOf(
      varsOf(third).map(({ tensor }) => tensor),
      true,
      model,
      optimizer,
    );
  const group = root.group("optimizer_weights");
  const names = group?.texts("weight_names");
  if (!group || !names) return undefined;
  const tensors = names.map((name) => group.tensor(name));
  const whole = tensors.filter((tensor) => tensor !== undefined);
  const weightByWeight = /(^|\/)iteration(:0)?$/.test(names[0] ?? ""); // iterations in Keras 2, iter in tf.keras to 2.10
  return whole.length < tensors.length ? undefined : stateOf(whole, weightByWeight, model, optimizer);
}

/**
 * Of variables in the file's order: single numbers, of which the iterations are the first, and moments, weight by weight or slot by
 * slot. What follows the moments belongs to options that wgrad does not have.
 */
function stateOf(
  vars: readonly HdfTensor[],
  weightByWeight: boolean,
  model: Model,
  optimizer: Optimizer,
): KerasState | undefined {
  const slots = kerasSlots(optimizer);
  const trained = trainedWeights(model).map(({ variable }) => variable);
  const arrays = vars.filter(({ shape }) => shape.length > 0);
  const step = vars[0]?.shape.length === 0 ? vars[0].data[0]! : -1;
  if (!Number.isSafeInteger(step) || step < 0) return undefined;
  const moments = new Map<string, Map<Variable, Float32Array>>();
  for (const [index, slot] of slots.entries()) {
    const values = new Map<Variable, Float32Array>();
    for (const [i, variable] of trained.entries()) {
      const tensor = arrays[weightByWeight ? i * slots.length + index : index * trained.length + i];
      if (!tensor || !sameShape(tensor.shape, variable.shape) || !tensor.data.every(Number.isFinite))
        return undefined;
      values.set(variable, tensor.data);
    }
    moments.set(slot, values);
  }
  if (optimizer.slots.includes(productSlot)) {
    const single = weightByWeight ? vars.slice(1).at(-1) : vars[1];
    const product = single?.shape.length === 0 ? single.data[0]! : productAfter(step, optimizer);
    if (!Number.isFinite(product)) return undefined;
    moments.set(
      productSlot,
      new Map(trained.map((variable) => [variable, new Float32Array(variable.size).fill(product)])),
    );
  }
  return { step, moments };
}

/** What Keras before 2.3 did not write down. */
function productAfter(steps: number, { config }: Optimizer): number {
  const [beta1, scheduleDecay] = [config.beta1 as number, config.scheduleDecay as number];
  let product = 1;
  for (let t = 1; t <= steps && product > 0; t++) {
    const missing = 0.5 * 0.96 ** (t * scheduleDecay);
    if (missing < 1e-17) return product * beta1 ** (steps - t + 1); // warmed up
    product *= beta1 * (1 - missing);
  }
  return product;
}

/** Puts the state into the compiled model; without one training starts with fresh moments, which is noted. */
export function restoreState(model: Model, state: KerasState | undefined, note: Notes): void {
  const { session } = model;
  const { shapes } = session.state;
  if (shapes.size === 0 && !state) return;
  const values = new Map<string, Float32Array>();
  for (const { path, variable } of model.weights) {
    for (const [slot, moments] of state?.moments ?? []) {
      const data = moments.get(variable);
      if (data && shapes.has(`${slot}/${path}`)) values.set(`${slot}/${path}`, data);
    }
  }
  if (!state || values.size !== shapes.size) {
    note("The file has no state of the optimizer that wgrad knows: training starts with fresh moments.");
    return;
  }
  session.state.write(values);
  session.step.set({ step: state.step, seed: session.seed });
}
