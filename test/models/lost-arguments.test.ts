/** @file Arguments that a model, an optimizer or a generator would lose: what stands in the place of its options. Layers: every-layer.test.ts. */
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../engine/errors.ts";
import * as wgrad from "../../models/index.ts";
import { optimizersByName } from "../../models/optimizer-names.ts";

/** Factories that take options, with the sound arguments before them. */
const factories: Readonly<Record<string, (options: never) => unknown>> = {
  Input: (options) => wgrad.Input([4], options),
  sequential: (options) => wgrad.sequential([wgrad.Input([4]), wgrad.Dense(2)], options),
  ImageDataGenerator: (options) => new wgrad.ImageDataGenerator(options),
  ...optimizersByName,
};

describe("what stands in the place of options", () => {
  it.each(Object.entries(factories))("%s refuses it", (_, factory) => {
    for (const lost of [2, "same", true, [2, 2], () => 1])
      expect(() => factory(lost as never), String(lost)).toThrow(ArgumentError);
    expect(() => factory({ padding_: "same" } as never)).toThrow("there is no option padding_");
  });
});
