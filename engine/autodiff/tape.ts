/**
 * @file Reverse-mode automatic differentiation. While a tape is open every differentiable op leaves an entry with a
 * closure that turns the gradient of its output into gradients of its inputs; gradients() plays them backwards.
 */

import { requireEngine, requireTensorsOf } from "../arguments.ts";
import type { Engine } from "../device.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "../errors.ts";
import type { Output } from "../kernel.ts";
import { checkFunction, checkOptionNames } from "../options.ts";
import { overlap, type Tensor } from "../tensor.ts";
import { Backward } from "./backward.ts";
import type { Update } from "./descent.ts";

/**
 * Where the gradient of input `index` shall be written: undefined if nobody needs it, else the output to hand to
 * run(): a shape, or the parameter's place in the flat gradient buffer.
 */
export type Want = (index: number) => Output | undefined;

/**
 * Plain gradient descent, source -= rate * gradient with rate = step.learningRate / (1 + decay * step.step) of the
 * StepState and nothing once it is halted, done by the kernel that computes the gradient. It runs when the backward pass is
 * over and every gradient is known to be finite.
 */
export interface Descent {
  readonly decay: number;
  /** true if input `index` may be changed so: it is a source, and nothing else uses it */
  allows(index: number): boolean;
  /** makes the update at the end */
  later(update: Update): void;
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
   * Gradients of the inputs, in their order, from the gradient of the output. With `descent` a rule may leave an
   * update for later instead, and returns the input itself in the place of the gradient.
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
  /**
   * Changes the sources by plain gradient descent, or halts the step if a gradient is not finite. Where a rule left the update
   * for later (see Descent), the source is returned for its gradient.
   */
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
 * Returns the scalar and one gradient per source, of the source's shape: zeros for a source that took no part, since that
 * is the derivative. Integers carry no gradient, as in PyTorch and TensorFlow: what argMax() and oneHot() return is constant.
 * @throws ArgumentError if the scalar depends on no source at all, or on one through a kernel that no rule describes;
 * stopGradient() says that this is meant
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
  try {
    checkValue(value, tape, sources);
  } catch (error) {
    tape.abandon();
    throw error;
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

/** Throws ShapeError or ArgumentError for what has no gradient, or a wrong one. */
function checkValue(value: Tensor, tape: Tape, sources: readonly Tensor[]): void {
  if (value.size !== 1)
    throw new ShapeError(`gradients: the body must return a scalar, got ${formatShape(value.shape)}.`);
  if (!isReal(value)) throw new ShapeError(`gradients: the body must return f32, got ${value.dtype}.`);
  const cut = tape.cutOf(value);
  if (cut) {
    throw new ArgumentError(
      `gradients: the result depends on a source through ${cut}. Use differentiable ops, or stopGradient() on what is ` +
        "constant.",
    );
  }
  if (sources.length > 0 && !tape.tracks(value))
    throw new ArgumentError("gradients: the result depends on none of the sources.");
}

/** Integers are constant between their steps: no gradient flows through them. */
function isReal({ dtype }: Tensor): boolean {
  return dtype === "f32" || dtype === "f16";
}

function checkSources(sources: readonly Tensor[], into: readonly Tensor[] | undefined): void {
  if (new Set(sources).size !== sources.length) {
    throw new ArgumentError("gradients: a source is listed twice; its uses add up to one gradient.");
  }
  for (const [i, source] of sources.entries()) {
    if (isReal(source)) continue;
    throw new ArgumentError(`gradients: sources[${i}] must be f32 or f16, got ${source.dtype}.`);
  }
  if (!into) return;
  for (const [i, target] of into.entries()) {
    if (![...sources, ...into.slice(0, i)].some((other) => overlap(target, other))) continue;
    throw new ArgumentError(`gradients: into[${i}] shares memory with a source or another target.`);
  }
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => formatShape(shape)).join(", ");
  if (shapes(into) !== shapes(sources)) {
    throw new ShapeError(`gradients: targets ${shapes(into)} for sources ${shapes(sources)}.`);
  }
}

export class Tape {
  readonly entries: Entry[] = [];
  readonly #sources: readonly Tensor[];
  readonly #tracked: Set<number>;
  readonly #byOutput = new Map<number, Entry>();
  readonly #uses = new Map<number, number>();
  /** By id: a tensor that depends on a source in a way that no rule describes, and what stands in between. */
  readonly #cuts = new Map<number, string>();

  constructor(sources: readonly Tensor[]) {
    this.#sources = sources;
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

  /** What keeps the gradient of `tensor` from the sources it depends on, if anything does. */
  cutOf({ id }: Tensor): string | undefined {
    return this.#cuts.get(id);
  }

  /** `output` holds values computed from `inputs` by `what`; unless record() follows, no gradient will pass. */
  wrote(output: Tensor, inputs: readonly Tensor[], what: string): void {
    if (!isReal(output)) return;
    const before = inputs.map((input) => this.cutOf(input)).find((cut) => cut !== undefined);
    const own = inputs.some((input) => this.tracks(input)) ? `${what}, which has no gradient` : undefined;
    this.#setCut(output, before ?? own);
  }

  /** Throws ArgumentError if values change that the backward pass, or the result, is computed from. */
  refuseChange(op: string, target: Tensor): void {
    const held = [this.#sources, ...this.entries.map(({ output, kept }) => [output, ...kept])].flat();
    if (!held.some((tensor) => overlap(tensor, target))) return;
    throw new ArgumentError(
      `${op}: ${formatShape(target.shape)} takes part in what is being differentiated; its values must stay until ` +
        "gradients() returns.",
    );
  }

  record(output: Tensor, rule: Rule): void {
    const differentiated = rule.inputs.some((input) => this.tracks(input));
    const cut = this.#cutBefore(output, rule);
    if (cut || differentiated) this.#setCut(output, cut);
    if (!differentiated) return;
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

  #setCut({ id }: Tensor, cut: string | undefined): void {
    if (cut === undefined) this.#cuts.delete(id);
    else this.#cuts.set(id, cut);
  }

  /** Of an op's output: a cut behind one of its inputs, or a tensor that the op takes for a constant, but is none. */
  #cutBefore(output: Tensor, { inputs, keeps = [] }: Rule): string | undefined {
    for (const input of inputs) if (this.cutOf(input)) return this.cutOf(input);
    const taken = (tensor: Tensor) => inputs.includes(tensor) || tensor === output;
    const constant = keeps.find((kept) => {
      const source = this.ruleOf(kept);
      const reached = source?.activation !== undefined && source.inputs.some(taken);
      return this.tracks(kept) && !taken(kept) && !reached;
    });
    return (
      constant && `${formatShape(constant.shape)}, which an op takes for a constant (a target or a weight)`
    );
  }

  /** Lets go of all kept tensors without a backward pass. */
  abandon(): void {
    for (const { kept } of this.entries) for (const tensor of kept) tensor.release();
    this.entries.length = 0;
  }
}
