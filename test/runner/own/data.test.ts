/** @file Arrays of the user's own: what is made of them, and what is refused. */
import { describe, expect, it } from "vitest";
import { type OwnData, ownDataset } from "../../../runner/own/data.ts";
import { hostDataset, picturesOf, takeSamples } from "../../../runner/samples.ts";
import { describeImages, sameImages } from "../../../runner/store/runs.ts";

const samples = { x: [1, 2, 3, 4, 5, 6], shape: [3, 2], y: [0, 2, 1] };
const data: OwnData = { train: samples, test: samples };
const dataset = (change: object) => ownDataset("mine", { ...data, ...change });

describe("own arrays", () => {
  it("are float32 or bytes with classes, a part of which keeps what belongs together", () => {
    const { train, classes, note, origin } = dataset({ scale: 0.5 });
    expect([classes, origin]).toEqual([["0", "1", "2"], "own"]);
    expect(note).toBe("own data: 3 + 3 samples of shape [2].");
    const part = hostDataset(takeSamples(train, Uint32Array.of(2, 0)), 3);
    expect(part).toEqual({
      ...{ inputs: Float32Array.of(5, 6, 1, 2), inputShape: [2], scale: 0.5 },
      ...{ labels: Uint8Array.of(1, 0), classes: 3 },
    });
  });

  it("have targets of any shape, or none", () => {
    const pair = { x: Uint8Array.of(1, 2), shape: [2, 1], y: Float32Array.of(1, 2, 3, 4) };
    const { train, classes } = dataset({ train: pair, test: pair });
    expect(hostDataset(takeSamples(train, Uint32Array.of(1)), classes.length)).toEqual({
      ...{ inputs: Uint8Array.of(2), inputShape: [1], scale: 1 },
      ...{ targets: Float32Array.of(3, 4), targetShape: [2] },
    });
    const { y: _, ...alone } = samples;
    expect(hostDataset(dataset({ train: alone, test: alone }).train, 0)).not.toHaveProperty("labels");
  });

  it("may have more classes than a byte tells apart", () => {
    const many = { x: [1, 2, 3, 4, 5, 6], shape: [3, 2], y: [0, 300, 299] };
    const { train, classes } = dataset({ train: many });
    expect(classes).toHaveLength(301);
    const part = hostDataset(takeSamples(train, Uint32Array.of(1, 2)), 301);
    expect(part.labels).toEqual(Uint16Array.of(300, 299));
    const fewer = dataset({}).train;
    expect(hostDataset(fewer, 3).labels).toEqual(Uint8Array.of(0, 2, 1));
  });

  it("of the shape of images can be shown, floats by their range", () => {
    const image = (x: readonly number[]) => ({ x, shape: [1, 1, 3, 1], y: [0] });
    const shown = (x: readonly number[]) => picturesOf(dataset({ train: image(x), test: image(x) }).train);
    expect(shown([0, 0.5, 1])).toMatchObject({ images: Uint8Array.of(0, 128, 255), height: 1, width: 3 });
    expect(shown([-1, 0, 3])?.images).toEqual(Uint8Array.of(0, 64, 255));
    expect(picturesOf(dataset({}).train)).toBeUndefined();
  });

  it("are told from others by their numbers, shape and kind", () => {
    const facts = (train: object) => describeImages(dataset({ train: { ...samples, ...train } }));
    expect(sameImages(facts({}), facts({}))).toBe(true);
    expect(sameImages(facts({}), facts({ x: Float32Array.of(1, 2, 3, 4, 5, 6) }))).toBe(true);
    expect(sameImages(facts({}), facts({ x: [1, 2, 3, 4, 5, 7] }))).toBe(false);
    expect(sameImages(facts({}), facts({ y: [0, 2, 2] }))).toBe(false);
  });

  it.each<[object, RegExp]>([
    [{ test: undefined }, /dataset: test is missing: \{ x, shape, y \}/],
    [{ trian: samples }, /no option trian\. Did you mean train\?/],
    [
      { train: { ...samples, x: "pixels" } },
      /train\.x must be a typed array or a list of numbers, got "pixels"/,
    ],
    [{ train: { ...samples, x: [1, 2, Number.NaN, 4, 5, 6] } }, /train\.x\[2\] is NaN, expected a number/],
    [{ train: { ...samples, x: [1, 2, 3] } }, /train\.shape is \[3,2\], which is 6 values; there are 3/],
    [{ train: { ...samples, shape: 3 } }, /train\.shape must be the number of samples and their shape/],
    [{ train: { ...samples, y: [0, 1] } }, /train\.y has 2 classes for 3 samples/],
    [
      { train: { ...samples, y: [0, 1, 0.5] } },
      /train\.y\[2\] is 0\.5: classes are whole numbers from 0 to 8191/,
    ],
    [{ train: { ...samples, y: Float32Array.of(1, 2) } }, /train\.yShape/],
    [{ train: { ...samples, yShape: [3, 1] } }, /only targets have a shape/],
    [
      { test: { x: [1, 2], shape: [2, 1], y: [0, 1] } },
      /train has floats \[2\] with classes for each sample, test/,
    ],
    [{ classes: ["cat", "dog"] }, /there is a class 2, but only 2 names in classes/],
    [{ scale: 0 }, /scale must be a number that is not 0, got 0/],
  ])("%o is refused", (change, pattern) => {
    expect(() => dataset(change)).toThrow(pattern);
  });
});
