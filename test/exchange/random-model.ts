/** @file Random models of all layers that Keras has too: chains with branches and a model within. */
import fc from "fast-check";
import * as w from "../../models/index.ts";
import type { Layer } from "../../models/layers/layer.ts";

type Image = readonly [number, number, number];

const flag = fc.boolean();
const padding = fc.constantFrom("same" as const, "valid" as const);
const activation = fc.constantFrom(
  "linear" as const,
  "relu" as const,
  "tanh" as const,
  "elu" as const,
  "sigmoid" as const,
);
const start = fc.constantFrom("glorotUniform" as const, "heNormal" as const, "lecunUniform" as const);
const few = fc.integer({ min: 1, max: 4 });

/** A layer that takes and gives images of any size from 4x4 up. */
const imageLayer: fc.Arbitrary<() => Layer> = fc.oneof(
  fc
    .record({ padding, activation, useBias: flag, kernelInitializer: start })
    .map((options) => () => w.Conv2D(4, 3, { ...options, kernelRegularizer: w.l2(0.01) })),
  fc
    .record({ padding, dilationRate: fc.constantFrom(1, 2) })
    .map((options) => () => w.Conv2D(4, 2, { ...options, groups: 1 })),
  fc
    .record({ padding, strides: fc.constantFrom(1, 2), activation })
    .map((options) => () => w.Conv2DTranspose(3, 2, options)),
  fc.record({ padding, depthMultiplier: few }).map((options) => () => w.DepthwiseConv2D(2, options)),
  fc.record({ padding, activation, useBias: flag }).map((options) => () => w.SeparableConv2D(3, 3, options)),
  fc
    .record({ center: flag, scale: flag, momentum: fc.constant(0.9), epsilon: fc.constant(1e-4) })
    .map((options) => () => w.BatchNormalization(options)),
  fc
    .record({ center: flag, scale: flag })
    .map((options) => () => w.GroupNormalization({ ...options, groups: -1 })),
  fc.constant(() => w.LayerNormalization({ epsilon: 1e-4 })),
  fc.constant(() => w.MaxPooling2D(2, { strides: 1, padding: "same" })),
  fc.constant(() => w.AveragePooling2D([2, 1], { padding: "same", strides: 1 })),
  fc.constant(() =>
    w.ZeroPadding2D([
      [0, 1],
      [2, 0],
    ]),
  ),
  fc.constant(() =>
    w.Cropping2D([
      [1, 0],
      [0, 0],
    ]),
  ),
  fc.constant(() => w.UpSampling2D([1, 2])),
  fc.constant(() => w.Dropout(0.3)),
  fc.constant(() => w.SpatialDropout2D(0.3)),
  fc.constant(() => w.GaussianNoise(0.1)),
  fc.constant(() => w.Rescaling(0.5, { offset: 0.1 })),
  fc.constant(() => w.LeakyReLU({ negativeSlope: 0.2 })),
  fc.constant(() => w.PReLU({ sharedAxes: [1, 2], alphaInitializer: "ones" })),
  fc.constant(() => w.ReLU({ maxValue: 6, negativeSlope: 0.1 })),
  fc.constant(() => w.Softmax()),
  fc.constant(() => w.Permute([2, 1, 3])),
  activation.map((name) => () => w.Activation(name)),
);

const merges = [w.Add, w.Multiply, w.Average, w.Maximum, w.Minimum, w.Subtract];

/** A model from images, with the number of its layers as a measure for shrinking. */
export const randomModel: fc.Arbitrary<w.Model> = fc
  .record({
    first: fc.array(imageLayer, { maxLength: 3 }),
    inner: fc.option(fc.array(imageLayer, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    merge: fc.option(fc.nat(merges.length), { nil: undefined }),
    twice: flag,
    frozen: flag,
    head: fc.constantFrom("flatten" as const, "average" as const, "max" as const, "reshape" as const),
    sequential: flag,
  })
  .map(({ first, inner, merge, twice, frozen, head, sequential }) => {
    const shape: Image = [6, 6, 3];
    const ends = headLayers(head);
    if (sequential) return w.sequential([w.Input(shape), ...first.map((make) => make()), ...ends()]);
    const x = w.input(shape);
    let y = first.reduce((value, make) => make().apply(value), x);
    if (inner) {
      const z = w.input(y.shape);
      const outputs = inner.reduce((value, make) => make().apply(value), w.Conv2D(y.shape[2]!, 1).apply(z));
      const block = w.model({ inputs: z, outputs, name: "block", trainable: !frozen });
      y = block.apply(y);
      if (twice && y.shape.join() === z.shape.join()) y = block.apply(y);
    }
    if (merge !== undefined) {
      const [a, b] = [
        w.Conv2D(3, 1).apply(y),
        w.Conv2D(3, 3, { padding: "same", trainable: !frozen }).apply(y),
      ];
      const join = merges[merge] ?? w.Concatenate;
      y = join().apply([w.Activation("relu").apply(a), b]);
    }
    return w.model({ inputs: x, outputs: ends().reduce((value, layer) => layer.apply(value), y) });
  });

function headLayers(head: "flatten" | "average" | "max" | "reshape"): () => Layer[] {
  return () => [
    ...(head === "flatten" ? [w.Flatten()] : []),
    ...(head === "average" ? [w.GlobalAveragePooling2D()] : []),
    ...(head === "max" ? [w.GlobalMaxPooling2D()] : []),
    ...(head === "reshape" ? [w.Reshape([-1])] : []),
    w.Dense(3, { biasInitializer: { name: "constant", value: 0.1 }, activation: "tanh" }),
    w.RepeatVector(2),
    w.Dense(2, { activation: "softmax" }),
  ];
}
