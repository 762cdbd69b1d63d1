/** @file No gradient is lost without a word: what depends on a source in a way that no rule describes, and what may not change. */
import { requireTensorsOf } from "../arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { type Shape, sameShape } from "../shape.ts";
import { type OpEngine, overlap, Tensor } from "../tensor.ts";

/** What the cuts see of a tape. */
interface Watched {
  readonly engine: OpEngine;
  readonly sources: readonly Tensor[];
  /** by output */
  readonly entries: ReadonlyMap<unknown, unknown>;
  readonly kept: ReadonlyMap<unknown, readonly Tensor[]>;
  readonly cuts: Cuts;
  tracks(tensor: Tensor): boolean;
}

/** What they see of a rule. */
interface Dependence {
  readonly inputs: readonly Tensor[];
  readonly keeps?: readonly Tensor[];
}

export class Cuts {
  readonly #tape: Watched;
  /** what stands between a tensor and a source */
  readonly #cuts = new Map<Tensor, string>();

  constructor(tape: Watched) {
    this.#tape = tape;
  }

  /** What keeps the gradient of `tensor` from the sources it depends on, if anything does. */
  of(tensor: Tensor): string | undefined {
    return this.#cuts.get(tensor);
  }

  /** `output` holds values computed from `inputs` by `what`; unless a rule follows, no gradient will pass. */
  wrote(output: Tensor, inputs: readonly Tensor[], what: string): void {
    if (!isReal(output)) return;
    const before = inputs.map((input) => this.of(input)).find((cut) => cut !== undefined);
    const own = inputs.some((input) => this.#tape.tracks(input))
      ? `${what}, which has no gradient`
      : undefined;
    this.#set(output, before ?? own);
  }

  /** A rule describes how `output` was computed. */
  record(output: Tensor, rule: Dependence): void {
    const cut = this.#before(output, rule);
    if (cut || rule.inputs.some((input) => this.#tape.tracks(input))) this.#set(output, cut);
  }

  /** Throws ArgumentError if values change that the backward pass, or the result, is computed from. */
  refuseChange(op: string, target: Tensor): void {
    const { sources, entries, kept } = this.#tape;
    const outputs = [...entries.keys()].filter((output) => output instanceof Tensor);
    const held = [...sources, ...outputs, ...[...kept.values()].flat()];
    if (!held.some((tensor) => overlap(tensor, target))) return;
    throw new ArgumentError(
      `${op}: ${formatShape(target.shape)} takes part in what is being differentiated; its values must stay until ` +
        "gradients() returns.",
    );
  }

  #set(tensor: Tensor, cut: string | undefined): void {
    if (cut === undefined) this.#cuts.delete(tensor);
    else this.#cuts.set(tensor, cut);
  }

  /** Of an op's output: a cut behind one of its inputs, or a tensor that the op takes for a constant, but is none. */
  #before(output: Tensor, { inputs, keeps = [] }: Dependence): string | undefined {
    for (const input of inputs) if (this.of(input)) return this.of(input);
    const constant = keeps.find(
      (kept) => this.#tape.tracks(kept) && !inputs.includes(kept) && kept !== output,
    );
    return (
      constant && `${formatShape(constant.shape)}, which an op takes for a constant (a target or a weight)`
    );
  }
}

/** Throws ShapeError or ArgumentError for a result of the body that has no gradient, or a wrong one. */
export function checkValue(value: Tensor, tape: Watched): void {
  requireTensorsOf(tape.engine, "gradients", { "what the body returned": value });
  if (value.size !== 1)
    throw new ShapeError(`gradients: the body must return a scalar, got ${formatShape(value.shape)}.`);
  if (!isReal(value)) throw new ShapeError(`gradients: the body must return f32, got ${value.dtype}.`);
  const cut = tape.cuts.of(value);
  if (cut) {
    throw new ArgumentError(
      `gradients: the result depends on a source through ${cut}. Use differentiable ops, or stopGradient() on what is ` +
        "constant.",
    );
  }
  if (tape.sources.length > 0 && !tape.tracks(value))
    throw new ArgumentError("gradients: the result depends on none of the sources.");
}

/** Throws ShapeError for a gradient of another shape than that of what it is the gradient of. */
export function checkSlope({ shape }: { readonly shape: Shape }, gradient: Tensor): void {
  if (sameShape(shape, gradient.shape)) return;
  const shapes = `${formatShape(gradient.shape)} for ${formatShape(shape)}`;
  throw new ShapeError(`backward: a rule returned a gradient of another shape: ${shapes}.`);
}

/** Integers are constant between their steps: no gradient flows through them. */
function isReal({ dtype }: Tensor): boolean {
  return dtype === "f32" || dtype === "f16";
}
