/** @file Twenty updates of an optimizer on the GPU, and the same in float64. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type Optimizer, type OptimizerOptions, occupiedElements } from "../../kernels/optimizers/index.ts";
import { clipReference, type UpdateRule } from "../../kernels/optimizers/optimizers.reference.ts";
import { randomArray } from "./random.ts";

export const steps = 20;

/** Flat buffers for parameters of these sizes, padded to 64 elements; the padding of gradients is poisoned. */
export function flat(
  sizes: readonly number[],
  values: readonly ArrayLike<number>[],
  padding: number,
): Float32Array {
  const result: number[] = [];
  for (const [i, size] of sizes.entries()) {
    result.push(
      ...Array.from({ length: Math.ceil(size / 64) * 64 }, (_, j) => (j < size ? values[i]![j]! : padding)),
    );
  }
  return Float32Array.from(result);
}

/** The values of each parameter, without the padding. */
export function unflat(values: Float32Array, sizes: readonly number[]): Float32Array[] {
  let offset = 0;
  return sizes.map((size) => {
    const part = values.slice(offset, offset + size);
    offset += Math.ceil(size / 64) * 64;
    return part;
  });
}

/** Twenty updates on the GPU, all parameters in one flat group, with the StepState advanced on the GPU; none, once it is halted. */
export async function update(
  engine: Engine,
  optimizer: Optimizer,
  sizes: readonly number[],
  seed: number,
  halted = 0,
) {
  const start = flat(
    sizes,
    sizes.map((size, i) => randomArray([size], seed + i).data),
    0,
  );
  const parameters = engine.tensor(start);
  const gradients: Tensor[] = [];
  for (let t = 0; t < steps; t++)
    gradients.push(engine.tensor(flat(sizes, gradientsAt(sizes, seed, t), Number.NaN)));
  const slots = Object.fromEntries(
    optimizer.slots.map((name) => [name, engine.tensor(start.map(() => optimizer.slotInitial(name)))]),
  );
  const occupied = occupiedElements(engine, sizes);
  engine.step.set({ step: 0, learningRate: optimizer.learningRate, halted });
  for (let t = 0; t < steps; t++) {
    optimizer.apply({ parameters, gradients: gradients[t]!, slots, occupied });
    engine.step.advance(1, true, 1);
  }
  occupied.dispose();
  const values = (await parameters.data()) as Float32Array;
  return { parameters: unflat(values, sizes), slots };
}

function gradientsAt(sizes: readonly number[], seed: number, t: number): Float64Array[] {
  return sizes.map((size, i) => randomArray([size], seed + 1000 * (t + 1) + i, -2, 2).data);
}

/** The same in float64. */
export function updateReference(
  rule: UpdateRule,
  optimizer: Optimizer,
  options: OptimizerOptions,
  sizes: readonly number[],
  seed: number,
) {
  const parameters = sizes.map((size, i) => randomArray([size], seed + i).data);
  const initial = () =>
    Object.fromEntries(optimizer.slots.map((name) => [name, optimizer.slotInitial(name)]));
  const slots = sizes.map((size) => Array.from({ length: size }, initial));
  for (let t = 0; t < steps; t++) {
    const clipped = clipReference(gradientsAt(sizes, seed, t), options.clipNorm, options.clipValue);
    const rate = optimizer.learningRate / (1 + (options.decay ?? 0) * t);
    for (const [i, values] of parameters.entries()) {
      for (let j = 0; j < values.length; j++) {
        values[j] = rule(values[j]!, clipped[i]![j]!, slots[i]![j]!, { rate, step: t });
      }
    }
  }
  return parameters;
}
