/**
 * @file Plain gradient descent at the end of a backward pass. Large gradients are never stored: the kernels that compute
 * them subtract them from the weights. All of that waits until every gradient is known to be finite, so that a step is
 * made as a whole or not at all.
 */
import type { Engine } from "./device.ts";
import { kernel, run } from "./kernel.ts";
import { overlap, type Tensor } from "./tensor.ts";

const checkPlaces = ["0", "1", "2"] as const;
const checkKernel = kernel(import.meta.url, "check-gradients.wgsl", {
  reads: ["a_0", "b_0", "a_1", "b_1", "a_2", "b_2"],
  updates: ["state"],
  flops: { a_0: 2, b_0: 2, a_1: 2, b_1: 2, a_2: 2, b_2: 2 },
});
const descendPlaces = ["0", "1", "2", "3"] as const;
const descendKernel = kernel(import.meta.url, "descend.wgsl", {
  reads: ["g_0", "g_1", "g_2", "g_3"],
  updates: ["p_0", "p_1", "p_2", "p_3"],
  step: true,
  flops: { p_0: 2, p_1: 2, p_2: 2, p_3: 2 },
});

/** Elements of a stored gradient that one workgroup of the check looks at. */
const pieceSize = 4096;
/** Longer rows are shared by more invocations. */
const longRow = 4096;

/** A weight's gradient that is not stored, but subtracted as it is computed. */
export interface Update {
  /** [rows, ...] both: every element of the gradient is a sum of `terms` products of two elements of a row, one of each */
  readonly factors: readonly [Tensor, Tensor];
  readonly rows: number;
  readonly terms: number;
  /** runs the kernel that computes the gradient and changes the weight */
  apply(): void;
}

/** A weight and its gradient. */
export type StoredUpdate = readonly [weight: Tensor, gradient: Tensor];

export class Updates {
  readonly #engine: Engine;
  readonly #decay: number;
  readonly #waiting: Update[] = [];

  constructor(engine: Engine, decay: number) {
    this.#engine = engine;
    this.#decay = decay;
  }

  /** Holds the factors until the update is made. */
  add(update: Update): void {
    for (const factor of update.factors) factor.retain();
    this.#waiting.push(update);
  }

  /** Whether an update that waits reads memory of `tensor`. */
  reads(tensor: Tensor): boolean {
    return this.#waiting.some(({ factors }) => factors.some((factor) => overlap(factor, tensor)));
  }

  /** Makes all updates, unless one of the gradients is not finite: then the step is halted and no weight changes. */
  run(stored: readonly StoredUpdate[]): void {
    this.#engine.scope(() => {
      const gradients = stored.map(([, gradient]) => placeOf(gradient));
      const places = [...this.#waiting.map(placeOfFactors), ...gradients];
      for (const some of chunks(places, checkPlaces.length)) this.#check(some);
      for (const { apply } of this.#waiting) apply();
      for (const some of chunks(stored, descendPlaces.length)) this.#descend(some);
    });
    this.release();
  }

  /** Lets go of the factors. */
  release(): void {
    for (const { factors } of this.#waiting.splice(0)) for (const factor of factors) factor.release();
  }

  #check(places: readonly CheckPlace[]): void {
    const unused: CheckPlace = { a: this.#engine.one, b: this.#engine.one, rows: 0, terms: 1, widths: [1, 1] };
    const tensors: Record<string, Tensor> = {};
    const constants: Record<string, number> = {};
    for (const [i, name] of checkPlaces.entries()) {
      const { a, b = this.#engine.one, rows, terms, widths } = places[i] ?? unused;
      Object.assign(tensors, { [`a_${name}`]: a, [`b_${name}`]: b });
      Object.assign(constants, { [`ROWS_${name}`]: rows, [`TERMS_${name}`]: terms });
      Object.assign(constants, { [`A_${name}`]: widths[0], [`B_${name}`]: widths[1] });
    }
    const longest = Math.max(...places.flatMap(({ widths }) => widths));
    constants.WORKGROUP = longest > longRow ? 256 : 64;
    const rows = Math.max(...places.map((place) => place.rows));
    const state = this.#engine.step.tensor;
    run<string, never, string>(
      checkKernel,
      { ...tensors, state },
      {},
      { constants, workgroups: [rows, places.length] },
    );
  }

  #descend(stored: readonly StoredUpdate[]): void {
    const tensors: Record<string, Tensor> = {};
    const constants: Record<string, number> = { DECAY: this.#decay };
    for (const [i, name] of descendPlaces.entries()) {
      const [weight, gradient] = stored[i] ?? [this.#engine.allocate([1], "f32", "descent"), this.#engine.one];
      Object.assign(tensors, { [`p_${name}`]: weight, [`g_${name}`]: gradient });
      constants[`SIZE_${name}`] = stored[i] ? weight.size : 0;
    }
    const invocations = Math.max(...stored.map(([{ size }]) => size));
    run<string, never, string>(descendKernel, tensors, {}, { constants, invocations });
  }
}

/** What the check looks at: a gradient by its factors, or as it is. */
interface CheckPlace {
  readonly a: Tensor;
  readonly b?: Tensor;
  readonly rows: number;
  readonly terms: number;
  /** of a row of a and of b */
  readonly widths: readonly [number, number];
}

function placeOfFactors({ factors: [a, b], rows, terms }: Update): CheckPlace {
  return { a, b, rows, terms, widths: [a.size / rows, b.size / rows] };
}

function placeOf(gradient: Tensor): CheckPlace {
  return { a: gradient, rows: Math.ceil(gradient.size / pieceSize), terms: 1, widths: [pieceSize, 0] };
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}
