/** @file Keras's ImageDataGenerator: augmentation and standardization of images, made of options and fitted on images. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import {
  checkFlag,
  checkFunction,
  checkOption,
  checkOptionNames,
  type OptionNames,
} from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type AugmentOptions, augmentImages, channelStatistics } from "../../kernels/augment/index.ts";
import {
  augmentOptionNames,
  drawRanges,
  samplingConstants,
  samplingOptionNames,
} from "../../kernels/augment/options.ts";
import { zcaMatrix } from "../../kernels/pca/index.ts";
import { checkFiniteRows, type HostRows, rowsAndWidth } from "../../kernels/rows.ts";
import type { InputTransform } from "../data/gpu-samples.ts";
import { type FittedStatistics, Standardizer } from "./standardizer.ts";

/** Keras's names; whatever is left out does not happen. */
export interface ImageDataGeneratorOptions extends AugmentOptions {
  /** subtract each channel's mean over the images that it is fitted on */
  readonly featurewiseCenter?: boolean;
  /** divide by each channel's deviation; centres too */
  readonly featurewiseStdNormalization?: boolean;
  /** subtract each image's mean */
  readonly samplewiseCenter?: boolean;
  /** divide by each image's deviation; centres too */
  readonly samplewiseStdNormalization?: boolean;
  /** decorrelate all values of an image; centres featurewise, and takes the place of featurewise deviations */
  readonly zcaWhitening?: boolean;
  /** added to the variances. Default 1e-6 */
  readonly zcaEpsilon?: number;
  /** the FIRST floor(n * split) samples are for validation, unlike in fit(). Default 0 */
  readonly validationSplit?: number;
}

export interface GeneratorFitOptions {
  /** asked for the whitening matrix, with what it depends on: cachedZcaMatrix() keeps it in a file */
  readonly keep?: (what: WhiteningFacts, compute: () => Promise<Float64Array>) => Promise<Float64Array>;
  /** the whitening matrix is made from the first so many images; the mean always from all. All unless given */
  readonly zcaImages?: number;
  /** told before something that takes minutes */
  readonly onSlow?: (text: string) => void;
}

/** What a whitening matrix depends on besides the images. */
export interface WhiteningFacts {
  /** how many of the first images it is made from, and what they are centred on */
  readonly from: string;
  readonly epsilon: number;
  readonly width: number;
}

const flags = [
  "featurewiseCenter",
  "featurewiseStdNormalization",
  "samplewiseCenter",
  "samplewiseStdNormalization",
  "zcaWhitening",
  "horizontalFlip",
  "verticalFlip",
] as const;

const optionNames: OptionNames<ImageDataGeneratorOptions> = {
  ...augmentOptionNames,
  featurewiseCenter: true,
  featurewiseStdNormalization: true,
  samplewiseCenter: true,
  samplewiseStdNormalization: true,
  zcaWhitening: true,
  zcaEpsilon: true,
  validationSplit: true,
};

/** All options by name. */
export const generatorOptionNames: readonly string[] = Object.keys(optionNames);

/** Of the random sequence of augmentation; layers count theirs from 0. */
const augmentStream = 0xa06;

/**
 * Keras's ImageDataGenerator: standardises and augments images on the GPU while they are gathered. Owns what fit() computes:
 * dispose() frees it.
 */
export class ImageDataGenerator {
  readonly options: ImageDataGeneratorOptions;
  #standardizer: Standardizer | undefined;

  constructor(options: ImageDataGeneratorOptions = {}) {
    checkOptionNames("ImageDataGenerator", options, optionNames);
    for (const name of flags)
      if (options[name] !== undefined) checkFlag("ImageDataGenerator", name, options[name]);
    const { zcaEpsilon = 1e-6, validationSplit = 0 } = options;
    checkOption("ImageDataGenerator", "zcaEpsilon", zcaEpsilon, () => zcaEpsilon > 0, "above 0");
    const isShare = () => validationSplit >= 0 && validationSplit < 1;
    checkOption("ImageDataGenerator", "validationSplit", validationSplit, isShare, "in [0, 1)");
    drawRanges(options, 1, 1);
    samplingConstants(options);
    this.options = options;
  }

  /** True if fit() has something to find out about the images. */
  get needsFit(): boolean {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening } = this.options;
    return [featurewiseCenter, featurewiseStdNormalization, zcaWhitening].includes(true);
  }

  /** True if training images are changed at random. */
  get augments(): boolean {
    return Object.entries(augmentOptions(this.options)).some(([name, value]) => {
      if (Object.hasOwn(samplingOptionNames, name)) return false;
      return typeof value === "boolean" ? value : value !== undefined && value !== 0;
    });
  }

  /**
   * Means and deviations in float64, and the whitening matrix, of images [n, h, w, c]. Their `scale` must be that of the data set,
   * so that they are the numbers that the network gets. Keras fits on the validation part too. dispose() frees what this puts
   * on the GPU.
   * @throws NumericError if a value is NaN or infinite
   */
  async fit(engine: Engine, images: HostRows, options: GeneratorFitOptions = {}): Promise<void> {
    checkFit(images, options);
    this.dispose();
    const statistics = await this.#statistics(engine, images, options);
    if (statistics) this.#standardizer = new Standardizer(engine, this.options, statistics);
  }

  /** What training sees: augmentation, then standardization. Undefined if neither does anything. */
  get training(): InputTransform | undefined {
    const { evaluation } = this;
    if (!this.augments) return evaluation;
    const options = augmentOptions(this.options);
    return {
      apply(x: Tensor, order: Tensor<"u32">) {
        const moved = augmentImages(x, order, { ...options, stream: augmentStream });
        return evaluation ? evaluation.apply(moved, order) : moved;
      },
    };
  }

  /** What test images get: standardization only. Undefined if there is none. Throws ArgumentError before fit(). */
  get evaluation(): InputTransform | undefined {
    if (this.#standardizer) return this.#standardizer;
    if (this.needsFit) throw new ArgumentError("ImageDataGenerator: await fit(engine, images) comes first.");
    const { samplewiseCenter = false, samplewiseStdNormalization = false } = this.options;
    return samplewiseCenter || samplewiseStdNormalization
      ? new Standardizer(undefined, this.options)
      : undefined;
  }

  /** Keras's rule: the first floor(n * validationSplit) samples are the validation part. */
  split(count: number): { training: Uint32Array; validation: Uint32Array } {
    const held = Math.floor(count * (this.options.validationSplit ?? 0));
    const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
    return { training: range(held, count), validation: range(0, held) };
  }

  /** `shifts of 10 %, horizontal flips; featurewise centre and deviation`, for people. */
  describe(): string {
    return describeGenerator(this.options);
  }

  /** Frees the statistics that fit() computed. */
  dispose(): void {
    this.#standardizer?.dispose();
    this.#standardizer = undefined;
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #statistics(
    engine: Engine,
    images: HostRows,
    { keep = (_, compute) => compute(), zcaImages, onSlow }: GeneratorFitOptions,
  ): Promise<FittedStatistics | undefined> {
    if (!this.needsFit) return undefined;
    const {
      zcaWhitening = false,
      featurewiseStdNormalization = false,
      zcaEpsilon: epsilon = 1e-6,
    } = this.options;
    const { mean, deviation } = channelStatistics(images);
    if (!zcaWhitening) return featurewiseStdNormalization ? { mean, deviation } : { mean };
    const rows = firstRows(images, zcaImages);
    const count = rows.shape[0]!;
    const width = rows.values.length / count;
    const dimensions = Math.min(count, width);
    const compute = () => {
      const time = duration(dimensions, width);
      onSlow?.(
        `whitening matrix from ${count} images: eigenvectors in ${dimensions} dimensions, about ${time} ...`,
      );
      return zcaMatrix(engine, rows, { shift: mean, epsilon });
    };
    const from = `the first ${count} images, centred on the mean of ${images.shape[0]}`;
    return { mean, matrix: await keep({ from, epsilon, width }, compute) };
  }
}

function checkFit(images: HostRows, options: GeneratorFitOptions): void {
  const what = "ImageDataGenerator.fit";
  rowsAndWidth(what, images);
  if (images.shape.length !== 4)
    throw new ShapeError(`${what}: expects images [n,h,w,c], got ${formatShape(images.shape)}.`);
  checkFiniteRows(what, images);
  checkOptionNames(what, options, { keep: true, zcaImages: true, onSlow: true });
  const { keep, zcaImages = 1, onSlow } = options;
  for (const [name, value] of Object.entries({ keep, onSlow }))
    if (value !== undefined) checkFunction(what, name, value);
  const isCount = () => Number.isInteger(zcaImages) && zcaImages >= 1;
  checkOption(what, "zcaImages", zcaImages, isCount, "a positive integer");
}

function augmentOptions(options: ImageDataGeneratorOptions): AugmentOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(augmentOptionNames, name)),
  );
}

function firstRows(images: HostRows, count = Number.POSITIVE_INFINITY): HostRows {
  const [rows = 0, ...shape] = images.shape;
  if (count >= rows) return images;
  const { values } = images;
  const end = (count * values.length) / rows;
  const first = ArrayBuffer.isView(values) ? values.subarray(0, end) : values.slice(0, end);
  return { ...images, values: first, shape: [count, ...shape] };
}

/** Of an eigen-decomposition, 5 s for 768 dimensions on a common core and growing with the cube, and of the products. */
function duration(dimensions: number, width: number): string {
  const seconds = 5 * (dimensions / 768) ** 3 + (dimensions * width ** 2) / 5e8;
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;
}

const standardizing: Readonly<Record<string, string>> = {
  samplewiseCenter: "each image centred",
  samplewiseStdNormalization: "each image divided by its deviation",
  featurewiseCenter: "channels centred",
  featurewiseStdNormalization: "channels divided by their deviation",
  zcaWhitening: "ZCA whitening",
};

/** Options as a phrase. */
export function describeGenerator(options: ImageDataGeneratorOptions): string {
  const words: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === false || value === 0) continue;
    if (name === "zcaEpsilon") words.push(`epsilon ${value}`);
    else if (name === "validationSplit") words.push(`the first ${100 * Number(value)} % for validation`);
    else if (Object.hasOwn(standardizing, name)) words.push(standardizing[name]!);
    else if (typeof value === "boolean") words.push(spaced(name));
    else words.push(`${spaced(name)} ${Array.isArray(value) ? value.join(" to ") : value}`);
  }
  return words.join(", ") || "nothing";
}

function spaced(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
