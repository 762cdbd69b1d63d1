import { describe, expect, it } from "vitest";
import { syntheticStreetDigits } from "../../datasets/synthetic/street-digits.ts";
import type { Engine } from "../../engine/index.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, sequential } from "../../models/index.ts";
import { LaunchValues } from "../../web/worker/launch-values.ts";
import { TrainingData } from "../../web/worker/training-data.ts";
import { useEngine } from "../support/engine.ts";

const classes = Array.from({ length: 10 }, (_, i) => String(i));
const batchSize = 8;
/** one batch an epoch */
const train = syntheticStreetDigits("train", batchSize, 0);
const images = { train, test: train, classes, origin: "synthetic", note: "" } as const;

async function open(engine: Engine, optimizer: "adam" | "sgd") {
  const model = sequential([
    Input([32, 32, 3]),
    Conv2D(4, 3, { padding: "same", activation: "relu" }),
    MaxPooling2D(4),
    Flatten(),
    Dense(10, { activation: "softmax" }),
  ]);
  await model.compile({ engine, optimizer, loss: "categorical_crossentropy", seed: 3 });
  const data = await TrainingData.open(engine, svhnC, "quick", images, 1);
  return { model, data, moment: { step: 0, batchSize, seed: 3 } };
}

describe("the launches of a step", () => {
  const engine = useEngine();

  it.each(["adam", "sgd"] as const)("end in the weights that a step of fit() with %s makes", async (name) => {
    const { model, data, moment } = await open(engine(), name);
    const before = await model.getWeights();
    const values = await LaunchValues.open(model, data, moment);
    expect(await model.getWeights()).toEqual(before); // looking changes nothing
    const left: Float32Array[] = [];
    for (const index of values.launches.keys())
      for (const { side, values: found } of await values.of(index)) if (side === "after") left.push(found);
    values.dispose();
    await model.fit(data.training, { epochs: 1, batchSize, verbose: 0 });
    for (const [path, weight] of await model.getWeights()) {
      const isThere = left.some((found) => contains(found, weight));
      expect(isThere, path).toBe(true);
    }
    data.dispose();
    model.dispose();
  });

  it("show a convolution's operands: its result is what the float64 reference makes of them", async () => {
    const { model, data, moment } = await open(engine(), "adam");
    const values = await LaunchValues.open(model, data, moment);
    const index = values.launches.findIndex((what) => what.startsWith("conv2d/forward"));
    const operands = await values.of(index);
    const of = (name: string) => operands.find((operand) => operand.name === name)!;
    const [image, filters, y] = [of("image"), of("filters"), of("y")];
    expect([image.shape, image.kept]).toEqual([
      [batchSize, 32, 32, 3],
      [1, 32, 32, 3],
    ]);
    for (const [i, value] of y.values.entries())
      expect(value).toBeCloseTo(Math.max(0, sumAt(image.values, filters.values, i)), 5);
    expect(await values.of(10_000)).toEqual([]);
    values.dispose();
    data.dispose();
    model.dispose();
  });
});

/** Element i of the convolution 3 x 3 of [32, 32, 3] with four filters, padded, as its formula says. */
function sumAt(image: Float32Array, filters: Float32Array, i: number): number {
  const [row, column, k] = [Math.floor(i / 128), Math.floor(i / 4) % 32, i % 4];
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const [y, x] = [row + dy, column + dx];
      if (y < 0 || y > 31 || x < 0 || x > 31) continue;
      for (let c = 0; c < 3; c++)
        sum += image[(32 * y + x) * 3 + c]! * filters[((3 * (dy + 1) + dx + 1) * 3 + c) * 4 + k]!;
    }
  return sum;
}

/** whether `part` stands somewhere in `all`, to the last bit */
function contains(all: Float32Array, part: Float32Array): boolean {
  const [words, wanted] = [all, part].map(
    ({ buffer, byteOffset, length }) => new Uint32Array(buffer.slice(byteOffset, byteOffset + 4 * length)),
  ) as [Uint32Array, Uint32Array];
  for (let start = words.indexOf(wanted[0]!); start >= 0; start = words.indexOf(wanted[0]!, start + 1))
    if (wanted.every((word, i) => words[start + i] === word)) return true;
  return false;
}
