import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { conv2dReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { epilogueGradientReference, epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import {
  type DepthwiseSizes,
  depthwiseConv2dGradientReference,
  depthwiseConv2dReference,
} from "../../../kernels/depthwise-conv2d/depthwise-conv2d.reference.ts";
import { depthwiseConv2d } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { resolveWindow, type WindowOptions } from "../../../kernels/window.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, sixteenths } from "../../support/random.ts";

const upTo = (max: number) => fc.integer({ min: 1, max });
const cases = fc
  .record({
    image: fc.tuple(upTo(3), upTo(9), upTo(9), fc.constantFrom(1, 3, 4, 5, 8)),
    window: fc.tuple(upTo(4), upTo(4)),
    multiplier: fc.constantFrom(1, 1, 2, 3, 4),
    strides: fc.tuple(upTo(3), upTo(3)),
    dilation: fc.tuple(upTo(2), upTo(2)),
    padding: fc.constantFrom("same", "valid"),
    hasBias: fc.boolean(),
    activation: fc.constantFrom("linear", "relu", "sigmoid", "tanh"),
    seed: fc.nat(1e6),
  })
  .filter(({ image, window, dilation, padding }) => {
    const fits = (axis: 0 | 1) => (window[axis] - 1) * dilation[axis] + 1 <= image[axis + 1]!;
    return padding === "same" || (fits(0) && fits(1));
  });

function sizesOf(image: readonly number[], multiplier: number, options: WindowOptions): DepthwiseSizes {
  return { ...resolveWindow("test", image, options), batch: image[0]!, channels: image[3]!, multiplier };
}

/** The reference with bias and activation, and the gradients of image, filters and, if there is one, bias. */
function layerReference(sizes: DepthwiseSizes, activation: FusedActivation) {
  return {
    forward: (image: Array64, filters: Array64, bias?: Array64) =>
      epilogueReference(depthwiseConv2dReference(image, filters, sizes), bias, activation),
    gradient: (dy: Array64, image: Array64, filters: Array64, bias?: Array64) => {
      const z = depthwiseConv2dReference(image, filters, sizes);
      const { dz, dbias } = epilogueGradientReference(dy, z, bias, activation);
      return [...depthwiseConv2dGradientReference(dz, image, filters, sizes), ...dbias];
    },
  };
}

describe("depthwiseConv2d", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, on random layers", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ image, multiplier, hasBias, activation, seed, window, ...options }) => {
          const sizes = sizesOf(image, multiplier, { window, ...options });
          const { forward, gradient } = layerReference(sizes, activation);
          const filters = [...window, image[3], multiplier];
          const inputs = [sixteenths(image, seed), sixteenths(filters, seed + 1)];
          const taps = window[0] * window[1];
          const positions = image[0] * sizes.outHeight * sizes.outWidth;
          await expectMatchesReference(
            engine(),
            (x, f, bias) => depthwiseConv2d(x!, f!, { ...options, bias, activation }),
            (x, f, bias) => forward(x!, f!, bias),
            (dy, x, f, bias) => gradient(dy, x!, f!, bias),
            hasBias ? [...inputs, sixteenths([image[3] * multiplier], seed + 2)] : inputs,
            {
              forward: { terms: taps, scale: 1 },
              gradients: [taps * multiplier, positions, positions].map((terms) => ({ terms, scale: 1 })),
            },
          );
        },
      ),
      properties,
    );
  });

  it.each([
    { strides: 1, dilation: 2, padding: "same", activation: "tanh" },
    { strides: [2, 3], dilation: 1, padding: "valid", activation: "sigmoid" },
  ] as const)("has a reference whose gradient agrees with central differences: %j", (layer) => {
    const { activation, ...options } = layer;
    const sizes = sizesOf([2, 6, 7, 3], 2, { window: [3, 2], ...options });
    const { forward, gradient } = layerReference(sizes, activation);
    checkReferenceGradient(
      (x, f, bias) => forward(x!, f!, bias),
      (dy, x, f, bias) => gradient(dy, x!, f!, bias),
      [randomArray([2, 6, 7, 3], 1), randomArray([3, 2, 3, 2], 2), randomArray([6], 3)],
    );
  });

  it("has a reference that is a convolution with one group per channel", () => {
    const [image, filters] = [randomArray([2, 6, 7, 3], 1), randomArray([3, 2, 3, 2], 2)];
    const sizes = sizesOf(image.shape, 2, { window: [3, 2], strides: 2, padding: "same" });
    const grouped = conv2dReference(image, filters, { ...sizes, filters: 6, groups: 3 });
    expect(depthwiseConv2dReference(image, filters, sizes)).toEqual(grouped);
  });

  it("keeps channels apart: channel c makes the outputs from c * multiplier on", async () => {
    const image = engine().tensor([1, 10], [1, 1, 1, 2]);
    const filters = engine().tensor([1, 2, 3, 4], [1, 1, 2, 2]);
    expect([...(await depthwiseConv2d(image, filters).data())]).toEqual([1, 2, 30, 40]);
  });

  it("explains what does not fit", () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    const image = zeros(2, 4, 4, 3);
    expect(() => depthwiseConv2d(image, zeros(3, 3, 5, 2))).toThrow(ShapeError);
    expect(() => depthwiseConv2d(image, zeros(3, 3, 5, 2))).toThrow(
      "depthwiseConv2d: filters expect 5 input channels, image has 3. " +
        "image [2,4,4,3] (n,h,w,c), filters [3,3,5,2] (kh,kw,c,multiplier).",
    );
    expect(() => depthwiseConv2d(zeros(4, 4, 3), zeros(3, 3, 3, 1))).toThrow(
      "depthwiseConv2d: expects an image and filters of four axes each. image [4,4,3]",
    );
    expect(() => depthwiseConv2d(image, zeros(3, 3, 3, 2), { bias: zeros(3) })).toThrow(
      "depthwiseConv2d: bias must be [6], got [3].",
    );
    expect(() => depthwiseConv2d(image, zeros(5, 3, 3, 1))).toThrow(
      'depthwiseConv2d: a 5x3 window does not fit the image [2,4,4,3] with padding "valid".',
    );
    expect(() => depthwiseConv2d(image, zeros(3, 3, 3, 1), { strides: 0 })).toThrow(ArgumentError);
  });
});
