import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { StepState } from "../../../engine/step-state.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { augmentImages } from "../../../kernels/augment/index.ts";
import type { InputTransform } from "../../../models/data/gpu-samples.ts";
import { Dense, Dropout, Flatten, GaussianNoise, Input, sequential, sgd } from "../../../models/index.ts";
import { BatchNormalization } from "../../../models/layers/batch-normalization.ts";
import { ImageDataGenerator } from "../../../models/preprocessing/image-data-generator.ts";
import { numbersOf, tensorOf } from "../../golden-runner/cases.ts";
import { readCase, readIndex } from "../../golden-runner/read-cases.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";

const golden = join(import.meta.dirname, "../../golden");
const cases = readIndex(golden).filter(({ kind }) => kind === "preprocessing");

describe("ImageDataGenerator", () => {
  const engine = useEngine();
  const images = (count: number, seed = 3) => {
    const { data, shape } = randomArray([count, 6, 5, 3], seed, 0, 1);
    return { values: Float32Array.from(data), shape };
  };

  /** What a transform makes of images 0, 1, ... in an epoch. */
  async function transformed(
    transform: InputTransform | undefined,
    { values, shape }: { values: Float32Array; shape: readonly number[] },
    epoch = 0,
  ): Promise<Float32Array> {
    const step = new StepState(engine());
    step.set({ seed: 7, epoch });
    const order = Uint32Array.from({ length: shape[0]! }, (_, i) => i);
    try {
      const y = engine().scope(() => {
        const x = engine().tensor(values, shape);
        const indices = engine().tensor(order, [order.length], "u32") as Tensor<"u32">;
        return engine().keep(engine().useStep(step, () => (transform ? transform.apply(x, indices) : x)));
      });
      const data = (await y.data()) as Float32Array;
      y.dispose();
      return data;
    } finally {
      step.dispose();
    }
  }

  const featurewise = cases.filter(({ op }) => op === "featurewise_standardize" || op === "zca");
  it.each(
    featurewise.map((entry) => [entry.name, entry] as const),
  )("fitted on the golden case %s standardizes its test images", async (_, entry) => {
    const example = readCase(golden, entry);
    const rows = (name: string) => {
      const { shape } = tensorOf(example, name);
      return { values: Float32Array.from(numbersOf(tensorOf(example, name))), shape };
    };
    const zca = entry.op === "zca";
    if (zca && example.attrs.featurewise_std === true) return; // Keras's whitening takes the place of deviations
    using generator = new ImageDataGenerator({
      featurewiseCenter: true,
      ...(zca
        ? { zcaWhitening: true, zcaEpsilon: Number(example.attrs.zca_epsilon) }
        : { featurewiseStdNormalization: true }),
    });
    await generator.fit(engine(), rows("x"));
    const y = await transformed(generator.evaluation, rows("x_test"));
    const wanted = tensorOf(example, zca ? "whitened_test" : "standardized_test");
    // deviations are 0.1 and more, so the other epsilon, 1e-6 for 1e-7, changes a value of up to 4 by 4e-5
    for (const [i, value] of Array.from(numbersOf(wanted)).entries()) {
      expect(Math.abs(y[i]! - value)).toBeLessThan(wanted.atol + 5e-5 * (1 + Math.abs(value)));
    }
  });

  it("standardizes each image by itself: mean 0, and deviation 1 where asked", async () => {
    const given = images(4);
    for (const deviation of [false, true]) {
      const options = deviation ? { samplewiseStdNormalization: true } : { samplewiseCenter: true };
      const y = await transformed(new ImageDataGenerator(options).evaluation, given);
      for (let i = 0; i < 4; i++) {
        const own = y.subarray(i * 90, (i + 1) * 90);
        const mean = own.reduce((sum, value) => sum + value, 0) / 90;
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 90;
        expect(mean).toBeCloseTo(0, 5);
        // the deviation of uniform numbers in [0, 1) is 0.289, of 90 of them at least 0.2
        if (deviation) expect(variance).toBeCloseTo(1, 4);
        else expect(variance).toBeGreaterThan(0.04);
      }
    }
  });

  it("augments first and standardizes then, other images in other epochs, the same ones again", async () => {
    const given = images(5);
    using generator = new ImageDataGenerator({
      featurewiseCenter: true,
      rotationRange: 40,
      verticalFlip: true,
    });
    await generator.fit(engine(), given);
    const first = await transformed(generator.training, given);
    expect(await transformed(generator.training, given)).toEqual(first);
    expect(await transformed(generator.training, given, 1)).not.toEqual(first);
    const only = {
      apply: (x: Tensor, order: Tensor<"u32">) => generator.evaluation!.apply(moved(x, order), order),
    };
    const moved = (x: Tensor, order: Tensor<"u32">) =>
      augmentImages(x, order, { rotationRange: 40, verticalFlip: true, stream: 0xa06 });
    expect(await transformed(only, given)).toEqual(first);
    expect(await transformed(generator.evaluation, given)).not.toEqual(first);
  });

  it("leaves everything as it is without options, and evaluation alone without standardization", () => {
    const none = new ImageDataGenerator();
    expect([none.training, none.evaluation, none.needsFit, none.augments]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ]);
    const flips = new ImageDataGenerator({ horizontalFlip: true, rotationRange: 0 });
    expect(flips.augments).toBe(true);
    expect(flips.evaluation).toBeUndefined();
    expect(new ImageDataGenerator({ horizontalFlip: false, zoomRange: 0 }).augments).toBe(false);
  });

  it("holds out the first samples, as many as Keras does", () => {
    // int(12500 * 0.1) and int(7 * 0.5): keras_preprocessing's ImageDataGenerator
    expect(new ImageDataGenerator({ validationSplit: 0.1 }).split(12_500).validation.length).toBe(1250);
    const { training, validation } = new ImageDataGenerator({ validationSplit: 0.5 }).split(7);
    expect([[...validation], [...training]]).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6],
    ]);
  });

  it("whitens with the matrix of the first images only, if asked", async () => {
    const given = images(200);
    const told: string[] = [];
    const options = { zcaWhitening: true, zcaEpsilon: 0.1 };
    const fitted = async (count: number, zcaImages?: number) => {
      using generator = new ImageDataGenerator(options);
      const values = given.values.subarray(0, count * 90);
      const more = zcaImages === undefined ? {} : { zcaImages };
      await generator.fit(
        engine(),
        { values, shape: [count, 6, 5, 3] },
        { ...more, onSlow: (t) => told.push(t) },
      );
      return await transformed(generator.evaluation, images(3, 4));
    };
    const [all, few] = [await fitted(200), await fitted(200, 20)];
    expect(few).not.toEqual(all);
    expect(told[1]).toMatch(/from 20 images: eigenvectors in 20 dimensions/);
  });

  it("asks to keep the whitening matrix, and takes what is kept", async () => {
    using generator = new ImageDataGenerator({ zcaWhitening: true });
    const asked: object[] = [];
    const identity = Float64Array.from({ length: 90 * 90 }, (_, i) => (i % 91 === 0 ? 1 : 0));
    await generator.fit(engine(), images(8), {
      keep: async (facts) => {
        asked.push(facts);
        return identity;
      },
    });
    expect(asked).toEqual([{ from: expect.stringContaining("first 8"), epsilon: 1e-6, width: 90 }]);
    using centred = new ImageDataGenerator({ featurewiseCenter: true });
    await centred.fit(engine(), images(8));
    const expected = await transformed(centred.evaluation, images(3, 4));
    expectClose(await transformed(generator.evaluation, images(3, 4)), Float64Array.from(expected), {
      scale: 1,
    });
  });

  it("explains what makes no sense", () => {
    const make = (options: object) => () => new ImageDataGenerator(options);
    expect(make({ rotaionRange: 3 })).toThrow(/rotationRange/);
    for (const options of [
      { horizontalFlip: 1 },
      { validationSplit: 1 },
      { zcaEpsilon: 0 },
      { rotationRange: -3 },
      { fillMode: "black" },
    ]) {
      expect(make(options)).toThrow(ArgumentError);
    }
    const unfitted = new ImageDataGenerator({ featurewiseCenter: true });
    expect(() => unfitted.training).toThrow(/fit\(engine, images\) comes first/);
  });

  it("says in words what it does", () => {
    const text = new ImageDataGenerator({
      widthShiftRange: 0.1,
      horizontalFlip: true,
      zcaWhitening: true,
    }).describe();
    expect(text).toBe("width shift range 0.1, horizontal flip, ZCA whitening");
  });
});

describe("learningPhase 1", () => {
  const engine = useEngine();
  const data = {
    inputs: new Float32Array(300).fill(0.5),
    inputShape: [3],
    labels: new Array(100).fill(0),
    classes: 2,
  };
  const compiled = async (learningPhase: 0 | 1) => {
    const network = sequential([
      Input([3]),
      Flatten(),
      Dropout(0.5),
      GaussianNoise(0.1),
      Dense(2, { activation: "softmax" }),
    ]);
    const loss = "categorical_crossentropy";
    await network.compile({ engine: engine(), optimizer: sgd(), loss, learningPhase });
    return network;
  };

  it("lets dropout and noise act in predict and evaluate", async () => {
    const rows = async (learningPhase: 0 | 1) => {
      const network = await compiled(learningPhase);
      const outputs = await network.predict(data);
      network.dispose();
      return new Set(Array.from({ length: 100 }, (_, i) => outputs[2 * i]!)).size;
    };
    expect(await rows(0), "equal inputs, equal outputs").toBe(1);
    expect(await rows(1)).toBeGreaterThan(50);
  });

  it("draws anew in every epoch's validation", async () => {
    const network = await compiled(1);
    const history = await network.fit(data, { epochs: 2, validationData: data, callbacks: [] });
    const frozen = history.history.val_loss!;
    expect(frozen[0]).not.toBe(frozen[1]);
    network.dispose();
  });

  it("is refused for batch normalisation", async () => {
    const network = sequential([Input([3]), BatchNormalization(), Dense(2, { activation: "softmax" })]);
    const options = {
      engine: engine(),
      optimizer: sgd(),
      loss: "categorical_crossentropy",
      learningPhase: 1 as const,
    };
    await expect(network.compile(options)).rejects.toThrow(/learningPhase 1 .*batch_normalization_1/);
  });
});

it("golden cases for both kinds of standardization are there", () => {
  expect(cases.filter(({ op }) => op === "zca").length).toBeGreaterThan(2);
  expect(readFileSync(join(golden, "index.json"), "utf8")).toContain("featurewise_standardize");
});
