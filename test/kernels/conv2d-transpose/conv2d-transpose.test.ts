import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { conv2dInputGradientReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import {
  conv2dTransposeGradientReference,
  conv2dTransposeReference,
  type TransposedSizes,
} from "../../../kernels/conv2d-transpose/conv2d-transpose.reference.ts";
import { conv2dTranspose } from "../../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { epilogueGradientReference, epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, sixteenths } from "../../support/random.ts";

const upTo = (max: number) => fc.integer({ min: 1, max });
const channels = fc.constantFrom(1, 3, 4, 5, 8);
const cases = fc.record({
  image: fc.tuple(upTo(3), upTo(5), upTo(5), channels),
  window: fc.tuple(upTo(4), upTo(4)),
  filters: channels,
  strides: fc.tuple(upTo(3), upTo(3)),
  dilation: fc.tuple(upTo(2), upTo(2)),
  padding: fc.constantFrom("same", "valid"),
  hasBias: fc.boolean(),
  activation: fc.constantFrom("linear", "relu", "sigmoid", "tanh"),
  seed: fc.nat(1e6),
});

/** The reference with bias and activation, and the gradients of image, filters and, if there is one, bias. */
function layerReference(sizes: TransposedSizes, activation: FusedActivation) {
  return {
    forward: (image: Array64, filters: Array64, bias?: Array64) =>
      epilogueReference(conv2dTransposeReference(image, filters, sizes), bias, activation),
    gradient: (dy: Array64, image: Array64, filters: Array64, bias?: Array64) => {
      const z = conv2dTransposeReference(image, filters, sizes);
      const { dz, dbias } = epilogueGradientReference(dy, z, bias, activation);
      return [...conv2dTransposeGradientReference(dz, image, filters, sizes), ...dbias];
    },
  };
}

describe("conv2dTranspose", () => {
  const engine = useEngine();

  // half as many runs as other properties: a run compiles three large pipelines
  const runs = { ...properties, numRuns: Math.ceil(properties.numRuns / 2) };

  it("matches the reference, forward and backward, on random layers", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, window, filters, hasBias, activation, seed, ...sizes }) => {
        const { forward, gradient } = layerReference(sizes, activation);
        const inputs = [sixteenths(image, seed), sixteenths([...window, filters, image[3]], seed + 1)];
        const taps = window[0] * window[1];
        const positions = image[0] * image[1] * image[2];
        await expectMatchesReference(
          engine(),
          (x, f, bias) => conv2dTranspose(x!, f!, { ...sizes, bias, activation }),
          (x, f, bias) => forward(x!, f!, bias),
          (dy, x, f, bias) => gradient(dy, x!, f!, bias),
          hasBias ? [...inputs, sixteenths([filters], seed + 2)] : inputs,
          {
            forward: { terms: taps * image[3], scale: 1 },
            gradients: [taps * filters, positions, positions * taps].map((terms) => ({ terms, scale: 1 })),
          },
        );
      }),
      runs,
    );
  });

  it.each([
    { strides: [1, 1], dilation: [2, 2], padding: "same", activation: "tanh" },
    { strides: [2, 3], dilation: [1, 1], padding: "valid", activation: "sigmoid" },
  ] as const)("has a reference whose gradient agrees with central differences: %j", (layer) => {
    const { activation, ...sizes } = layer;
    const { forward, gradient } = layerReference(sizes, activation);
    checkReferenceGradient(
      (x, f, bias) => forward(x!, f!, bias),
      (dy, x, f, bias) => gradient(dy, x!, f!, bias),
      [randomArray([2, 3, 4, 3], 1), randomArray([3, 2, 4, 3], 2), randomArray([4], 3)],
    );
  });

  it.each([
    { strides: 2, padding: "same", window: [3, 4] }, // 6 and 10 are multiples of the stride
    { strides: [1, 5], padding: "valid", window: [3, 2] }, // two windows end before the last column
  ] as const)("has a reference that is conv2d's gradient with respect to its image: %j", (sizes) => {
    const problem = convolution({ image: [2, 6, 10, 4], filters: 3, ...sizes });
    const filters = randomArray([...sizes.window, 4, 3], 2);
    const dy = randomArray([2, problem.outHeight, problem.outWidth, 3], 1);
    const strides = [problem.strideHeight, problem.strideWidth] as const;
    const options = { strides, dilation: [1, 1] as const, padding: sizes.padding };
    const y = conv2dTransposeReference(dy, filters, options);
    const gradient = conv2dInputGradientReference(dy, filters, problem);
    expect(y.shape).toEqual(gradient.shape);
    for (const [i, value] of gradient.data.entries()) expect(y.data[i]).toBeCloseTo(value, 12);
  });

  it("stamps the filters onto the output", async () => {
    const image = engine().tensor([1, 10], [1, 1, 2, 1]);
    const filters = engine().tensor([1, 2, 3], [1, 3, 1, 1]);
    const stamp = async (stride: number, padding: "same" | "valid") => {
      const y = conv2dTranspose(image, filters, { strides: [1, stride], padding });
      return [y.shape[2], ...(await y.data())];
    };
    expect(await stamp(1, "valid")).toEqual([4, 1, 2 + 10, 3 + 20, 30]);
    expect(await stamp(1, "same")).toEqual([2, 2 + 10, 3 + 20]); // one cut off on both sides
    expect(await stamp(2, "valid")).toEqual([5, 1, 2, 3 + 10, 20, 30]);
    expect(await stamp(2, "same")).toEqual([4, 1, 2, 3 + 10, 20]); // the odd one is cut off behind
  });

  it.each([1, 2, 3, 4, 5])("adds a bias of %i channels", async (filters) => {
    const image = engine().zeros([1, 2, 3, 1]);
    const bias = randomArray([filters], filters);
    const y = conv2dTranspose(image, engine().zeros([1, 1, filters, 1]), {
      bias: engine().tensor(bias.data, bias.shape),
    });
    const expected = Array.from({ length: 6 }, () => [...bias.data]).flat();
    expect([...(await y.data())]).toEqual(expected);
  });

  it("keeps NaN through its activations", async () => {
    const image = engine().tensor([Number.NaN, 1], [1, 1, 2, 1]);
    const filters = engine().tensor([1], [1, 1, 1, 1]);
    for (const activation of ["relu", "sigmoid", "tanh"] as const) {
      const y = await conv2dTranspose(image, filters, { activation }).data();
      expect([...y].map(Number.isNaN), activation).toEqual([true, false]);
    }
  });

  it("explains what does not fit", () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    const image = zeros(2, 4, 4, 3);
    expect(() => conv2dTranspose(image, zeros(3, 3, 3, 5))).toThrow(ShapeError);
    expect(() => conv2dTranspose(image, zeros(3, 3, 3, 5))).toThrow(
      "conv2dTranspose: filters expect 5 input channels, image has 3. " +
        "image [2,4,4,3] (n,h,w,c), filters [3,3,3,5] (kh,kw,k,c).",
    );
    expect(() => conv2dTranspose(image, zeros(3, 3, 3))).toThrow(
      "conv2dTranspose: expects an image and filters of four axes each.",
    );
    expect(() => conv2dTranspose(image, zeros(3, 3, 8, 3), { bias: zeros(3) })).toThrow(
      "conv2dTranspose: bias must be [8], got [3].",
    );
    expect(() => conv2dTranspose(image, zeros(3, 3, 8, 3), { strides: [1, 0] })).toThrow(ArgumentError);
    expect(() => conv2dTranspose(image, zeros(3, 3, 8, 3), { padding: "full" as "same" })).toThrow(
      'conv2dTranspose: padding must be "same" or "valid", got "full".',
    );
  });
});
