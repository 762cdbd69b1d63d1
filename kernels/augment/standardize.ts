/** @file Mean 0 and deviation 1: per channel over a data set (featurewise), or per image (samplewise). */

import { requireEngine, requireTensors } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { checkOption, requireParts } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { addScalar, div, mul, sqrt, square, sub } from "../elementwise/index.ts";
import { mean } from "../reduce/reduce.ts";
import { type HostRows, readRow, rowsAndWidth } from "../rows.ts";

/** Mean and standard deviation of each channel of a set of images. */
export interface ChannelStatistics {
  /** per channel, over samples, rows and columns */
  readonly mean: Float64Array;
  /** biased standard deviation */
  readonly deviation: Float64Array;
}

/** Statistics of images [n, h, w, c] in float64, over their last axis. */
export function channelStatistics(images: HostRows): ChannelStatistics {
  const [count, width] = rowsAndWidth("channelStatistics", images);
  const channels = images.shape.at(-1)!;
  const values = (count * width) / channels;
  const row = new Float64Array(width);
  const average = (term: (value: number, channel: number) => number) => {
    const sums = new Float64Array(channels);
    for (let i = 0; i < count; i++) {
      readRow(images, i, row);
      for (let j = 0; j < width; j++) sums[j % channels]! += term(row[j]!, j % channels);
    }
    return sums.map((sum) => sum / values);
  };
  const means = average((value) => value);
  const variances = average((value, channel) => (value - means[channel]!) ** 2);
  return { mean: means, deviation: variances.map(Math.sqrt) };
}

/** Featurewise standardization on the GPU: (x - mean) / (deviation + epsilon) per channel. */
export class FeatureStandardizer {
  readonly #mean: Tensor;
  readonly #factor: Tensor;

  /** `deviation` is left out to centre only. `epsilon`: Keras's 1e-7 unless given. dispose() frees the GPU memory. */
  constructor(
    engine: Engine,
    statistics: { readonly mean: Float64Array; readonly deviation?: Float64Array },
    epsilon = 1e-7,
  ) {
    requireEngine("FeatureStandardizer", engine);
    requireParts("FeatureStandardizer", statistics, "{ mean, deviation }", ["mean"]);
    const { mean: means, deviation } = statistics;
    for (const values of [means, deviation ?? []]) checkValues("FeatureStandardizer", values);
    const factor = means.map((_, channel) => (deviation ? 1 / (deviation[channel]! + epsilon) : 1));
    this.#mean = engine.keep(engine.tensor(means));
    this.#factor = engine.keep(engine.tensor(factor));
  }

  /**
   * (x - mean) / deviation, channel by channel.
   * @param x [..., channels]
   * @throws ShapeError for another number of channels
   */
  apply(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.#mean.size) {
      throw new ShapeError(
        `standardize: statistics of ${this.#mean.size} channels, x ${formatShape(x.shape)}.`,
      );
    }
    return x.engine.scope(() => mul(sub(x, this.#mean), this.#factor));
  }

  /** Frees the statistics on the GPU. */
  dispose(): void {
    this.#mean.dispose();
    this.#factor.dispose();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Samplewise standardization: (x - mean) / (deviation + epsilon) over all values of each sample of x [n, ...]. */
export function standardizeSamples(x: Tensor, epsilon = 1e-7): Tensor {
  requireTensors("standardizeSamples", { x });
  checkOption("standardizeSamples", "epsilon", epsilon, () => epsilon >= 0, "0 or more");
  return x.engine.scope(() => {
    const centred = lessMean("standardizeSamples", x);
    const squares = mean(square(centred), overSamples(x));
    return div(centred, addScalar(sqrt(squares), epsilon));
  });
}

/** Samplewise centring: x less the mean of all values of each sample of x [n, ...]. */
export function centreSamples(x: Tensor): Tensor {
  requireTensors("centreSamples", { x });
  return x.engine.scope(() => lessMean("centreSamples", x));
}

/** The mean is subtracted twice: the first, in float32, is off by its rounding, and what is left of it by next to nothing. */
function lessMean(op: string, x: Tensor): Tensor {
  if (x.shape.length < 2) throw new ShapeError(`${op}: expects [n,...], got ${formatShape(x.shape)}.`);
  const nearly = sub(x, mean(x, overSamples(x)));
  return sub(nearly, mean(nearly, overSamples(x)));
}

function overSamples(x: Tensor) {
  return { axes: x.shape.slice(1).map((_, i) => i + 1), keepDims: true };
}
