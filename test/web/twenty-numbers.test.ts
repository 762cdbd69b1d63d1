/** @file The rule of the lab: numbers that its views show are the engine's, to the bit, and hold against sums and differences. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticStreetDigits } from "../../datasets/synthetic/street-digits.ts";
import type { Engine } from "../../engine/index.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import type { SumOfTerms } from "../../lessons/microscope/microscope.ts";
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, sequential } from "../../models/index.ts";
import { ask, probe, testPicture } from "../../web/worker/draw.ts";
import { lookAt } from "../../web/worker/look.ts";
import { StepMicroscope } from "../../web/worker/step-microscope.ts";
import { TrainingData } from "../../web/worker/training-data.ts";
import { useEngine } from "../support/engine.ts";

const classes = Array.from({ length: 10 }, (_, i) => String(i));
const [train, test] = [syntheticStreetDigits("train", 32, 0), syntheticStreetDigits("test", 8, 0)];
const images = { train, test, classes, origin: "synthetic", note: "" } as const;
const batchSize = 8;
const twenty = 20;

const layers = () => [
  Conv2D(4, 3, { padding: "same", activation: "relu" }),
  MaxPooling2D(2),
  Conv2D(6, 3, { activation: "relu" }),
  Flatten(),
  Dense(10, { activation: "softmax" }),
];

async function compiled(engine: Engine, count = layers().length) {
  const model = sequential([Input([32, 32, 3]), ...layers().slice(0, count)]);
  await model.compile({ engine, optimizer: "adam", loss: "categorical_crossentropy", seed: 3 });
  return model;
}

/** A network after some steps, and its images. */
async function open(engine: Engine) {
  const model = await compiled(engine);
  const data = await TrainingData.open(engine, svhnC, "quick", images, 1);
  await model.fit(data.training, { epochs: 2, batchSize, verbose: 0 });
  const dispose = () => {
    data.dispose();
    model.dispose();
  };
  return { model, data, step: 8, [Symbol.dispose]: dispose };
}

/** So many of a list, by a fixed seed. */
const some = <T>(all: readonly T[], count: number): T[] =>
  fc.sample(fc.constantFrom(...all), { numRuns: count, seed: 7 });

const indexIn = (shape: readonly number[], at: number) =>
  shape.map((size, axis) => Math.floor(at / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % size);

describe("twenty random numbers", () => {
  const engine = useEngine();

  it("of the training view are what predict() computes up to that layer, and the weights", async () => {
    using asked = await open(engine());
    const { model, data } = asked;
    const weights = await model.getWeights();
    const look = await lookAt(model, data, 5, 8);
    const { count } = test;
    const pixels = test.images.subarray((5 * test.images.length) / count, (6 * test.images.length) / count);
    const source = { inputs: pixels, inputShape: [32, 32, 3], scale: 1 / 255 };
    for (const [k, { className }] of layers().entries()) {
      const cut = await compiled(engine(), k + 1);
      await cut.setWeights(
        new Map([...weights].filter(([path]) => cut.weights.some((own) => own.path === path))),
      );
      const expected = await cut.predict(source);
      const name = cut.layers.at(-1)!.name;
      const shown = look.outputs.find((output) => output.name === name);
      expect(shown?.values.length, className).toBe(expected.length);
      for (const at of some([...expected.keys()], twenty)) expect(shown!.values[at]).toBe(expected[at]);
      cut.dispose();
    }
    for (const { name, values } of look.filters)
      for (const at of some([...values.keys()], twenty)) expect(values[at]).toBe(weights.get(name)![at]);
  });

  it("of the microscope are in the buffers, end the sum that is shown, and slope as the loss moves", async () => {
    using asked = await open(engine());
    const { model, data, step } = asked;
    const weights = await model.getWeights();
    const microscope = await StepMicroscope.open(model, data, { step, batchSize, seed: 3 });
    const places = microscope.facts.places.filter(({ kind, shape }) => kind !== "target" && shape.length > 0);
    let bends = 0;
    for (const [i, { name, kind, shape }] of some(places, twenty).entries()) {
      const size = shape.reduce((a, b) => a * b, 1);
      const at = (7919 * (i + 1)) % size;
      const address = `${name}[${indexIn(shape, at)}]`;
      const found = await microscope.explain(address);
      if (kind === "weight") expect(found.value, address).toBe(weights.get(name)![at]);
      for (const { number, kernel, unitsApart, sum } of [...found.forward, ...found.backward]) {
        expect(unitsApart, `${address}: ${number.name}`).toBeLessThanOrEqual(roundings(kernel));
        if (sum) expectTotal(sum);
      }
      if (found.gradient === undefined || !found.difference) continue;
      const { slope, slopeAbove, slopeBelow, resolution } = found.difference;
      const bend = Math.abs(slopeAbove - slopeBelow);
      if (bend > 4 * resolution + 0.1 * Math.abs(slope)) bends++;
      expect(Math.abs(slope - found.gradient), address).toBeLessThanOrEqual(
        4 * resolution + bend + 0.02 * Math.abs(found.gradient),
      );
    }
    expect(bends).toBeLessThan(twenty / 2); // else the comparison would say little
    microscope.dispose();
  });

  it("of the saliency are the slopes of the score", async () => {
    using asked = await open(engine());
    const { picture, shape } = testPicture(asked.data, 2);
    const { saliency, explained } = await ask(asked, picture);
    const [, width, channels] = shape;
    for (const at of some([...saliency.keys()], twenty)) {
      const [row, column] = [Math.floor(at / width), at % width];
      const slopes: number[] = [];
      for (let channel = 0; channel < channels; channel++) {
        const own = picture[at * channels + channel]!;
        const change = { row, column, channel, explained, value: own };
        const { gradient } = await probe(asked, picture, change);
        slopes.push(Math.abs(gradient));
      }
      expect(saliency[at]! / Math.max(...slopes)).toBeCloseTo(1, 4);
    }
  });
});

/** WGSL leaves the last bits of exp, log and quotients to the GPU; sums and products have theirs. */
const roundings = (kernel: string) => (/^(softmax|losses)\//.test(kernel) ? 8 : 0);

/** The largest terms and the folded rest come to the total, but for the order. */
function expectTotal({ terms, rest, total, count }: SumOfTerms): void {
  expect(terms.length + rest.count).toBe(count);
  const sizes = terms.reduce((sum, { value }) => sum + Math.abs(value), Math.abs(rest.value));
  const sum = terms.reduce((so, { value }) => so + value, rest.value);
  expect(Math.abs(sum - total)).toBeLessThanOrEqual(count * 2 ** -23 * sizes + 1e-37);
}
