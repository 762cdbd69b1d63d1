/** @file Standardization of a batch in the order of Keras's ImageDataGenerator.standardize(): samples, features, whitening. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { centreSamples, FeatureStandardizer, standardizeSamples } from "../../kernels/augment/index.ts";
import { whiten } from "../../kernels/pca/index.ts";
import type { InputTransform } from "../data/gpu-samples.ts";

/** Added to a deviation before it divides: Keras's of 2019, 1e-7 before. */
const deviationEpsilon = 1e-6;

/** What was found out about the images, in float64. */
export interface FittedStatistics {
  /** per channel */
  readonly mean: Float64Array;
  /** per channel; absent to centre only */
  readonly deviation?: Float64Array;
  /** [width, width], of whole images */
  readonly matrix?: Float64Array;
}

export class Standardizer implements InputTransform {
  readonly #samples: "none" | "centre" | "standardize";
  readonly #features: FeatureStandardizer | undefined;
  readonly #matrix: Tensor | undefined;

  /** Without statistics it works on single images only, and needs no engine. */
  constructor(
    engine: Engine | undefined,
    options: { readonly samplewiseCenter?: boolean; readonly samplewiseStdNormalization?: boolean },
    statistics?: FittedStatistics,
  ) {
    const { samplewiseCenter = false, samplewiseStdNormalization = false } = options;
    this.#samples = samplewiseStdNormalization ? "standardize" : samplewiseCenter ? "centre" : "none";
    if (!engine || !statistics) return;
    this.#features = new FeatureStandardizer(engine, statistics, deviationEpsilon);
    const { matrix } = statistics;
    const width = Math.sqrt(matrix?.length ?? 0);
    this.#matrix = matrix && engine.keep(engine.tensor(matrix, [width, width]));
  }

  /** @param x images [n, h, w, c] */
  apply(x: Tensor): Tensor {
    return x.engine.scope(() => {
      const single = this.#samplewise(x);
      const standardized = this.#features ? this.#features.apply(single) : single;
      return this.#matrix ? whiten(standardized, this.#matrix) : standardized;
    });
  }

  dispose(): void {
    this.#features?.dispose();
    this.#matrix?.dispose();
  }

  #samplewise(x: Tensor): Tensor {
    if (this.#samples === "none") return x;
    if (this.#samples === "standardize") return standardizeSamples(x, deviationEpsilon);
    return centreSamples(x);
  }
}
