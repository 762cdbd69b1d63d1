import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import {
  elementMeansReference,
  largestIndex,
  topKReference,
} from "../../../kernels/metrics/metrics.reference.ts";
import { type Model, sgd, topKCategoricalAccuracy } from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { classes, tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

const samples = 21; // batches of 8 leave 5
const data = tinyData(samples);

/** Metrics in float64 from what the network predicts. */
function expected(outputs: Float32Array): Record<string, number> {
  const oneHot = Float32Array.from(outputs, (_, i) =>
    data.labels[Math.floor(i / classes)] === i % classes ? 1 : 0,
  );
  const rows = data.labels.map((label, i) => ({
    label,
    scores: outputs.subarray(i * classes, (i + 1) * classes),
  }));
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / samples;
  const elements = (name: Parameters<typeof elementMeansReference>[0]) =>
    mean(elementMeansReference(name, outputs, oneHot, samples));
  const first = mean(rows.map(({ label, scores }) => Number(largestIndex(scores) === label)));
  const best = (k: number) => mean(rows.map(({ label, scores }) => topKReference(scores, label, k)));
  return {
    categorical_accuracy: first,
    sparse_categorical_accuracy: first,
    binary_accuracy: elements("binaryAccuracy"),
    rounded_accuracy: elements("roundedAccuracy"),
    top_k_categorical_accuracy: best(5),
    sparse_top_k_categorical_accuracy: best(5),
    top_2_categorical_accuracy: best(2),
    sparse_top_2_categorical_accuracy: best(2),
    mean_squared_error: elements("squaredError"),
    mean_absolute_error: elements("absoluteError"),
    mse: elements("squaredError"),
    mae: elements("absoluteError"),
  };
}

async function compiled(loss: string, metrics: readonly string[]): Promise<Model> {
  const model = tinyNetwork(0);
  await model.compile({ optimizer: sgd({ learningRate: 0 }), loss, metrics, engine: engine(), seed: 3 });
  return model;
}

const oneHotMetrics = [
  "categorical_accuracy",
  "binary_accuracy",
  "rounded_accuracy",
  "top_k_categorical_accuracy",
  "top_2_categorical_accuracy",
  "mean_squared_error",
  "mean_absolute_error",
  "mse",
  "mae",
];
const sparseMetrics = [
  "sparse_categorical_accuracy",
  "sparse_top_k_categorical_accuracy",
  "sparse_top_2_categorical_accuracy",
];

describe("metrics by name, in evaluate and fit", () => {
  it.each([
    ["categorical_crossentropy", oneHotMetrics],
    ["sparse_categorical_crossentropy", sparseMetrics],
  ])("%s", async (loss, metrics) => {
    const model = await compiled(loss, metrics);
    const reference = expected(await model.predict(data));
    const evaluated = await model.evaluate(data, { batchSize: 8 });
    expect(Object.keys(evaluated)).toEqual(["loss", ...metrics]);
    const values = metrics.map((name) => reference[name]!);
    expectClose(
      metrics.map((name) => evaluated[name]!),
      values,
      { terms: samples },
    );
    // without dropout and with a rate of 0, training sees the same outputs as evaluation
    const history = await model.fit(data, { batchSize: 8, validationData: data });
    expectClose(
      metrics.map((name) => history.last(name)!),
      values,
      { terms: samples },
    );
    expectClose(
      metrics.map((name) => history.last(`val_${name}`)!),
      values,
      { terms: samples },
    );
    expect(new Set(values.map((value) => value.toFixed(6))).size).toBeGreaterThan(1);
    model.dispose();
  });

  it("take another k by a name that topKCategoricalAccuracy() makes", () => {
    expect(topKCategoricalAccuracy()).toBe("top_5_categorical_accuracy");
    expect(topKCategoricalAccuracy(3)).toBe("top_3_categorical_accuracy");
    expect(topKCategoricalAccuracy(10, { sparse: true })).toBe("sparse_top_10_categorical_accuracy");
    expect(() => topKCategoricalAccuracy(0)).toThrow("k must be a positive integer, got 0.");
    expect(() => topKCategoricalAccuracy(1.5)).toThrow(ArgumentError);
  });

  it("are refused with a k that is none", async () => {
    for (const name of ["top_0_categorical_accuracy", "top_x_categorical_accuracy", "top_2_accuracy"]) {
      await expect(compiled("mse", [name])).rejects.toThrow(`compile: unknown metric "${name}"`);
    }
  });
});
