import { describe, expect, it } from "vitest";
import { syntheticStreetDigits } from "../../datasets/synthetic/street-digits.ts";
import type { Engine } from "../../engine/index.ts";
import { cifar25BaseWhitened } from "../../experiments/cifar25/cifar25-base-zca.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, sequential } from "../../models/index.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { type Asked, ask, probe, testPicture } from "../../web/worker/draw.ts";
import { lookAt } from "../../web/worker/look.ts";
import { TrainingData } from "../../web/worker/training-data.ts";
import { useEngine } from "../support/engine.ts";

const classes = Array.from({ length: 10 }, (_, i) => String(i));
const [train, test] = [syntheticStreetDigits("train", 48, 0), syntheticStreetDigits("test", 8, 0)];
const images = { train, test, classes, origin: "synthetic", note: "" } as const;

const linear = () => [Flatten(), Dense(10, { activation: "softmax" })];
const bent = () => [
  Conv2D(4, 5, { activation: "relu" }),
  MaxPooling2D(4),
  Flatten(),
  Dense(10, { activation: "softmax" }),
];

/** A network of these layers on 8 test images, as the experiment shows them to it. */
async function open(
  engine: Engine,
  layers: readonly Layer[],
  experiment: TrainingExperiment = svhnC,
): Promise<Asked & Disposable> {
  const model = sequential([Input([32, 32, 3]), ...layers]);
  await model.compile({ engine, optimizer: "adam", loss: "categorical_crossentropy", seed: 3 });
  const data = await TrainingData.open(engine, experiment, "quick", images, 1);
  return {
    model,
    data,
    step: 7,
    [Symbol.dispose]: () => {
      data.dispose();
      model.dispose();
    },
  };
}

/** The kernel of the last layer, [inputs, classes]. */
const kernelOf = async ({ model }: Asked) => (await model.getWeights()).get("dense_1/kernel")!;

describe("a picture", () => {
  const engine = useEngine();

  it("is answered as the same test image is, and explained by its winning class unless another is chosen", async () => {
    using asked = await open(engine(), bent());
    const { picture, label } = testPicture(asked.data, 2);
    const answer = await ask(asked, picture);
    const seen = await lookAt(asked.model, asked.data, 2, 7);
    expect(label).toBe(seen.label);
    expect([...answer.shares]).toEqual([...seen.outputs.at(-1)!.values]);
    expect(answer.explained).toBe(answer.shares.indexOf(Math.max(...answer.shares)));
    expect(answer.step).toBe(7);
    expect(answer.gradCam?.layer).toBe("conv2d_1");
    const other = (answer.explained + 1) % 10;
    const chosen = await ask(asked, picture, other);
    expect(chosen.explained).toBe(other);
    expect([...chosen.saliency]).not.toEqual([...answer.saliency]);
  });

  it("has as saliency of a linear network the largest weight of each pixel, and no Grad-CAM", async () => {
    using asked = await open(engine(), linear());
    const kernel = await kernelOf(asked);
    const answer = await ask(asked, testPicture(asked.data, 0).picture, 4);
    const weight = (pixel: number, channel: number) => Math.abs(kernel[(3 * pixel + channel) * 10 + 4]!);
    const expected = answer.saliency.map((_, i) => Math.max(weight(i, 0), weight(i, 1), weight(i, 2)));
    expect([...answer.saliency]).toEqual([...expected]);
    expect(answer.gradCam).toBeUndefined();
  });

  it("may be asked about between two steps without a trace", async () => {
    const trained = async (asksBetween: boolean) => {
      using asked = await open(engine(), bent());
      const { picture } = testPicture(asked.data, 1);
      const onSteps = async () => {
        await ask(asked, picture);
        await probe(asked, picture, { row: 3, column: 4, channel: 0, value: 9, explained: 1 });
      };
      const callbacks = [{ name: "asks", ...(asksBetween && { onSteps }) }];
      await asked.model.fit(asked.data.training, { epochs: 2, batchSize: 16, callbacks });
      return await kernelOf(asked);
    };
    expect([...(await trained(true))]).toEqual([...(await trained(false))]);
  });

  it("of another size or for a class that is not there is refused", async () => {
    using asked = await open(engine(), linear());
    await expect(ask(asked, new Uint8Array(12))).rejects.toThrow(
      "has 12 values, the network takes 32 x 32 x 3",
    );
    await expect(ask(asked, new Uint8Array(3072), 10)).rejects.toThrow("no class 10");
  });
});

describe("a pixel that is moved", () => {
  const engine = useEngine();
  const change = { row: 16, column: 20, channel: 1, value: 200, explained: 3 };

  it("follows the straight line in a linear network, whose slope is its weight", async () => {
    using asked = await open(engine(), linear());
    const { picture } = testPicture(asked.data, 5);
    const found = await probe(asked, picture, change);
    const at = (16 * 32 + 20) * 3 + 1;
    expect(found.own).toBe(picture[at]);
    expect(found.gradient).toBe((await kernelOf(asked))[at * 10 + 3]);
    expect(found.values).toHaveLength(18);
    expect(found.values).toEqual([...found.values].sort((a, b) => a - b));
    for (const [i, value] of found.values.entries()) {
      const expected =
        found.scores[found.values.indexOf(found.own)]! + (found.gradient * (value - found.own)) / 255;
      expect(found.foretold[i]).toBeCloseTo(expected, 5);
      expect(found.scores[i]).toBeCloseTo(expected, 5);
    }
  });

  it("leaves the line where a ReLU bends the score, and touches it where the picture is", async () => {
    const layers = bent().filter(({ className }) => className !== "MaxPooling2D"); // ties bend it at the picture itself
    using asked = await open(engine(), layers);
    const { picture } = testPicture(asked.data, 5);
    const found = await probe(asked, picture, change);
    const own = found.values.indexOf(found.own);
    expect(found.foretold[own]).toBe(found.scores[own]);
    expect(found.apart[own]).toBe(0);
    expect(Math.max(...found.apart.map(Math.abs))).toBeGreaterThan(1e-4);
    for (const [i, apart] of found.apart.entries())
      expect(apart).toBe(Math.fround(found.scores[i]! - found.foretold[i]!));
    // beside the picture the score changes as foretold
    const [here, there] = [picture.slice(), picture.slice()];
    const at = (16 * 32 + 20) * 3 + 1;
    here[at] = found.own;
    there[at] = found.own + 1;
    const beside = await probe(asked, here, { ...change, value: there[at] });
    const rise =
      beside.scores[beside.values.indexOf(there[at])]! - beside.scores[beside.values.indexOf(here[at])]!;
    expect(rise).toBeCloseTo(found.gradient / 255, 5);
  });

  it("has the slope of the whole way from the bytes, through whitening too", async () => {
    using asked = await open(engine(), linear(), cifar25BaseWhitened);
    const { picture } = testPicture(asked.data, 5);
    const found = await probe(asked, picture, change);
    const length = found.values.length - 1;
    const rise = found.scores[length]! - found.scores[0]!;
    expect(found.gradient).toBeCloseTo(rise / ((found.values[length]! - found.values[0]!) / 255), 3);
    expect(Math.abs(rise)).toBeGreaterThan(1e-3);
    expect(Math.max(...found.apart.map(Math.abs))).toBeLessThan(1e-3 * Math.max(1, Math.abs(rise)));
  });

  it("must be one of the picture's", async () => {
    using asked = await open(engine(), linear());
    const picture = new Uint8Array(3072);
    for (const wrong of [{ row: 32 }, { column: -1 }, { channel: 3 }, { row: 0.5 }, { row: Number.NaN }])
      await expect(probe(asked, picture, { ...change, ...wrong })).rejects.toThrow("there is no value");
    await expect(probe(asked, picture, { ...change, value: 256 })).rejects.toThrow("256 is no byte");
    await expect(probe(asked, picture, { ...change, explained: 10 })).rejects.toThrow("no class 10");
  });
});
