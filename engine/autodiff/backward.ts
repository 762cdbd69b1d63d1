/** @file The backward half of automatic differentiation: plays a tape from its last entry to its first. */

import type { Engine } from "../device.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { kernel, like, run } from "../kernel.ts";
import { sameShape } from "../shape.ts";
import { aliasOf, type Tensor } from "../tensor.ts";
import { Updates } from "./descent.ts";
import type { Descent, Entry, GradientOptions, Rule, Spent, Tape, Want } from "./tape.ts";

const sumKernel = kernel("engine/autodiff/sum", { reads: ["a", "b"], writes: ["y"], flops: { y: 1 } });
const accumulateKernel = kernel("engine/autodiff/accumulate", {
  reads: ["x"],
  updates: ["total"],
  flops: { total: 1 },
});

export class Backward {
  readonly #engine: Engine;
  readonly #tape: Tape;
  readonly #sources: readonly Tensor[];
  readonly #options: GradientOptions;
  readonly #givenUp: readonly Tensor[];
  /** gradient so far by tensor id; this map is one of its holders */
  readonly #gradients = new Map<number, Tensor>();
  readonly #targets = new Map<number, Tensor>();
  /** of plain gradient descent */
  readonly #updates: Updates | undefined;
  /** sources, by id, whose update waits for the end */
  readonly #descended = new Set<number>();

  constructor(engine: Engine, tape: Tape, sources: readonly Tensor[], options: GradientOptions) {
    this.#engine = engine;
    this.#tape = tape;
    this.#sources = sources;
    this.#options = options;
    this.#updates = options.descent && new Updates(engine, options.descent.decay);
    this.#givenUp = options.spent?.() ?? [];
    for (const [i, target] of (options.into ?? []).entries()) this.#targets.set(sources[i]!.id, target);
  }

  play(value: Tensor): Tensor[] {
    const engine = this.#engine;
    try {
      engine.scope(() => this.#add(value, aliasOf(this.#options.seed ?? engine.one, value.shape)));
      for (let entry = this.#tape.entries.pop(); entry; entry = this.#tape.entries.pop()) {
        engine.scope(() => this.#step(entry));
      }
      const reached = this.#sources.map(({ id }) => this.#gradients.has(id));
      const results = this.#sources.map((source) => this.#finish(source));
      const stored = results.map((gradient, i) => [this.#sources[i]!, gradient] as const);
      this.#updates?.run(stored.filter((_, i) => reached[i]));
      return results;
    } finally {
      this.#updates?.release();
      this.#tape.abandon();
      for (const gradient of this.#gradients.values()) gradient.release();
    }
  }

  #step({ output, rule, kept }: Entry): void {
    try {
      const dy = this.#gradients.get(output.id);
      if (!dy) return;
      this.#runRule(rule, dy);
      this.#gradients.delete(output.id);
      dy.release();
    } finally {
      for (const tensor of kept) tensor.release();
    }
  }

  #runRule(rule: Rule, dy: Tensor): void {
    const { inputs } = rule;
    const want: Want = (index) => {
      const input = inputs[index]!;
      if (!this.#tape.tracks(input)) return undefined;
      const uses = inputs.filter(({ id }) => id === input.id).length;
      return (uses === 1 && this.#freeTarget(input)) || like(input);
    };
    const descent = this.#descentFor(rule);
    const results = rule.backward(dy, want, descent, this.#spent);
    for (const [i, input] of inputs.entries()) {
      const gradient = results[i];
      if (descent && gradient === input) this.#descended.add(input.id);
      else if (gradient && this.#tape.tracks(input)) this.#add(input, gradient);
    }
  }

  #descentFor({ inputs }: Rule): Descent | undefined {
    const { descent } = this.#options;
    const updates = this.#updates;
    if (!descent || !updates) return undefined;
    const allows = (index: number) => {
      const input = inputs[index]!;
      return this.#sources.includes(input) && this.#tape.usesOf(input) === 1;
    };
    return { decay: descent.decay, allows, later: (update) => updates.add(update) };
  }

  readonly #spent: Spent = (tensor) =>
    this.#givenUp.includes(tensor) &&
    !this.#tape.keeps(tensor) &&
    !this.#updates?.reads(tensor) &&
    !this.#sources.some(({ storage }) => storage === tensor.storage);

  /** The place for the gradient of `source` if nothing is there yet. */
  #freeTarget(source: Tensor): Tensor | undefined {
    if (this.#options.accumulate || this.#gradients.has(source.id)) return undefined;
    return this.#targets.get(source.id);
  }

  #add(input: Tensor, gradient: Tensor): void {
    if (!sameShape(input.shape, gradient.shape)) {
      const shapes = `${formatShape(gradient.shape)} for ${formatShape(input.shape)}`;
      throw new ShapeError(`backward: a rule returned a gradient of another shape: ${shapes}.`);
    }
    const before = this.#gradients.get(input.id);
    const target = this.#targets.get(input.id);
    if (target) this.#addToTarget(input, target, gradient, before !== undefined);
    else {
      const total = before
        ? run(sumKernel, { a: before, b: gradient }, { y: like(input) }, { invocations: input.size }).y
        : gradient;
      this.#gradients.set(input.id, total.retain());
      before?.release();
    }
  }

  #addToTarget(input: Tensor, target: Tensor, gradient: Tensor, started: boolean): void {
    if (gradient !== target) {
      if (started || this.#options.accumulate) {
        run(accumulateKernel, { x: gradient, total: target }, {}, { invocations: target.size });
      } else this.#engine.copy(gradient, target);
    }
    if (!started) this.#gradients.set(input.id, target.retain());
  }

  #finish(source: Tensor): Tensor {
    if (this.#descended.has(source.id)) return source;
    const gradient = this.#gradients.get(source.id);
    if (gradient) {
      this.#gradients.delete(source.id);
      return this.#handOver(gradient);
    }
    const target = this.#targets.get(source.id);
    if (!target) return this.#engine.zeros(source.shape);
    if (!this.#options.accumulate) this.#engine.clear(target);
    return target;
  }

  /** The map's hold passes to the caller's scope, unless the tensor has an owner already (a target). */
  #handOver(gradient: Tensor): Tensor {
    const isTarget = [...this.#targets.values()].includes(gradient);
    if (!isTarget) this.#engine.adopt(gradient);
    gradient.release();
    return gradient;
  }
}
