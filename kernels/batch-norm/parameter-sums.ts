/** @file The second stage of a normalisation's parameter gradients: partial rows to one value per channel. */
import { kernel, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { mergeLanes, sumsAhead, type Walk } from "./columns.ts";

const mergeSums = kernel("batch-norm/merge-sums", {
  reads: ["dy_sum", "dyz_sum"],
  writes: ["dgamma", "dbeta"],
  flops: { dy_sum: 1, dyz_sum: 1 },
});

/** Adds up the partial sums [rows, channels] of dy and dy * z. */
export function mergeParameterSums(
  partial: Readonly<Record<"dy_sum" | "dyz_sum", Tensor>>,
  walk: Walk,
  outputs: { readonly dgamma: Output; readonly dbeta: Output },
): { dgamma: Tensor; dbeta: Tensor } {
  const channels = walk.partials[1];
  const ahead = sumsAhead(partial.dy_sum);
  const constants = { CHANNELS: channels, LANES: mergeLanes(walk, ahead), AHEAD: ahead };
  return run(mergeSums, partial, outputs, { constants, workgroups: channels });
}
