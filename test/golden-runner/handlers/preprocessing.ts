/** @file Kind preprocessing: standardization, whitening, affine augmentation, noise. */
import type { Engine, Tensor } from "../../../engine/index.ts";
import {
  channelStatistics,
  FeatureStandardizer,
  type FillMode,
  standardizeSamples,
  transformImages,
} from "../../../kernels/augment/index.ts";
import { add, clip, mul, scale } from "../../../kernels/elementwise/index.ts";
import { whiten, zcaMatrix } from "../../../kernels/pca/index.ts";
import type { HostRows } from "../../../kernels/rows.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";

const steps: Readonly<Record<string, (golden: GoldenCase, engine: Engine) => Promise<Results>>> = {
  featurewise_standardize: featurewise,
  samplewise_standardize: samplewise,
  zca,
  affine,
  corruption,
};

export function supportsPreprocessing(op: string): boolean {
  return Object.hasOwn(steps, op);
}

export async function runPreprocessing(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  return compareOutputs(golden, await steps[golden.op]!(golden, engine));
}

function rowsOf(golden: GoldenCase, name: string): HostRows {
  const { shape } = tensorOf(golden, name);
  return { values: Float32Array.from(numbersOf(tensorOf(golden, name))), shape };
}

function uploaded(golden: GoldenCase, engine: Engine, name: string): Tensor {
  const { values, shape } = rowsOf(golden, name);
  return engine.tensor(values, shape);
}

async function featurewise(golden: GoldenCase, engine: Engine): Promise<Results> {
  const statistics = channelStatistics(rowsOf(golden, "x"));
  using standardizer = new FeatureStandardizer(engine, statistics, new Attributes(golden).number("epsilon"));
  const y = standardizer.apply(uploaded(golden, engine, "x_test"));
  return { mean: statistics.mean, std: statistics.deviation, standardized_test: await floats(y) };
}

async function samplewise(golden: GoldenCase, engine: Engine): Promise<Results> {
  const epsilon = new Attributes(golden).number("epsilon");
  return { y: await floats(standardizeSamples(uploaded(golden, engine, "x"), epsilon)) };
}

async function zca(golden: GoldenCase, engine: Engine): Promise<Results> {
  const attrs = new Attributes(golden);
  const rows = rowsOf(golden, "x");
  const { mean, deviation } = channelStatistics(rows);
  const divide = attrs.boolean("featurewise_std");
  const matrix = await zcaMatrix(engine, rows, {
    shift: mean,
    ...(divide && { divisor: deviation.map((value) => value + 1e-7) }), // Keras's epsilon, as in the featurewise rule
    epsilon: attrs.number("zca_epsilon"),
  });
  using standardizer = new FeatureStandardizer(engine, divide ? { mean, deviation } : { mean });
  const standardized = standardizer.apply(uploaded(golden, engine, "x_test"));
  const width = Math.sqrt(matrix.length);
  const whitened = whiten(standardized, engine.tensor(matrix, [width, width]));
  return { mean, matrix, whitened_test: await floats(whitened) };
}

async function affine(golden: GoldenCase, engine: Engine): Promise<Results> {
  const attrs = new Attributes(golden);
  const x = uploaded(golden, engine, "x");
  const transform = {
    theta: attrs.number("theta"),
    tx: attrs.number("tx"),
    ty: attrs.number("ty"),
    shear: attrs.number("shear"),
    zx: attrs.number("zx"),
    zy: attrs.number("zy"),
    flipHorizontal: attrs.boolean("flip_horizontal"),
    flipVertical: attrs.boolean("flip_vertical"),
  };
  const y = transformImages(x.view([1, ...x.shape]), [transform], {
    fillMode: attrs.string("fill_mode") as FillMode,
    fillValue: attrs.number("cval"),
    interpolation: attrs.number("order") === 0 ? "nearest" : "bilinear",
    centre: attrs.number("centre_offset") > 0 ? "keras" : "exact",
  });
  return { y: await floats(y) };
}

async function corruption(golden: GoldenCase, engine: Engine): Promise<Results> {
  const [x, mask, noise] = ["x", "mask", "noise"].map((name) => uploaded(golden, engine, name));
  const gaussian = add(x!, scale(noise!, new Attributes(golden).number("stddev")));
  return {
    masked: await floats(mul(x!, mask!)),
    gaussian: await floats(gaussian),
    gaussian_clipped: await floats(clip(gaussian, 0, 1)),
  };
}

async function floats(tensor: Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}
