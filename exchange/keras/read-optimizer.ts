/** @file The state of an optimizer in a file of Keras: the number of steps and the moments of the trained weights. */

import { sameShape } from "../../engine/shape.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Model } from "../../models/model.ts";
import type { Variable } from "../../models/variable.ts";
import type { HdfGroup, HdfTensor } from "../hdf5/read.ts";
import { trainedWeights } from "./order.ts";
import type { Notes } from "./read-layer.ts";
import { varsOf } from "./read-weights.ts";

/** Slots of this house in Keras's order, and how tf.keras ends their names. */
type Slots = readonly (readonly [slot: string, tfName: string])[];

const slotsOf: Readonly<Record<string, Slots>> = {
  sgd: [["velocity", "momentum"]],
  adam: [
    ["first", "m"],
    ["second", "v"],
  ],
  adamw: [
    ["first", "m"],
    ["second", "v"],
  ],
  adamax: [
    ["first", "m"],
    ["largest", "v"],
  ],
  rmsprop: [["accumulator", "rms"]],
  adagrad: [["accumulator", "accumulator"]],
  adadelta: [
    ["accumulator", "accum_grad"],
    ["delta", "accum_var"],
  ],
};

export interface KerasState {
  readonly step: number;
  /** by slot, then by weight */
  readonly moments: ReadonlyMap<string, ReadonlyMap<Variable, Float32Array>>;
}

/** The slots that the optimizer has; undefined if Keras lays out others, or in another way. */
export function kerasSlots({ name, slots }: Optimizer): Slots | undefined {
  const known = (Object.hasOwn(slotsOf, name) ? slotsOf[name]! : []).filter(([slot]) => slots.includes(slot));
  return known.length === slots.length ? known : undefined;
}

/** undefined if the file has no state, or one that is laid out in another way than wgrad knows. */
export function findState(root: HdfGroup, model: Model, optimizer: Optimizer): KerasState | undefined {
  const slots = kerasSlots(optimizer);
  const trained = trainedWeights(model).map(({ variable }) => variable);
  if (!slots) return undefined;
  const third = root.group("optimizer");
  if (third) {
    const vars = varsOf(third).map(({ tensor }) => tensor);
    const moments = vars.slice(vars.length - slots.length * trained.length);
    const first = vars.length - moments.length; // after the iterations, and the learning rate unless it is a schedule
    if (first < 1 || first > 2) return undefined;
    return stateOf(vars[0], slots, trained, (slot, i) => moments[i * slots.length + slot], moments.length);
  }
  const group = root.group("optimizer_weights");
  const names = group?.texts("weight_names");
  if (!group || !names) return undefined;
  const named = names.map((name) => ({ name, tensor: group.tensor(name) }));
  const [iterations, ...moments] = named;
  const suffixed = slots.map(([, tfName]) => moments.filter(({ name }) => name.endsWith(`/${tfName}:0`)));
  const bySuffix = suffixed.every((list) => list.length === trained.length);
  const at = (slot: number, i: number) =>
    bySuffix ? suffixed[slot]![i]!.tensor : moments[slot * trained.length + i]?.tensor;
  return stateOf(iterations?.tensor, slots, trained, at, moments.length);
}

function stateOf(
  iterations: HdfTensor | undefined,
  slots: Slots,
  trained: readonly Variable[],
  at: (slot: number, i: number) => HdfTensor | undefined,
  count: number,
): KerasState | undefined {
  const step = iterations?.data[0];
  if (step === undefined || !Number.isSafeInteger(step) || step < 0 || count < slots.length * trained.length)
    return undefined;
  const moments = new Map<string, Map<Variable, Float32Array>>();
  for (const [index, [slot]] of slots.entries()) {
    const values = new Map<Variable, Float32Array>();
    for (const [i, variable] of trained.entries()) {
      const tensor = at(index, i);
      if (!tensor || !sameShape(tensor.shape, variable.shape) || !tensor.data.every(Number.isFinite))
        return undefined;
      values.set(variable, tensor.data);
    }
    moments.set(slot, values);
  }
  return { step, moments };
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
