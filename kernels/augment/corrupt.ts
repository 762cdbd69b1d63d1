/** @file Noise on the inputs of a denoising autoencoder. */
import { ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkChoice, checkFlag, checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { elementsPerSample, requireStream } from "../dropout/stream.ts";
import { requireFloat } from "../shape/arguments.ts";

const corruptKernel = kernel("augment/corrupt", {
  reads: ["x", "order"],
  writes: ["y"],
  step: true,
  flops: { y: ({ MASKING, CLIP }) => (MASKING ? 1 : CLIP ? 9 : 7) },
});

/** Masking sets values to 0 but for a part `keep` of them; Gaussian noise is added, and cut to [0, 1] with `clip`. */
export type Corruption =
  | { readonly kind: "masking"; readonly keep: number }
  | { readonly kind: "gaussian"; readonly stddev: number; readonly clip?: boolean };

/** From which random sequence noise comes, and whether it is another one in every epoch. */
export interface CorruptOptions {
  /** number of the random sequence: training, validation and test data have one each */
  readonly stream: number;
  /** true for other noise in every epoch, else each sample has its own for ever */
  readonly fresh: boolean;
}

/**
 * Damages a batch. The noise of sample order[step.position + step.sample + i] comes from (seed, that sample, stream)
 * and, if fresh, the epoch: the same in any micro-batch, replayed or resumed. Stands right behind gatherSamples().
 * @param x [batch, ...]
 * @param order sample indices [count], u32, as gatherSamples() takes it
 * @throws ArgumentError if keep is not in [0, 1] or stddev is negative
 */
export function corrupt(
  x: Tensor,
  order: Tensor<"u32">,
  corruption: Corruption,
  options: CorruptOptions,
): Tensor {
  requireFloat("corrupt", "x", x);
  checkCorruption(corruption);
  checkOptionNames("corrupt", options, { stream: true, fresh: true });
  const { stream, fresh } = options;
  checkFlag("corrupt", "fresh", fresh);
  requireStream("corrupt", stream);
  if (x.shape.length < 1) throw new ShapeError("corrupt: expects [batch,...], got a scalar [].");
  const perSample = elementsPerSample(x);
  const constants = {
    MASKING: corruption.kind === "masking",
    AMOUNT: corruption.kind === "masking" ? corruption.keep : corruption.stddev,
    CLIP: corruption.kind === "gaussian" && (corruption.clip ?? false),
    FRESH: fresh,
    STREAM: stream,
    PER_SAMPLE: perSample,
  };
  const invocations = x.shape[0]! * Math.ceil(perSample / 4);
  return run(corruptKernel, { x, order }, { y: x.shape }, { constants, invocations }).y;
}

function checkCorruption(corruption: Corruption): void {
  checkChoice("corrupt", "kind", corruption?.kind, ["masking", "gaussian"]);
  if (corruption.kind === "masking") {
    const { keep } = corruption;
    checkOptionNames("corrupt", corruption, { kind: true, keep: true });
    checkOption(
      "corrupt",
      "keep",
      keep,
      () => keep >= 0 && keep <= 1,
      "the probability to stay, from 0 to 1",
    );
  } else {
    const { stddev, clip = false } = corruption;
    checkOptionNames("corrupt", corruption, { kind: true, stddev: true, clip: true });
    checkOption("corrupt", "stddev", stddev, () => stddev >= 0, "0 or more");
    checkFlag("corrupt", "clip", clip);
  }
}
