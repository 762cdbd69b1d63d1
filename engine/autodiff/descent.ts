/**
 * @file Plain gradient descent at the end of a backward pass. Large gradients are never stored: the kernels that compute
 * them subtract them from the weights. All of that waits until every gradient is known to be finite, so that a step is
 * made as a whole or not at all.
 */
import { kernel, run } from "../kernel.ts";
import { type OpEngine, overlap, type Tensor } from "../tensor.ts";

const checkPlaces = ["0", "1", "2", "3", "4", "5"] as const;
const checkKernel = kernel("engine/autodiff/check-gradients", {
  reads: ["t_0", "t_1", "t_2", "t_3", "t_4", "t_5"],
  updates: ["state"],
  flops: { t_0: 2, t_1: 2, t_2: 2, t_3: 2, t_4: 2, t_5: 2 },
});
const descendPlaces = ["0", "1", "2", "3"] as const;
const descendKernel = kernel("engine/autodiff/descend", {
  reads: ["g_0", "g_1", "g_2", "g_3"],
  updates: ["p_0", "p_1", "p_2", "p_3"],
  step: true,
  flops: { p_0: 2, p_1: 2, p_2: 2, p_3: 2 },
});

/**
 * What the factors of a gradient may reach, so that `terms` products of two stay below 2^127 together: far beyond what training
 * survives, and tested without computing the gradient.
 */
const largestInput = 2 ** 70;
const largestSlope = 2 ** 56;

/**
 * Vectors that an invocation of the check looks at in the longest tensor. A software adapter gains by few invocations; on a GPU
 * each would wait for one vector after the other.
 */
const vectorsEach = { software: 16, gpu: 1 } as const;

/** A weight's gradient that is not stored, but subtracted as it is computed. */
export interface Update {
  /** every element of the gradient is a sum of `terms` products of an element of each, or of elements of `dy` alone */
  readonly input: Tensor;
  readonly dy: Tensor;
  readonly terms: number;
  /** runs the kernel that computes the gradient and changes the weight */
  apply(): void;
}

/** Whether holding what a gradient is computed from, to the end of the backward pass, takes less memory than the gradient, or little. */
export function savesMemory({ input, dy }: Update, weight: Tensor): boolean {
  return input.size + dy.size <= Math.max(weight.size, 65536);
}

export class Updates {
  readonly decay: number;
  readonly #engine: OpEngine;
  readonly #waiting: Update[] = [];
  readonly #changed = new Set<Tensor>();

  /** `decay`: the rate of step t is divided by 1 + decay * t */
  constructor(engine: OpEngine, decay: number) {
    this.#engine = engine;
    this.decay = decay;
  }

  /** Holds the factors until the update of `weights` is made. */
  add(update: Update, weights: readonly Tensor[]): void {
    for (const factor of [update.input, update.dy]) factor.retain();
    for (const weight of weights) this.#changed.add(weight);
    this.#waiting.push(update);
  }

  /** Whether `weight` changes without its gradient being stored. */
  changes(weight: Tensor): boolean {
    return this.#changed.has(weight);
  }

  /** Whether an update that waits reads memory of `tensor`. */
  reads(tensor: Tensor): boolean {
    return this.#waiting.some(({ input, dy }) => overlap(input, tensor) || overlap(dy, tensor));
  }

  /**
   * Makes all updates: those that wait, and of the weights that have a stored gradient. If one of the gradients is not finite
   * the step is halted, and no weight changes.
   */
  run(weights: readonly Tensor[], gradientOf: (weight: Tensor) => Tensor | undefined): void {
    const stored = weights.flatMap((weight): StoredUpdate[] => {
      const gradient = gradientOf(weight);
      return gradient ? [[weight, gradient]] : [];
    });
    this.#engine.scope(() => {
      const limited = [...this.#waiting.flatMap(limitsOf), ...stored.map(([, gradient]) => finite(gradient))];
      for (const some of chunks(limited, checkPlaces.length)) this.#check(some);
      for (const { apply } of this.#waiting) apply();
      for (const some of chunks(stored, descendPlaces.length)) this.#descend(some);
    });
    this.release();
  }

  /** Lets go of the factors. */
  release(): void {
    for (const { input, dy } of this.#waiting.splice(0)) for (const factor of [input, dy]) factor.release();
  }

  #check(limited: readonly Limited[]): void {
    const state = this.#engine.step.tensor;
    const tensors: Record<string, Tensor> = { state };
    const constants: Record<string, number> = {};
    for (const [i, name] of checkPlaces.entries()) {
      const { tensor, limit } = limited[i] ?? finite(this.#engine.one);
      tensors[`t_${name}`] = tensor;
      constants[`SIZE_${name}`] = limited[i] ? tensor.size : 0;
      constants[`LIMIT_${name}`] = new Uint32Array(Float32Array.of(limit).buffer)[0]!;
    }
    const longest = Math.max(...limited.map(({ tensor }) => tensor.size));
    const each = vectorsEach[this.#engine.adapter.software ? "software" : "gpu"];
    const invocations = Math.ceil(longest / (4 * each));
    run<string, never, string>(checkKernel, tensors, {}, { constants, invocations });
  }

  #descend(stored: readonly StoredUpdate[]): void {
    const tensors: Record<string, Tensor> = {};
    const constants: Record<string, number> = { DECAY: this.decay };
    for (const [i, name] of descendPlaces.entries()) {
      const [weight, gradient] = stored[i] ?? [
        this.#engine.allocate([1], "f32", "descent"),
        this.#engine.one,
      ];
      Object.assign(tensors, { [`p_${name}`]: weight, [`g_${name}`]: gradient });
      constants[`SIZE_${name}`] = stored[i] ? weight.size : 0;
    }
    const invocations = Math.max(...stored.map(([{ size }]) => size));
    run<string, never, string>(descendKernel, tensors, {}, { constants, invocations });
  }
}

type StoredUpdate = readonly [weight: Tensor, gradient: Tensor];

/** A tensor that the check looks at, and what none of its magnitudes may reach. */
interface Limited {
  readonly tensor: Tensor;
  readonly limit: number;
}

function finite(tensor: Tensor): Limited {
  return { tensor, limit: Number.POSITIVE_INFINITY };
}

function limitsOf({ input, dy, terms }: Update): Limited[] {
  return [
    { tensor: input, limit: largestInput },
    { tensor: dy, limit: largestSlope / terms },
  ];
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}
