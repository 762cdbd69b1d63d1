/**
 * @file Reverse-mode automatic differentiation. While a tape is open every differentiable op leaves an entry with a
 * closure that turns the gradient of its output into gradients of its inputs; gradients() plays them backwards.
 */

import { requireEngine, requireTensorsOf } from "./arguments.ts";
import { Backward } from "./backward.ts";
import type { Engine } from "./device.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "./errors.ts";
import type { Output } from "./kernel.ts";
import { checkFunction, checkOptionNames } from "./options.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Where the gradient of input `index` shall be written: undefined if nobody needs it, else the output to hand to
 * run(): a shape, or the parameter's place in the flat gradient buffer.
 */
export type Want = (index: number) => Output | undefined;

/**
 * Plain gradient descent, source -= rate * gradient with rate = step.learningRate / (1 + decay * step.step) of the
 * StepState and nothing once it is halted, done by the kernel that computes the gradient.
 */
export interface Descent {
  readonly decay: number;
  /** true if input `index` may be changed so: it is a source, nothing else uses it, and its values are not read again */
  allows(index: number): boolean;
}

/** True for a tensor that the caller has given up and no rule reads again: its gradient may be written over its values. */
export type Spent = (tensor: Tensor) => boolean;

export interface Rule {
  readonly inputs: readonly Tensor[];
  /** tensors that backward reads: they outlive their scope until this entry has run */
  readonly keeps?: readonly Tensor[];
  /** the same, if the output is used by an op that does not take its gradient through this one (`activation` below) */
  readonly keepsIfUsed?: readonly Tensor[];
  /**
   * Name of a function whose derivative follows from its output, if the output is that function of the only input:
   * an op that uses the output may multiply its gradient by the derivative itself and name our input as its own.
   */
  readonly activation?: string;
  /**
   * Gradients of the inputs, in their order, from the gradient of the output. With `descent` a rule may change an input
   * instead, after all that reads it, and returns the input itself in the place of the gradient.
   */
  backward(dy: Tensor, want: Want, descent?: Descent, spent?: Spent): readonly (Tensor | undefined)[];
}

export interface Entry {
  readonly output: Tensor;
  readonly rule: Rule;
  /** tensors held until the entry has run */
  readonly kept: Tensor[];
}

export interface GradientOptions {
  /** per source: a tensor to write its gradient into (a view of the flat gradient buffer) */
  readonly into?: readonly Tensor[];
  /** add to what `into` holds instead of overwriting: gradients of micro-batches */
  readonly accumulate?: boolean;
  /** [1], the gradient of the scalar itself: 1 unless given. All gradients are multiplied with it */
  readonly seed?: Tensor | undefined;
  /** called with the scalar before the backward pass */
  readonly beforeBackward?: (value: Tensor) => void;
  /** Changes the sources by plain gradient descent where the rules can, see Descent; then the source is returned for its gradient. */
  readonly descent?: Pick<Descent, "decay">;
  /** Tensors of the body that the caller does not read after `beforeBackward`; asked for once that has returned. */
  readonly spent?: () => readonly Tensor[];
}

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
  checkArguments(engine, body, sources, options);
  const tape = new Tape(sources);
  engine.tape = tape;
  let value: Tensor;
  try {
    value = body();
    requireTensorsOf(engine, "gradients", { "what the body returned": value });
    tape.use(value);
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
  engine.beginBackward(tape.entries.flatMap(({ kept }) => kept));
  options.beforeBackward?.(value);
  return { value, gradients: new Backward(engine, tape, sources, options).play(value) };
}

function checkArguments(
  engine: Engine,
  body: () => Tensor,
  sources: readonly Tensor[],
  options: GradientOptions,
): void {
  requireEngine("gradients", engine);
  if (engine.tape) throw new WgradError("gradients: cannot be nested; wgrad computes first derivatives.");
  checkFunction("gradients", "body", body);
  checkOptionNames("gradients", options, {
    into: true,
    accumulate: true,
    seed: true,
    beforeBackward: true,
    descent: true,
    spent: true,
  });
  for (const [name, tensors] of Object.entries({ sources, into: options.into ?? [] })) {
    if (!Array.isArray(tensors)) throw new ArgumentError(`gradients: ${name} must be a list of tensors.`);
    for (const [i, tensor] of tensors.entries())
      requireTensorsOf(engine, "gradients", { [`${name}[${i}]`]: tensor });
  }
  checkSources(sources, options.into);
  const { seed } = options;
  if (!seed) return;
  requireTensorsOf(engine, "gradients", { seed });
  if (seed.size !== 1) throw new ShapeError(`gradients: seed must be [1], got ${formatShape(seed.shape)}.`);
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
  readonly #byOutput = new Map<number, Entry>();
  readonly #uses = new Map<number, number>();

  constructor(sources: readonly Tensor[]) {
    this.#tracked = new Set(sources.map(({ id }) => id));
  }

  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor.id);
  }

  /** How many inputs of all entries `tensor` is. */
  usesOf(tensor: Tensor): number {
    return this.#uses.get(tensor.id) ?? 0;
  }

  /** How `output` was computed, unless it is a source or a constant. */
  ruleOf(output: Tensor): Rule | undefined {
    return this.#byOutput.get(output.id)?.rule;
  }

  record(output: Tensor, rule: Rule): void {
    if (!rule.inputs.some((input) => this.tracks(input))) return;
    for (const input of rule.inputs) {
      this.use(input);
      this.#uses.set(input.id, this.usesOf(input) + 1);
    }
    this.#tracked.add(output.id);
    const entry = { output, rule, kept: [...(rule.keeps ?? [])] };
    for (const tensor of entry.kept) tensor.retain();
    this.entries.push(entry);
    this.#byOutput.set(output.id, entry);
  }

  /** A gradient of `tensor` will be asked for: its entry holds what its rule needs for that. */
  use(tensor: Tensor): void {
    const entry = this.#byOutput.get(tensor.id);
    if (!entry?.rule.keepsIfUsed || entry.kept.length > (entry.rule.keeps?.length ?? 0)) return;
    for (const kept of entry.rule.keepsIfUsed) entry.kept.push(kept.retain());
  }

  /** Whether a rule that is left reads memory of `tensor`. */
  keeps({ storage }: Tensor): boolean {
    return this.entries.some(({ kept }) => kept.some((other) => other.storage === storage));
  }

  /** Lets go of all kept tensors without a backward pass. */
  abandon(): void {
    for (const { kept } of this.entries) for (const tensor of kept) tensor.release();
    this.entries.length = 0;
  }
}
