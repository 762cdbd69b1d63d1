import { describe, expect, it } from "vitest";
import type { Layer } from "../../models/index.ts";
import * as wgrad from "../../models/index.ts";

/** Every layer with other settings than its defaults. */
const layers: readonly (readonly [Layer, number[][]])[] = [
  [wgrad.Activation("selu"), [[4]]],
  [wgrad.Add(), [[4], [4]]],
  [wgrad.AveragePooling2D(3, { strides: 1, padding: "same" }), [[6, 6, 2]]],
  [wgrad.BatchNormalization({ momentum: 0.9, trainable: false }), [[4]]],
  [
    wgrad.Concatenate({ axis: 1 }),
    [
      [2, 3],
      [4, 3],
    ],
  ],
  [wgrad.Conv2D(4, [3, 2], { strides: 2, useBias: false, groups: 2 }), [[7, 7, 2]]],
  [wgrad.Conv2DTranspose(4, 3, { strides: 2 }), [[5, 5, 2]]],
  [wgrad.Cropping2D(1), [[5, 5, 2]]],
  [wgrad.Dense(4, { activation: "relu", useBias: false, kernelRegularizer: wgrad.l2(0.5) }), [[3]]],
  [wgrad.DepthwiseConv2D(3, { depthMultiplier: 2 }), [[5, 5, 2]]],
  [wgrad.Dropout(0.25, { name: "drop" }), [[3]]],
  [wgrad.Flatten(), [[3, 2]]],
  [wgrad.GaussianNoise(0.25), [[3]]],
  [wgrad.GlobalAveragePooling2D(), [[3, 3, 2]]],
  [wgrad.GlobalMaxPooling2D(), [[3, 3, 2]]],
  [wgrad.LayerNormalization({ epsilon: 0.5 }), [[3]]],
  [wgrad.MaxPooling2D(3, { strides: 1 }), [[6, 6, 2]]],
  [wgrad.Reshape([3, -1], { activityRegularizer: wgrad.l1(0.5) }), [[6]]],
  [wgrad.UpSampling2D(3), [[2, 2, 1]]],
  [wgrad.ZeroPadding2D(2), [[2, 2, 1]]],
];

/** What is public of a layer, and its weights. */
function settings(layer: Layer) {
  const { variables, ...fields } = { ...layer } as Record<string, unknown> & Pick<Layer, "variables">;
  const weights = variables.map(({ name, shape, trainable, regularizer }) => ({
    name,
    shape,
    trainable,
    regularizer,
  }));
  return { ...fields, weights };
}

describe("a copied layer", () => {
  it.each(
    layers.map(([layer, shapes]) => [layer.className, layer, shapes] as const),
  )("%s has the same settings and variables of its own", (_, layer, shapes) => {
    const inputs = shapes.map((shape) => wgrad.input(shape));
    const output = layer.apply(inputs);
    const twin = layer.twin(() => layer);
    expect(twin).not.toBe(layer);
    expect(twin.constructor).toBe(layer.constructor);
    expect(settings(twin)).toEqual(settings(layer));
    for (const variable of twin.variables) expect(layer.variables).not.toContain(variable);
    expect(twin.apply(inputs).shape).toEqual(output.shape);
  });
});
