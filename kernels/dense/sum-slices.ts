/** @file The second half of a product whose terms were cut into slices: their sum, and what a layer does with it. */
import { kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";

const reducePartials = kernel("dense/reduce-partials", {
  reads: ["partials", "bias", "kept"],
  writes: ["y"],
  flops: { partials: 1 },
});

/** Loads that an invocation has on the way at a time, at most. Software adapters wait for none. */
const mostInFlight = 8;

/** What is read and done besides. */
export interface Epilogue {
  /** [n]; read if HAS_BIAS */
  readonly bias: Tensor;
  /** like y, what an activation returned; read if DERIVATIVE */
  readonly kept: Tensor;
  readonly constants: {
    readonly HAS_BIAS?: number;
    readonly ACTIVATION?: number;
    readonly DERIVATIVE?: number;
  };
}

/** y [batch, m, n] of partials [batch, split, m, n], which are freed. */
export function sumSlices(
  partials: Tensor,
  { m, n, split }: { readonly m: number; readonly n: number; readonly split: number },
  { bias, kept, constants }: Epilogue,
  output: Output,
): Tensor {
  const { scopes, adapter } = partials.engine;
  const inFlight = adapter.software ? 1 : Math.min(split, mostInFlight);
  const { y } = run(
    reducePartials,
    { partials, bias, kept },
    { y: output },
    {
      constants: { M: m, N: n, SPLIT: split, IN_FLIGHT: inFlight, ...constants },
      invocations: partials.size / split,
    },
  );
  scopes.discard(partials);
  return y;
}
