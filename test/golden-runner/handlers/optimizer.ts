/** @file Kind optimizer: given gradients step by step, the parameters after each step. */
import type { Engine } from "../../../engine/index.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamw,
  type Optimizer,
  occupiedElements,
  rmsprop,
  sgd,
} from "../../../kernels/optimizers/index.ts";
import type { Schedule } from "../../../models/schedules.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { halvingOf } from "./schedule.ts";

const optimizers: Readonly<Record<string, (attrs: Attributes) => Optimizer>> = {
  sgd: (attrs) =>
    sgd({ ...shared(attrs), momentum: attrs.number("momentum"), nesterov: attrs.boolean("nesterov") }),
  rmsprop: (attrs) =>
    rmsprop({ ...shared(attrs), rho: attrs.number("rho"), epsilon: attrs.number("epsilon") }),
  adagrad: (attrs) => adagrad({ ...shared(attrs), epsilon: attrs.number("epsilon") }),
  adadelta: (attrs) =>
    adadelta({ ...shared(attrs), rho: attrs.number("rho"), epsilon: attrs.number("epsilon") }),
  adam: (attrs) => adam({ ...shared(attrs), ...betas(attrs) }),
  adamw: (attrs) => adamw({ ...shared(attrs), ...betas(attrs), weightDecay: attrs.number("weight_decay") }),
};

/** The optimizer that a case or a network asks for. */
export function optimizerOf(attrs: Attributes): Optimizer {
  return optimizers[attrs.string("name")]!(attrs);
}

export function supportsOptimizer(op: string): boolean {
  return Object.hasOwn(optimizers, op);
}

export async function runOptimizer(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const attrs = new Attributes(golden);
  const optimizer = optimizers[golden.op]!(attrs);
  const schedule = scheduleOf(attrs);
  const names = Array.from({ length: attrs.number("count") }, (_, i) => String(i));
  const starts = names.map((i) => numbersOf(tensorOf(golden, `param0.${i}`)));
  const sizes = starts.map(({ length }) => length);
  const parameters = engine.tensor(flatten(starts));
  const slots = Object.fromEntries(
    optimizer.slots.map((name) => [
      name,
      engine.tensor(new Float32Array(parameters.size).fill(optimizer.slotInitial(name))),
    ]),
  );
  const occupied = occupiedElements(engine, sizes);
  const after: number[][] = names.map(() => []);
  for (let step = 0; step < attrs.number("steps"); step++) {
    const gradients = engine.tensor(
      flatten(
        names.map((i, k) => partOf(numbersOf(tensorOf(golden, `grads.${i}`)), step * sizes[k]!, sizes[k]!)),
      ),
    );
    engine.step.set({ step, learningRate: schedule(step) ?? optimizer.learningRate, halted: 0 });
    optimizer.apply({ parameters, gradients, slots, occupied });
    const values = (await parameters.data()) as Float32Array;
    let offset = 0;
    for (const [k, size] of sizes.entries()) {
      after[k]!.push(...values.subarray(offset, offset + size));
      offset += padded(size);
    }
  }
  occupied.dispose();
  return compareOutputs(golden, Object.fromEntries(names.map((i, k) => [`params.${i}`, after[k]!])));
}

/** Learning rate by step, undefined where the optimizer's own holds. */
export function scheduleOf(attrs: Attributes): (step: number) => number | undefined {
  if (!attrs.has("schedule")) return () => undefined;
  const byEpoch: Schedule = halvingOf(attrs.inner("schedule"));
  return (step) => byEpoch(Math.floor(step / attrs.number("steps_per_epoch")));
}

function shared(attrs: Attributes) {
  const clipNorm = attrs.optionalNumber("clipnorm");
  const clipValue = attrs.optionalNumber("clipvalue");
  return {
    learningRate: attrs.number("lr"),
    decay: attrs.number("decay"),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(clipValue !== undefined && { clipValue }),
  };
}

function betas(attrs: Attributes) {
  return { beta1: attrs.number("beta_1"), beta2: attrs.number("beta_2"), epsilon: attrs.number("epsilon") };
}

/** All parameters in one buffer, each from a multiple of 64 elements on. */
function flatten(parts: readonly ArrayLike<number>[]): Float32Array {
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + padded(length), 0));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += padded(part.length);
  }
  return flat;
}

function partOf(values: ArrayLike<number>, start: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => values[start + i]!);
}

function padded(size: number): number {
  return Math.ceil(size / 64) * 64;
}
