/** @file Fuzzes layers and their options, initialisers, regularisers, schedules, and how models are put together. */
import { describe, it } from "vitest";
import {
  Activation,
  Add,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Conv2DTranspose,
  Cropping2D,
  constant,
  constantRate,
  cosine,
  Dense,
  DenseTranspose,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GaussianNoise,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  glorotNormal,
  halving,
  heNormal,
  Input,
  initializer,
  input,
  type Layer,
  LayerNormalization,
  l1,
  l1l2,
  l2,
  lecunNormal,
  MaxPooling2D,
  model,
  orthogonal,
  piecewise,
  Reshape,
  randomNormal,
  randomUniform,
  sequential,
  timeDecay,
  truncatedNormal,
  UpSampling2D,
  warmup,
  ZeroPadding2D,
} from "../../models/index.ts";
import { attack, type Target } from "./attack.ts";
import { useSurroundings } from "./surroundings.ts";

const shared = { trainable: true, activityRegularizer: l2(0.01) };
const weights = { ...shared, useBias: true, activation: "relu", biasInitializer: constant(1) };
const penalties = { kernelRegularizer: l1(0.1), biasRegularizer: l1l2(0.1, 0.2) };
const kernel = { kernelInitializer: heNormal(), ...penalties };
const sliding = { strides: [1, 2], padding: "same" };

/** A layer that is used on an input of `shape`; its errors begin with its class, as it has no name yet. */
function layer(
  name: string,
  make: (...args: never[]) => Layer,
  args: readonly unknown[],
  shape: number[],
): Target {
  const call = (...given: never[]) => void make(...given).apply(input(shape));
  return { name, call, sound: () => args };
}

const image = [4, 5, 3];
const layers: readonly Target[] = [
  layer("Dense", Dense, [3, { ...weights, ...kernel }], [4]),
  layer("Activation", Activation, ["softmax", shared], [4]),
  layer("Dropout", Dropout, [0.5, shared], [4]),
  layer("GaussianNoise", GaussianNoise, [0.5, shared], [4]),
  layer("Flatten", Flatten, [shared], image),
  layer("Reshape", Reshape, [[5, -1], shared], image),
  layer(
    "Conv2D",
    Conv2D,
    [4, [2, 3], { ...weights, ...kernel, ...sliding, dilationRate: 1, groups: 1 }],
    image,
  ),
  layer("Conv2DTranspose", Conv2DTranspose, [4, 2, { ...weights, ...kernel, ...sliding }], image),
  layer(
    "DepthwiseConv2D",
    DepthwiseConv2D,
    [2, { ...weights, depthMultiplier: 2, depthwiseInitializer: heNormal(), depthwiseRegularizer: l1() }],
    image,
  ),
  layer("MaxPooling2D", MaxPooling2D, [[2, 1], { ...shared, ...sliding }], image),
  layer("AveragePooling2D", AveragePooling2D, [2, { ...shared, ...sliding }], image),
  layer("GlobalAveragePooling2D", GlobalAveragePooling2D, [shared], image),
  layer("GlobalMaxPooling2D", GlobalMaxPooling2D, [shared], image),
  layer("UpSampling2D", UpSampling2D, [[2, 1], shared], image),
  layer(
    "ZeroPadding2D",
    ZeroPadding2D,
    [
      [
        [1, 0],
        [2, 1],
      ],
      shared,
    ],
    image,
  ),
  layer(
    "Cropping2D",
    Cropping2D,
    [
      [
        [1, 0],
        [2, 1],
      ],
      shared,
    ],
    image,
  ),
  layer(
    "BatchNormalization",
    BatchNormalization,
    [{ ...shared, momentum: 0.9, epsilon: 0.01, movingVarianceRule: "biased" }],
    image,
  ),
  layer("LayerNormalization", LayerNormalization, [{ ...shared, epsilon: 0.01 }], image),
  layer(
    "DenseTranspose",
    DenseTranspose,
    [usedDense(), { ...shared, activation: "tanh", biasInitializer: constant(0), biasRegularizer: l2() }],
    [3],
  ),
];

/** A layer to be tied to. */
function usedDense() {
  const tied = Dense(3);
  tied.apply(input([4]));
  return tied;
}

const graphs: readonly Target[] = [
  {
    name: "Input",
    sound: () => [[4, 5], shared],
    call: (...args: Parameters<typeof Input>) => void Input(...args),
  },
  {
    name: "Input",
    sound: () => [[4, 5], shared],
    call: (...args: Parameters<typeof input>) => void input(...args),
  },
  { name: "Add", sound: () => [[input([4]), input([4])]], call: (inputs) => void Add().apply(inputs) },
  {
    name: "Concatenate",
    sound: () => [{ ...shared, axis: 1 }, [input([4]), input([5])]],
    call: (options, inputs) => void Concatenate(options).apply(inputs),
  },
  { name: "Dense", sound: () => [input([4])], call: (x) => void Dense(3).apply(x) },
  {
    name: "sequential|Dense",
    sound: () => [[Input([4]), Dense(3), Flatten()], { ...shared, name: "net" }],
    call: (...args: Parameters<typeof sequential>) => void sequential(...args),
  },
  {
    name: "model",
    sound: () => {
      const x = input([4]);
      return [{ inputs: [x], outputs: [Dense(3).apply(x)], ...shared, name: "net" }];
    },
    call: (...args: Parameters<typeof model>) => void model(...args),
  },
];

const random = { seed: 1, stream: 2 };
type Make = (...args: never[]) => ReturnType<typeof constant>;
const draw = (name: string, make: Make, args: readonly unknown[]): Target => ({
  name,
  sound: () => args,
  call: (...given: never[]) => make(...given)([2, 3], random),
});

const rules: readonly Target[] = [
  draw("constant", constant, [1]),
  draw("randomUniform", randomUniform, [-1, 1]),
  draw("randomNormal", randomNormal, [0, 1]),
  draw("truncatedNormal", truncatedNormal, [0, 1]),
  draw("glorotNormal", glorotNormal, ["normal"]),
  draw("heNormal", heNormal, ["truncated_normal_uncorrected"]),
  draw("lecunNormal", lecunNormal, ["normal"]),
  draw("orthogonal", orthogonal, [2]),
  { name: "initializer", sound: () => ["heNormal"], call: (name) => void initializer(name) },
  ...Object.entries({ l1, l2 }).map(([name, call]) => ({ name, call, sound: () => [0.1] })),
  { name: "l1l2", call: l1l2, sound: () => [0.1, 0.2] },
  { name: "constantRate", sound: () => [0.1], call: (rate) => constantRate(rate)(3) },
  {
    name: "halving",
    sound: () => [{ initial: 1, every: 2, floor: 0.1 }],
    call: (options) => halving(options)(3),
  },
  { name: "timeDecay", sound: () => [{ initial: 1, decay: 0.1 }], call: (options) => timeDecay(options)(3) },
  {
    name: "cosine",
    sound: () => [{ initial: 1, length: 10, floor: 0.1 }],
    call: (options) => cosine(options)(3),
  },
  { name: "warmup", sound: () => [5, constantRate(1)], call: (length, after) => warmup(length, after)(3) },
  {
    name: "piecewise",
    sound: () => [
      [1, 2],
      [0.1, 0.2, 0.3],
    ],
    call: (at, rates) => piecewise(at, rates)(1),
  },
];

describe.each([
  { family: "layers", targets: layers },
  { family: "graphs", targets: graphs },
  { family: "initialisers, regularisers and schedules", targets: rules },
])("$family", ({ targets }) => {
  const surroundings = useSurroundings();

  it.each(targets)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
