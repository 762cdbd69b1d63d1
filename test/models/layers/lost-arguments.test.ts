/** @file Arguments that a layer, an optimizer or a callback would lose: what stands in the place of its options. */
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import * as wgrad from "../../../models/index.ts";

/** Every factory that takes options, with the sound arguments before them. */
const factories: Readonly<Record<string, (options: never) => unknown>> = {
  Activation: (options) => wgrad.Activation("relu", options),
  Add: wgrad.Add,
  AveragePooling2D: (options) => wgrad.AveragePooling2D(2, options),
  BatchNormalization: wgrad.BatchNormalization,
  Concatenate: wgrad.Concatenate,
  Conv2D: (options) => wgrad.Conv2D(4, 3, options),
  Conv2DTranspose: (options) => wgrad.Conv2DTranspose(4, 3, options),
  Cropping2D: (options) => wgrad.Cropping2D(1, options),
  Dense: (options) => wgrad.Dense(4, options),
  DenseTranspose: (options) => wgrad.DenseTranspose(wgrad.Dense(4), options),
  DepthwiseConv2D: (options) => wgrad.DepthwiseConv2D(3, options),
  Dropout: (options) => wgrad.Dropout(0.5, options),
  Flatten: wgrad.Flatten,
  GaussianNoise: (options) => wgrad.GaussianNoise(0.5, options),
  GlobalAveragePooling2D: wgrad.GlobalAveragePooling2D,
  GlobalMaxPooling2D: wgrad.GlobalMaxPooling2D,
  Input: (options) => wgrad.Input([4], options),
  LayerNormalization: wgrad.LayerNormalization,
  MaxPooling2D: (options) => wgrad.MaxPooling2D(3, options),
  Reshape: (options) => wgrad.Reshape([2, 2], options),
  UpSampling2D: (options) => wgrad.UpSampling2D(2, options),
  ZeroPadding2D: (options) => wgrad.ZeroPadding2D(1, options),
  sequential: (options) => wgrad.sequential([wgrad.Input([4]), wgrad.Dense(2)], options),
  ImageDataGenerator: (options) => new wgrad.ImageDataGenerator(options),
  adadelta: wgrad.adadelta,
  adagrad: wgrad.adagrad,
  adam: wgrad.adam,
  adamw: wgrad.adamw,
  rmsprop: wgrad.rmsprop,
  sgd: wgrad.sgd,
};

describe("what stands in the place of options", () => {
  it("is tried with every layer that the models export", () => {
    const layers = Object.entries(wgrad).filter(([name, value]) => {
      const isFactory = typeof value === "function" && /^[A-Z]/.test(name) && !isClass(value);
      return isFactory && !/Callback|Checkpoint|Logger|Stopping|Plateau|Scheduler|Terminate/.test(name);
    });
    for (const [name] of layers) expect(Object.keys(factories)).toContain(name);
  });

  it.each(Object.entries(factories))("%s refuses it", (_, factory) => {
    for (const lost of [2, "same", true, [2, 2], () => 1])
      expect(() => factory(lost as never), String(lost)).toThrow(ArgumentError);
    expect(() => factory({ padding_: "same" } as never)).toThrow("there is no option padding_");
  });
});

function isClass(value: unknown): boolean {
  return String(value).startsWith("class");
}
