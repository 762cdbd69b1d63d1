import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import {
  conv2dFilterGradientReference,
  conv2dInputGradientReference,
  conv2dReference,
} from "../../../kernels/conv2d/conv2d.reference.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { epilogueGradientReference, epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, sixteenths } from "../../support/random.ts";

const activations = ["linear", "relu", "sigmoid", "tanh"] as const;
const upTo = (max: number) => fc.integer({ min: 1, max });
const channels = fc.constantFrom(1, 3, 4, 5, 8);
const cases = fc
  .record({
    extent: fc.tuple(upTo(3), upTo(9), upTo(9)),
    window: fc.tuple(upTo(4), upTo(4)),
    groups: fc.constantFrom(1, 1, 2, 3),
    groupChannels: channels,
    groupFilters: channels,
    strides: fc.tuple(upTo(3), upTo(3)),
    dilation: fc.tuple(upTo(2), upTo(2)),
    padding: fc.constantFrom("same", "valid"),
    hasBias: fc.boolean(),
    activation: fc.constantFrom(...activations),
    seed: fc.nat(1e6),
  })
  .filter(({ extent, window, dilation, padding }) => {
    const fits = (axis: 0 | 1) => (window[axis] - 1) * dilation[axis] + 1 <= extent[axis + 1]!;
    return padding === "same" || (fits(0) && fits(1));
  });
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** The reference convolution with bias and activation, and the gradients of image, filters and, if there is one, bias. */
function layerReference(problem: Convolution, activation: FusedActivation) {
  return {
    forward: (image: Array64, filters: Array64, bias?: Array64) =>
      epilogueReference(conv2dReference(image, filters, problem), bias, activation),
    gradient: (dy: Array64, image: Array64, filters: Array64, bias?: Array64) => {
      const z = conv2dReference(image, filters, problem);
      const { dz, dbias } = epilogueGradientReference(dy, z, bias, activation);
      return [
        conv2dInputGradientReference(dz, filters, problem),
        conv2dFilterGradientReference(image, dz, problem),
        ...dbias,
      ];
    },
  };
}

/** Entries `from` to `from + size` of the last axis. */
function part({ shape, data }: Array64, from: number, size: number): Array64 {
  const last = shape.at(-1)!;
  const kept = data.filter((_, i) => i % last >= from && i % last < from + size);
  return { shape: [...shape.slice(0, -1), size], data: kept };
}

describe("conv2d", () => {
  const engine = useEngine();

  // half as many runs as other properties: a run compiles three large pipelines
  const runs = { ...properties, numRuns: Math.ceil(properties.numRuns / 2) };

  it("matches the reference, forward and backward, on random layers", async () => {
    await fc.assert(
      fc.asyncProperty(cases, (layer) => expectLayer(layer)),
      runs,
    );
  });

  async function expectLayer({ extent, window, groupChannels, groupFilters, seed, ...layer }: Case) {
    const { hasBias, activation, ...options } = layer;
    const filters = groupFilters * options.groups;
    const image = [...extent, groupChannels * options.groups];
    const problem = convolution({ image, window, filters, ...options });
    const { forward, gradient } = layerReference(problem, activation);
    const inputs = [sixteenths(image, seed), sixteenths([...window, groupChannels, filters], seed + 1)];
    const taps = window[0] * window[1];
    const positions = extent[0] * problem.outHeight * problem.outWidth;
    await expectMatchesReference(
      engine(),
      (x, f, bias) => conv2d(x!, f!, { ...options, bias, activation }),
      (x, f, bias) => forward(x!, f!, bias),
      (dy, x, f, bias) => gradient(dy, x!, f!, bias),
      hasBias ? [...inputs, sixteenths([filters], seed + 2)] : inputs,
      {
        forward: { terms: taps * groupChannels, scale: 1 },
        gradients: [taps * groupFilters, positions, positions].map((terms) => ({ terms, scale: 1 })),
      },
    );
  }

  it.each([
    { strides: 1, dilation: 2, padding: "same", activation: "tanh" },
    { strides: [2, 3], dilation: 1, padding: "valid", activation: "sigmoid" },
    { strides: 2, dilation: 1, padding: "same", activation: "relu", groups: 3 },
  ] as const)("has a reference whose gradient agrees with central differences: %j", (layer) => {
    const { activation, ...options } = layer;
    const problem = convolution({ image: [2, 6, 7, 3], window: [3, 2], filters: 6, ...options });
    const { forward, gradient } = layerReference(problem, activation);
    checkReferenceGradient(
      (x, f, bias) => forward(x!, f!, bias),
      (dy, x, f, bias) => gradient(dy, x!, f!, bias),
      [randomArray([2, 6, 7, 3], 1), randomArray([3, 2, 3 / problem.groups, 6], 2), randomArray([6], 3)],
    );
  });

  it("has a reference that convolves as by hand", () => {
    // 2 x 2 sums of the rows 1 2 3, 4 5 6, 7 8 9; with same padding the zeros are right and below
    const image: Array64 = { shape: [1, 3, 3, 1], data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) };
    const ones: Array64 = { shape: [2, 2, 1, 1], data: Float64Array.of(1, 1, 1, 1) };
    const sums = (padding: "same" | "valid") =>
      conv2dReference(image, ones, convolution({ image: image.shape, window: 2, filters: 1, padding }));
    expect([...sums("valid").data]).toEqual([12, 16, 24, 28]);
    expect([...sums("same").data]).toEqual([12, 16, 9, 24, 28, 15, 15, 17, 9]);
  });

  it("has a reference whose groups are convolutions side by side", () => {
    const [image, weights] = [randomArray([2, 4, 5, 6], 1), randomArray([3, 2, 3, 4], 2)];
    const sizes = { window: [3, 2], strides: [1, 2] } as const;
    const grouped = convolution({ ...sizes, image: image.shape, filters: 4, groups: 2 });
    const y = conv2dReference(image, weights, grouped);
    const alone = convolution({ ...sizes, image: [2, 4, 5, 3], filters: 2 });
    for (const group of [0, 1]) {
      const own = conv2dReference(part(image, 3 * group, 3), part(weights, 2 * group, 2), alone);
      expect(part(y, 2 * group, 2)).toEqual(own);
    }
  });

  it("explains what does not fit", () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    const image = zeros(2, 4, 4, 3);
    expect(() => conv2d(image, zeros(3, 3, 5, 8))).toThrow(ShapeError);
    expect(() => conv2d(image, zeros(3, 3, 5, 8))).toThrow(
      "conv2d: filters expect 5 input channels, image has 3. image [2,4,4,3] (n,h,w,c), filters [3,3,5,8] (kh,kw,c,k).",
    );
    expect(() => conv2d(image, zeros(3, 3, 2, 8), { groups: 2 })).toThrow(
      "conv2d: filters expect 4 input channels, image has 3. " +
        "image [2,4,4,3] (n,h,w,c), filters [3,3,2,8] (kh,kw,c/groups,k).",
    );
    expect(() => conv2d(image, zeros(3, 3, 1, 8), { groups: 3 })).toThrow(ShapeError);
    expect(() => conv2d(image, zeros(3, 3, 1, 8), { groups: 3 })).toThrow(
      "conv2d: 3 groups cannot share 8 filters evenly. image [2,4,4,3]",
    );
    expect(() => conv2d(image, zeros(3, 3, 3, 8), { groups: 0 })).toThrow(ArgumentError);
    expect(() => conv2d(zeros(4, 4, 3), zeros(3, 3, 3, 8))).toThrow(
      "conv2d: expects an image and filters of four axes each. image [4,4,3]",
    );
    expect(() => conv2d(image, zeros(3, 3, 3, 8), { bias: zeros(3) })).toThrow(
      "conv2d: bias must be [8], got [3].",
    );
    expect(() => conv2d(image, zeros(5, 3, 3, 8))).toThrow(
      'conv2d: a 5x3 window does not fit the image [2,4,4,3] with padding "valid".',
    );
    expect(() => conv2d(image, zeros(3, 3, 3, 8), { strides: 0 })).toThrow(ArgumentError);
    expect(() => conv2d(image, zeros(3, 3, 3, 8), { strides: 0 })).toThrow(
      "conv2d: strides must be a positive integer or two, got 0.",
    );
    expect(() => conv2d(image, zeros(3, 3, 3, 8), { dilation: [1, 1.5] })).toThrow(
      "conv2d: dilation must be a positive integer or two, got [1,1.5].",
    );
  });
});
