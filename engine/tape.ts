/**
 * @file Reverse-mode automatic differentiation. While a tape is open every differentiable op leaves an entry with a
 * closure that turns the gradient of its output into gradients of its inputs; gradients() plays them backwards.
 */
import type { Engine } from "./device.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "./errors.ts";
import { kernel, type Output, run } from "./kernel.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Where the gradient of input `index` shall be written: undefined if nobody needs it, else the output to hand to
 * run(): a shape, or the parameter's place in the flat gradient buffer.
 */
export type Want = (index: number) => Output | undefined;

export interface Rule {
  readonly inputs: readonly Tensor[];
  /** tensors that backward reads: they outlive their scope until this entry has run */
  readonly keeps?: readonly Tensor[];
  /** gradients of the inputs, in their order, from the gradient of the output */
  backward(dy: Tensor, want: Want): readonly (Tensor | undefined)[];
}

interface Entry {
  readonly output: Tensor;
  readonly rule: Rule;
}

export interface GradientOptions {
  /** per source: a tensor to write its gradient into (a view of the flat gradient buffer) */
  readonly into?: readonly Tensor[];
  /** add to what `into` holds instead of overwriting: gradients of micro-batches */
  readonly accumulate?: boolean;
}

const sumKernel = kernel(import.meta.url, "sum.wgsl", { reads: ["a", "b"], writes: ["y"] });
const accumulateKernel = kernel(import.meta.url, "accumulate.wgsl", { reads: ["x"], updates: ["total"] });

/** Marks `y` as computed from `rule.inputs`. Outside of gradients() it does nothing. */
export function differentiable<T extends Tensor>(y: T, rule: Rule): T {
  y.engine.tape?.record(y, rule);
  return y;
}

/**
 * Runs `body` and differentiates the scalar it returns.
 * Returns the scalar and one gradient per source, of the source's shape (zeros if the scalar does not depend on it).
 */
export function gradients(
  engine: Engine,
  body: () => Tensor,
  sources: readonly Tensor[],
  options: GradientOptions = {},
): { value: Tensor; gradients: Tensor[] } {
  if (engine.tape) throw new WgradError("gradients: cannot be nested; wgrad computes first derivatives.");
  checkSources(sources, options.into);
  const tape = new Tape(sources);
  engine.tape = tape;
  let value: Tensor;
  try {
    value = body();
  } catch (error) {
    tape.abandon();
    throw error;
  } finally {
    engine.tape = undefined;
  }
  if (value.size !== 1) {
    tape.abandon();
    throw new ShapeError(`gradients: the body must return a scalar, got ${formatShape(value.shape)}.`);
  }
  return { value, gradients: new Backward(engine, tape, sources, options).play(value) };
}

function checkSources(sources: readonly Tensor[], into: readonly Tensor[] | undefined): void {
  if (new Set(sources).size !== sources.length) {
    throw new ArgumentError("gradients: a source is listed twice; its uses add up to one gradient.");
  }
  if (!into) return;
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => formatShape(shape)).join(", ");
  if (shapes(into) !== shapes(sources)) {
    throw new ShapeError(`gradients: targets ${shapes(into)} for sources ${shapes(sources)}.`);
  }
}

export class Tape {
  readonly entries: Entry[] = [];
  readonly #tracked: Set<number>;

  constructor(sources: readonly Tensor[]) {
    this.#tracked = new Set(sources.map(({ id }) => id));
  }

  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor.id);
  }

  record(output: Tensor, rule: Rule): void {
    if (!rule.inputs.some((input) => this.tracks(input))) return;
    this.#tracked.add(output.id);
    for (const tensor of rule.keeps ?? []) tensor.retain();
    this.entries.push({ output, rule });
  }

  /** Lets go of all kept tensors without a backward pass. */
  abandon(): void {
    for (const { rule } of this.entries) for (const tensor of rule.keeps ?? []) tensor.release();
    this.entries.length = 0;
  }
}

class Backward {
  readonly #engine: Engine;
  readonly #tape: Tape;
  readonly #sources: readonly Tensor[];
  readonly #options: GradientOptions;
  /** gradient so far by tensor id; this map is one of its holders */
  readonly #gradients = new Map<number, Tensor>();
  readonly #targets = new Map<number, Tensor>();

  constructor(engine: Engine, tape: Tape, sources: readonly Tensor[], options: GradientOptions) {
    this.#engine = engine;
    this.#tape = tape;
    this.#sources = sources;
    this.#options = options;
    for (const [i, target] of (options.into ?? []).entries()) this.#targets.set(sources[i]!.id, target);
  }

  play(value: Tensor): Tensor[] {
    const engine = this.#engine;
    try {
      engine.scope(() => this.#add(value, engine.one.view(value.shape)));
      for (let entry = this.#tape.entries.pop(); entry; entry = this.#tape.entries.pop()) {
        engine.scope(() => this.#step(entry));
      }
      return this.#sources.map((source) => this.#finish(source));
    } finally {
      this.#tape.abandon();
      for (const gradient of this.#gradients.values()) gradient.release();
    }
  }

  #step({ output, rule }: Entry): void {
    try {
      const dy = this.#gradients.get(output.id);
      if (!dy) return;
      this.#runRule(rule, dy);
      this.#gradients.delete(output.id);
      dy.release();
    } finally {
      for (const tensor of rule.keeps ?? []) tensor.release();
    }
  }

  #runRule(rule: Rule, dy: Tensor): void {
    const { inputs } = rule;
    const want: Want = (index) => {
      const input = inputs[index]!;
      if (!this.#tape.tracks(input)) return undefined;
      const uses = inputs.filter(({ id }) => id === input.id).length;
      return (uses === 1 && this.#freeTarget(input)) || input.shape;
    };
    const results = rule.backward(dy, want);
    for (const [i, input] of inputs.entries()) {
      const gradient = results[i];
      if (gradient && this.#tape.tracks(input)) this.#add(input, gradient);
    }
  }

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
        ? run(sumKernel, { a: before, b: gradient }, { y: input.shape }, { invocations: input.size }).y
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
