/**
 * @file What a kernel that does the work of several ops registers beside its rule. Each hook saves launches or memory; with none
 * of them the tape works as tape.ts says, and comes to the same gradients. WGRAD_KERNELS=naive registers none.
 */
import type { Tensor } from "../tensor.ts";
import { savesMemory, type Update } from "./descent.ts";
import { type Entry, type Place, type Rule, Tape } from "./tape.ts";

export interface Fusion {
  /** y is this function of the only input, and its slope follows from y: ops that use y may go `through` it */
  readonly activation?: string;
  /** y = activation(z), z was never stored, and the rule takes dz: what ops that do not go through y need */
  readonly epilogue?: Epilogue | undefined;
  /** the rule multiplies the gradient of its first input by the slope of that input's `activation` */
  readonly through?: boolean;
  /** plain gradient descent in the kernel of some gradients, which the rule need not compute then */
  readonly update?: DescentHook;
  /** the gradient of the only input in the memory of a tensor whose values nobody reads again */
  readonly overwrite?: Overwrite | undefined;
}

export interface Epilogue {
  readonly activation: string;
  /** dz from dy */
  gradient(dy: Tensor): Tensor;
}

export interface DescentHook {
  /** the weights, by their numbers among the inputs: each a source, and used once */
  readonly inputs: readonly number[];
  /** undefined if the kernel that would run cannot do it */
  make(dy: Tensor, decay: number): Update | undefined;
}

export interface Overwrite {
  readonly tensor: Tensor;
  gradient(dy: Tensor): Tensor;
}

/** Of entries whose output may be gone through. */
const activations = new WeakMap<Entry, string>();

/** What differentiable() does, for a kernel that does more than its rule says. */
export function fused(y: Tensor, rule: Rule, fusion: Fusion): Tensor {
  const { tape } = y.engine;
  if (tape instanceof Tape) tape.record(y, rule, entriesOf(tape, y, rule, fusion));
  return y;
}

/** The function that made `x`, if gradients may go `through` it. */
export function activationOf(x: Tensor): string | undefined {
  const { tape } = x.engine;
  const entry = tape instanceof Tape ? tape.entries.get(x) : undefined;
  return entry && activations.get(entry);
}

function entriesOf(tape: Tape, y: Tensor, rule: Rule, fusion: Fusion): Entry[] {
  const { epilogue, through, activation } = fusion;
  const inputs: Place[] = [...rule.inputs];
  if (through) inputs[0] = tape.entries.get(inputs[0]!)!.inputs[0]!;
  const z = epilogue && { shape: y.shape, dtype: y.dtype };
  const entry: Entry = {
    ...rule,
    output: z ?? y,
    inputs,
    backward: (dy, want) => {
      const { overwrite, update } = fusion;
      if (overwrite && isSpent(tape, overwrite.tensor, entry)) return [overwrite.gradient(dy)];
      if (!update || !descends(tape, rule, update, dy)) return rule.backward(dy, want);
      return rule.backward(dy, (index) => (update.inputs.includes(index) ? undefined : want(index)));
    },
  };
  if (activation) activations.set(entry, activation);
  if (!z) return [entry];
  const last: Entry = { output: y, inputs: [z], keeps: [y], backward: (dy) => [epilogue.gradient(dy)] };
  activations.set(last, epilogue.activation);
  return [entry, last];
}

/** Leaves the change of the weights for the end of the backward pass, if that is possible and takes less memory. */
function descends(tape: Tape, rule: Rule, update: DescentHook, dy: Tensor): boolean {
  const { updates, sources, entries } = tape;
  const weights = update.inputs.map((index) => rule.inputs[index]!);
  const used = updates ? [...entries.values()].flatMap(({ inputs }) => inputs) : [];
  const usedOnce = (weight: Tensor) => used.filter((input) => input === weight).length === 1;
  if (!updates || !weights.every((weight) => sources.includes(weight) && usedOnce(weight))) return false;
  const change = update.make(dy, updates.decay);
  if (!change || !savesMemory(change, weights[0]!)) return false;
  updates.add(change, weights);
  return true;
}

/** Whether the caller has given `tensor` up, and no rule but that of `entry` reads it from here on. */
function isSpent(
  { options, kept, updates, sources, recomputed }: Tape,
  tensor: Tensor,
  entry: Entry,
): boolean {
  const { storage } = tensor;
  const shares = (other: Tensor) => other.storage === storage;
  const read = [...kept].some(([other, tensors]) => other !== entry && tensors.some(shares));
  const given = options.spent?.().includes(tensor) === true;
  return given && !read && !updates?.reads(tensor) && !recomputed?.needs(tensor) && !sources.some(shares);
}
