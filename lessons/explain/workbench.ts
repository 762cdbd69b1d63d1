/** @file Runs the kernels for a lesson and holds every number that it shows against the float64 reference. */

import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { KernelError, NumericError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import { lossWithGradient } from "../loss-with-gradient.ts";
import type { Sum } from "./figure.ts";
import { findLines, type SourceLines } from "./source.ts";

/** Allowed between float32 and float64, relative to the largest number of an array: lessons add few terms. */
const tolerance = 1e-5;

/** An example of an op: what goes in and, for the way back, what comes in from behind. */
export interface Example<Name extends string> {
  readonly inputs: Readonly<Record<Name, Array64>>;
  /** dL/dy, in the shape of y */
  readonly dy: Array64;
  /** the op on the GPU, of the inputs by name */
  op(inputs: Readonly<Record<Name, Tensor>>): Tensor;
}

/** What the kernels computed, forward and backward. */
export interface Computed<Name extends string> {
  readonly y: Array64;
  readonly gradients: Readonly<Record<Name, Array64>>;
}

/** Runs the ops of a lesson on an engine and keeps what they gave. */
export class Workbench {
  readonly engine: Engine;
  readonly #launches = new Set<string>();
  #numbers = 0;
  #sums = 0;
  #largestDifference = 0;

  /** The command that checks an op's gradient. */
  readonly gradcheck: (op: string) => string;

  constructor(engine: Engine, gradcheck = (op: string) => `wgrad gradcheck ${op}`) {
    this.engine = engine;
    this.gradcheck = gradcheck;
  }

  /** Runs `op` on the GPU, then its backward pass from dy on. */
  async run<Name extends string>({ inputs, dy, op }: Example<Name>): Promise<Computed<Name>> {
    const names = Object.keys(inputs) as Name[];
    const tensors = this.#upload(inputs);
    const upstream = this.engine.tensor(dy.data, dy.shape);
    const recording = this.engine.record(() => {
      const outputs: Tensor[] = [];
      const body = () => {
        outputs.push(op(tensors));
        return lossWithGradient(outputs[0]!, upstream);
      };
      const sources = names.map((name) => tensors[name]);
      return { y: outputs, gradients: gradients(this.engine, body, sources).gradients };
    });
    for (const { label } of recording.dispatches) this.#launches.add(label);
    const y = await this.read(recording.result.y[0]!);
    const results = await Promise.all(recording.result.gradients.map((gradient) => this.read(gradient)));
    recording.dispose();
    const entries = names.map((name, i) => [name, results[i]!]);
    return { y, gradients: Object.fromEntries(entries) as Record<Name, Array64> };
  }

  /** L = sum(dy * y) with y computed anew by the kernels. */
  async loss<Name extends string>({ inputs, dy, op }: Example<Name>): Promise<number> {
    const y = await this.read(op(this.#upload(inputs)));
    return y.data.reduce((sum, value, i) => sum + dy.data[i]! * value, 0);
  }

  /** The values of a tensor. */
  async read(tensor: Tensor): Promise<Array64> {
    return array64(tensor.shape, await tensor.data());
  }

  /** Throws NumericError unless the kernels' numbers are those of the reference. */
  agree(name: string, computed: Array64, reference: Array64): void {
    const scale = Math.max(...reference.data.map(Math.abs));
    for (const [i, expected] of reference.data.entries()) {
      this.#compare(`${name}, element ${i}`, computed.data[i]!, expected, scale, "the float64 reference");
      this.#numbers++;
    }
  }

  /** Throws NumericError unless the terms that the lesson shows add up to what the kernel computed. */
  sum(sum: Sum): Sum {
    const total = sum.terms.reduce((partial, { value }) => partial + value, 0);
    const scale = Math.max(1, ...sum.terms.map(({ value }) => Math.abs(value)));
    this.#compare(sum.name, sum.result, total, scale, "the sum shown");
    this.#sums++;
    return sum;
  }

  /** Lines of a kernel that ran. Throws KernelError for one that did not: it computed nothing that is shown. */
  source(kernel: string, start: string, count = 1): SourceLines {
    if (!this.#launches.has(kernel)) {
      const launched = [...this.#launches].join(", ");
      throw new KernelError(`explain: the lesson shows ${kernel}, but what ran is ${launched}.`);
    }
    return findLines(kernel, start, count);
  }

  /** What was run and checked, in a sentence or two. */
  get summary(): string {
    const { description, device } = this.engine.adapter;
    return (
      `The kernels ran on ${description || device}: ${[...this.#launches].join(", ")}. All ${this.#numbers} ` +
      `numbers they computed agree with the float64 reference, and all ${this.#sums} sums above add up to them. ` +
      `Largest difference: ${this.#largestDifference === 0 ? "0" : this.#largestDifference.toExponential(1)}.`
    );
  }

  #compare(name: string, computed: number, expected: number, scale: number, source: string): void {
    const difference = Math.abs(computed - expected);
    if (!(difference <= tolerance * scale)) {
      throw new NumericError(
        `explain: ${name} is ${computed} by the kernels, ${expected} by ${source}. The lesson ends here: one is wrong.`,
      );
    }
    this.#largestDifference = Math.max(this.#largestDifference, difference);
  }

  #upload<Name extends string>(inputs: Readonly<Record<Name, Array64>>): Record<Name, Tensor> {
    const entries = Object.entries<Array64>(inputs).map(
      ([name, { data, shape }]) => [name, this.engine.tensor(data, shape)] as const,
    );
    return Object.fromEntries(entries) as Record<Name, Tensor>;
  }
}
