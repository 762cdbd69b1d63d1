/** @file Examples by hand: the numbers are the references', and the sum that is shown ends in the buffer's bits. */
import { describe, expect, it } from "vitest";
import {
  conv2dFilterGradientReference,
  conv2dInputGradientReference,
  conv2dReference,
} from "../../../kernels/conv2d/conv2d.reference.ts";
import { softmaxCrossEntropyGradientReference } from "../../../kernels/losses/categorical.reference.ts";
import { array64 } from "../../../kernels/reference.ts";
import { softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import {
  firstValues,
  type HandExample,
  type HandName,
  type HandValues,
  handExamples,
} from "../../../lessons/by-hand/examples.ts";
import { HandWork } from "../../../lessons/by-hand/hand-work.ts";
import { useEngine } from "../../support/engine.ts";

const names = Object.keys(handExamples) as HandName[];

/** Numbers that are no whole ones, so that every rounding shows. */
function crooked(name: HandName): HandValues {
  const entries = Object.entries(firstValues(name));
  return Object.fromEntries(
    entries.map(([input, values]) => [input, values.map((value, i) => 0.37 * value + 0.013 * i + 0.1)]),
  );
}

describe("examples by hand", () => {
  const engine = useEngine();

  async function worked<T>(
    name: HandName,
    values: HandValues,
    look: (work: HandWork) => Promise<T>,
  ): Promise<T> {
    const work = HandWork.take(engine(), name, values);
    try {
      return await look(work);
    } finally {
      work.dispose();
    }
  }

  it.each(names)("%s: every number has a sum that ends in it, with other inputs too", async (name) => {
    const { results }: HandExample = handExamples[name];
    await worked(name, crooked(name), async (work) => {
      const numbers = await work.numbers();
      expect(Object.keys(numbers)).toEqual(results.map((result) => result.name));
      for (const [result, values] of Object.entries(numbers)) {
        if (result === "grid") continue; // goes in
        const atMost = ["softmax", "adam"].includes(name) ? 64 : 0; // exp and sqrt differ between GPUs
        for (const [at, value] of values.entries()) {
          const { value: said, chain } = await work.explain(result, at);
          expect(said).toBe(value);
          expect(chain[0]!.number.value).toBe(value);
          expect(chain[0]!.unitsApart).toBeLessThanOrEqual(atMost);
        }
      }
    });
  });

  it("conv2d: forward and both gradients as the reference has them", async () => {
    const values = crooked("conv2d");
    const array = (name: string) =>
      array64(
        handExamples.conv2d.inputs.find((input) => input.name === name)!.shape,
        values[name]!.map(Math.fround),
      );
    const [image, filter, dy] = [array("image"), array("filter"), array("dy")];
    const window = resolveWindow("conv2d", image.shape, { window: 3, strides: 1, padding: "valid" });
    const problem = { ...window, batch: 1, channels: 1, filters: 1, groups: 1 };
    const numbers = await worked("conv2d", values, (work) => work.numbers());
    const close = (name: string, expected: readonly number[]) =>
      expect([...numbers[name]!].map((value) => value.toFixed(4))).toEqual(
        expected.map((value) => value.toFixed(4)),
      );
    close(
      "y",
      [...conv2dReference(image, filter, problem).data].map((value) => value + values.b![0]!),
    );
    close("d filter", [...conv2dFilterGradientReference(image, dy, problem).data]);
    close("d image", [...conv2dInputGradientReference(dy, filter, problem).data]);
  });

  it("softmax: the gradient is p - truth", async () => {
    const { p, "d x": dx } = await worked("softmax", firstValues("softmax"), (work) => work.numbers());
    const [x, truth] = [array64([1, 3], [2, 1, 0]), array64([1, 3], [1, 0, 0])];
    const slopes = softmaxCrossEntropyGradientReference(array64([1], [1]), x, truth);
    for (const i of [0, 1, 2]) {
      expect(p![i]).toBeCloseTo(softmaxReference(x, 1).data[i]!, 6);
      expect(dx![i]).toBeCloseTo(slopes.data[i]!, 6);
      expect(dx![i]).toBeCloseTo(p![i]! - truth.data[i]!, 6);
    }
  });

  it("optimizers: SGD halves, momentum overshoots, Adam's first step is the rate", async () => {
    const weightsOf = async (name: HandName) =>
      (await worked(name, firstValues(name), (work) => work.numbers())).path!;
    expect([...(await weightsOf("sgd"))]).toEqual([2, 1, 0.5, 0.25, 0.125, 0.0625]);
    expect([...(await weightsOf("momentum"))].slice(0, 3)).toEqual([2, 0, -1]);
    expect((await weightsOf("adam"))[0]).toBeCloseTo(3.5, 5);
  });

  it("conv2d: the numbers in a sum are the window and the filter", async () => {
    const { factors } = await worked("conv2d", firstValues("conv2d"), (work) => work.explain("y", 4));
    const pixels = factors.filter((name) => name.startsWith("image")).toSorted();
    expect(pixels).toEqual(
      [1, 2, 3].flatMap((row) => [1, 2, 3].map((column) => `image[0,${row},${column},0]`)),
    );
    expect(factors.filter((name) => name.startsWith("filter"))).toHaveLength(9);
  });

  it("says what does not fit", async () => {
    expect(() => HandWork.take(engine(), "dense", { ...firstValues("dense"), x: [1, 2] })).toThrow(
      "dense: x needs 4 finite numbers, got 1, 2.",
    );
    expect(() => HandWork.take(engine(), "dense", { ...firstValues("dense"), b: [1, 1e39] })).toThrow(
      "finite",
    );
    await worked("dense", firstValues("dense"), async (work) => {
      await expect(work.explain("y", 2)).rejects.toThrow("there is no number 2 of y");
      await expect(work.explain("z", 0)).rejects.toThrow("there is no number 0 of z");
    });
  });
});
