/** @file What gradients() may be told, and what it refuses. */
import { requireEngine, requireTensorsOf } from "../arguments.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "../errors.ts";
import { checkFunction, checkOptionNames } from "../options.ts";
import { type OpEngine, overlap, type Tensor } from "../tensor.ts";
import type { Recomputation } from "./recompute.ts";

/** Options of gradients(): where gradients are written, and what happens around the backward pass. */
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
   * Changes the sources by plain gradient descent, or halts the step if a gradient is not finite: descent.ts. A source whose
   * gradient was not stored is returned in the place of it.
   */
  readonly descent?: { readonly decay: number };
  /**
   * Tensors of the body that the caller does not read after `beforeBackward`, asked for after that: a fused op may write a
   * gradient over their values.
   */
  readonly spent?: () => readonly Tensor[];
  /** told of each tensor of the body whose gradient is whole, from the last to the first, before it goes on from there */
  readonly arrived?: (tensor: Tensor, gradient: Tensor) => void;
  /** gives up activations and computes them again in the backward pass: recompute.ts. Nobody else may read them then */
  readonly recompute?: Recomputation | undefined;
}

/** Throws ArgumentError, ShapeError or WgradError for what gradients() cannot work with. */
export function checkArguments(
  engine: OpEngine,
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
    arrived: true,
    recompute: true,
  });
  for (const [name, tensors] of Object.entries({ sources, into: options.into ?? [] })) {
    if (!Array.isArray(tensors)) throw new ArgumentError(`gradients: ${name} must be a list of tensors.`);
    for (const [i, tensor] of tensors.entries())
      requireTensorsOf(engine, "gradients", { [`${name}[${i}]`]: tensor });
  }
  checkSources(sources);
  if (options.into) checkTargets(options.into, sources);
  const { seed } = options;
  if (!seed) return;
  requireTensorsOf(engine, "gradients", { seed });
  if (seed.size !== 1) throw new ShapeError(`gradients: seed must be [1], got ${formatShape(seed.shape)}.`);
}

function checkSources(sources: readonly Tensor[]): void {
  if (new Set(sources).size !== sources.length) {
    throw new ArgumentError("gradients: a source is listed twice; its uses add up to one gradient.");
  }
  for (const [i, { dtype }] of sources.entries()) {
    if (dtype === "f32" || dtype === "f16") continue;
    throw new ArgumentError(`gradients: sources[${i}] must be f32 or f16, got ${dtype}.`);
  }
}

function checkTargets(into: readonly Tensor[], sources: readonly Tensor[]): void {
  for (const [i, target] of into.entries()) {
    if (![...sources, ...into.slice(0, i)].some((other) => overlap(target, other))) continue;
    throw new ArgumentError(`gradients: into[${i}] shares memory with a source or another target.`);
  }
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => formatShape(shape)).join(", ");
  if (shapes(into) !== shapes(sources)) {
    throw new ShapeError(`gradients: targets ${shapes(into)} for sources ${shapes(sources)}.`);
  }
}
