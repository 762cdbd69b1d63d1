/**
 * @file An example of every layer, from which the tests of all layers are made: its arguments and options, none of them the
 * default, the inputs it takes, and what it gives. every-layer.test.ts sees to it that no layer is missing.
 */
import { square } from "../../../kernels/elementwise/index.ts";
import * as w from "../../../models/index.ts";

type Shape = readonly number[];

export interface LayerExample {
  /** Keras's name, which is that of the function */
  readonly name: string;
  readonly make: (...args: never[]) => w.Layer;
  /** before the options; made anew for every call, for layers that refer to others */
  readonly args: () => readonly unknown[];
  /** beside those that every layer has */
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** shapes of its weights by Keras's names */
  readonly weights: Readonly<Record<string, Shape>>;
  /** a function that no file holds is among its arguments */
  readonly unsaveable?: true;
}

/** [h, w, c] */
const image: Shape = [6, 5, 4];
const weightOptions = {
  useBias: true,
  activation: "relu",
  biasInitializer: w.constant(1),
  biasRegularizer: w.l1l2(0.1, 0.2),
};
const kernelOptions = { kernelInitializer: w.heNormal("normal"), kernelRegularizer: "l1" };
const sliding = { strides: [1, 2], padding: "same" };

function example(
  make: LayerExample["make"],
  args: readonly unknown[] | (() => readonly unknown[]),
  options: LayerExample["options"],
  inputs: readonly Shape[],
  output: Shape,
  weights: LayerExample["weights"] = {},
): LayerExample {
  const name = make.name;
  return {
    name,
    make,
    args: typeof args === "function" ? args : () => args,
    options,
    inputs,
    output,
    weights,
  };
}

const merged = (make: LayerExample["make"], count = 3) =>
  example(make, [], {}, Array<Shape>(count).fill([2, 3]), [2, 3]);
const margins = [
  [1, 0],
  [2, 1],
];

export const layerExamples: readonly LayerExample[] = [
  example(w.Activation, ["selu"], {}, [[4]], [4]),
  merged(w.Add),
  merged(w.Average),
  example(w.AveragePooling2D, [3], sliding, [image], [6, 3, 4]),
  example(
    w.BatchNormalization,
    [],
    { momentum: 0.9, epsilon: 0.01, movingVarianceRule: "biased" },
    [image],
    image,
    { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] },
  ),
  example(
    w.Concatenate,
    [],
    { axis: 1 },
    [
      [2, 3],
      [4, 3],
    ],
    [6, 3],
  ),
  example(
    w.Conv2D,
    [4, [3, 2]],
    { ...weightOptions, ...kernelOptions, ...sliding, dilationRate: 1, groups: 2 },
    [image],
    [6, 3, 4],
    { kernel: [3, 2, 2, 4], bias: [4] },
  ),
  example(
    w.Conv2DTranspose,
    [3, 2],
    { ...weightOptions, ...kernelOptions, ...sliding },
    [image],
    [6, 10, 3],
    { kernel: [2, 2, 3, 4], bias: [3] },
  ),
  example(w.Cropping2D, [margins], {}, [image], [5, 2, 4]),
  example(w.Dense, [3], { ...weightOptions, ...kernelOptions }, [[4]], [3], { kernel: [4, 3], bias: [3] }),
  example(
    w.DenseTranspose,
    () => [usedDense()],
    { activation: "tanh", biasInitializer: "ones", biasRegularizer: w.l2() },
    [[3]],
    [4],
    { bias: [4] },
  ),
  example(
    w.DepthwiseConv2D,
    [2],
    {
      ...weightOptions,
      depthMultiplier: 2,
      depthwiseInitializer: "he_normal",
      depthwiseRegularizer: "l1_l2",
    },
    [image],
    [5, 4, 8],
    { depthwise_kernel: [2, 2, 4, 2], bias: [8] },
  ),
  example(w.Dropout, [0.25], {}, [[3]], [3]),
  example(w.Flatten, [], {}, [[3, 2]], [6]),
  example(w.GaussianNoise, [0.25], {}, [[3]], [3]),
  example(w.GlobalAveragePooling2D, [], {}, [image], [4]),
  example(w.GlobalMaxPooling2D, [], {}, [image], [4]),
  example(
    w.GroupNormalization,
    [],
    {
      groups: 2,
      epsilon: 0.1,
      center: true,
      scale: true,
      betaInitializer: "ones",
      gammaInitializer: { name: "constant", value: 2 },
      betaRegularizer: "l2",
      gammaRegularizer: w.l1(0.5),
    },
    [image],
    image,
    { gamma: [4], beta: [4] },
  ),
  {
    ...example(w.Lambda, [square], { outputShape: [4], crossesSamples: true }, [[4]], [4]),
    unsaveable: true,
  },
  example(w.LayerNormalization, [], { epsilon: 0.5 }, [[2, 3]], [2, 3], { gamma: [3], beta: [3] }),
  example(w.LeakyReLU, [], { negativeSlope: 0.1 }, [[3]], [3]),
  example(w.MaxPooling2D, [[3, 2]], sliding, [image], [6, 3, 4]),
  merged(w.Maximum),
  merged(w.Minimum),
  merged(w.Multiply),
  example(
    w.PReLU,
    [],
    { alphaInitializer: w.randomUniform(0, 0.5), alphaRegularizer: "l2", sharedAxes: [1, 2] },
    [image],
    image,
    { alpha: [1, 1, 4] },
  ),
  example(w.Permute, [[2, 3, 1]], {}, [image], [5, 4, 6]),
  example(w.ReLU, [], { maxValue: 0.5, negativeSlope: 0.1, threshold: 0.2 }, [[3]], [3]),
  example(w.RepeatVector, [3], {}, [[4]], [3, 4]),
  example(w.Rescaling, [0.5], { offset: -1 }, [[3]], [3]),
  example(w.Reshape, [[5, -1]], {}, [image], [5, 24]),
  example(
    w.SeparableConv2D,
    [3, 2],
    {
      ...weightOptions,
      ...sliding,
      dilationRate: 1,
      depthMultiplier: 2,
      depthwiseInitializer: "lecunUniform",
      pointwiseInitializer: { class_name: "RandomNormal", config: { mean: 0.0, stddev: 0.1, seed: null } },
      depthwiseRegularizer: w.l2(0.5),
      pointwiseRegularizer: { class_name: "L2", config: { l2: 0.25 } },
    },
    [image],
    [6, 3, 3],
    { depthwise_kernel: [2, 2, 4, 2], pointwise_kernel: [1, 1, 8, 3], bias: [3] },
  ),
  example(w.Softmax, [], { axis: 1 }, [[4, 3]], [4, 3]),
  example(w.SpatialDropout2D, [0.25], {}, [image], image),
  merged(w.Subtract, 2),
  example(w.UpSampling2D, [[2, 1]], {}, [image], [12, 5, 4]),
  example(w.ZeroPadding2D, [margins], {}, [image], [7, 8, 4]),
];

/** The layer with all of its options, and those that every layer has. */
export function makeExample({ make, args, options }: LayerExample, shared: w.LayerOptions = {}): w.Layer {
  const given: readonly unknown[] = [...args(), { ...options, ...shared }];
  return make(...(given as never[]));
}

/** A layer to be tied to. */
function usedDense() {
  const tied = w.Dense(3);
  tied.apply(w.input([4]));
  return tied;
}
