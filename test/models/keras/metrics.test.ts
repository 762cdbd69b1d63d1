/** @file Weighted metrics, lists of thresholds, areas and hinges: Keras's values, from metrics.json, which metrics.py wrote. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  Activation,
  AUC,
  type CompileOptions,
  Dense,
  Input,
  input,
  type MetricChoice,
  model,
  Precision,
  Recall,
  sequential,
  sgd,
  topKCategoricalAccuracy,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

interface Expected {
  readonly classes: number;
  readonly scores: number[];
  readonly weights: number[];
  readonly targets: Readonly<Record<string, number[]>>;
  readonly cases: Readonly<Record<string, Readonly<Record<string, number[]>>>>;
}

const keras = JSON.parse(readFileSync(join(import.meta.dirname, "metrics.json"), "utf8")) as Expected;
const engine = useEngine();
const { scores, weights, classes } = keras;

const thresholds = [0.9, 0.25, 0.5];
const areas = Object.fromEntries(
  (["ROC", "PR"] as const).flatMap((curve) =>
    (["interpolation", "minoring", "majoring"] as const).map((summationMethod) => [
      `${curve}_${summationMethod}`,
      AUC({ curve, summationMethod, numThresholds: 50 }),
    ]),
  ),
);
const counts = {
  precision: Precision({ thresholds }),
  recall: Recall({ thresholds, classId: 2 }),
  ...areas,
  uneven: AUC({ thresholds: [0.3, 0.31, 0.7] }),
  even: AUC({ thresholds: [0.25, 0.5, 0.75], curve: "PR" }),
};
const means = [
  "accuracy",
  "mse",
  "hinge",
  "squared_hinge",
  "cosine_similarity",
  { top_2: topKCategoricalAccuracy(2) },
];
const hinges = ["hinge", "squared_hinge", "categorical_hinge"];

type Metrics = Pick<CompileOptions, "metrics" | "weightedMetrics">;
const cases: Readonly<Record<string, readonly [targets: string, metrics: Metrics]>> = {
  counts: ["0 and 1", { metrics: counts }],
  "weighted counts": ["0 and 1", { weightedMetrics: counts }],
  "means beside weighted means": ["one-hot", { metrics: means, weightedMetrics: means }],
  "hinges of 0 and 1": ["0 and 1", { metrics: hinges }],
  "hinges of -1 and 1": ["-1 and 1", { metrics: hinges, weightedMetrics: hinges }],
  "hinges of -1, 0 and 1": ["-1, 0 and 1", { metrics: hinges }],
};

/** Keras's list of results is here one for each threshold. */
function named(results: Readonly<Record<string, number[]>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(results).flatMap(([name, values]) =>
      values.map((value, i) => [values.length > 1 ? `${name}_at_${thresholds[i]}` : name, value]),
    ),
  );
}

function expectKeras(
  actual: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected))
    expect(Math.abs(actual[name]! - value), `${name}: ${actual[name]}, ${value}`).toBeLessThan(3e-6);
}

/** Changes nothing: its metrics are those of the data. */
async function compiled(metrics: Metrics, loss = "mse") {
  const unchanged = sequential([Input([classes]), Activation("linear")]);
  await unchanged.compile({ optimizer: sgd(), loss, engine: engine(), ...metrics });
  return unchanged;
}

describe("metrics beside Keras's", () => {
  it.each(Object.keys(keras.cases))("%s", async (name) => {
    const [targets, metrics] = cases[name]!;
    const net = await compiled(metrics);
    const data = { inputs: scores, targets: keras.targets[targets]!, sampleWeight: weights };
    const { loss: _, ...results } = await net.evaluate(data, { batchSize: 8 });
    expectKeras(results, named(keras.cases[name]!));
    const { history } = await net.fit(data, { batchSize: 8, shuffle: false, validationData: data });
    for (const [result, value] of Object.entries(results)) {
      expect(history[result]![0], result).toBeCloseTo(value, 5); // of training
      if (targets === "-1, 0 and 1") continue; // validation is one batch, and what a 0 means depends on its batch
      expect(history[`val_${result}`]![0], `val_${result}`).toBeCloseTo(value, 5);
    }
    net.dispose();
  });

  it("take Keras's names, the weighted ones last", async () => {
    const x = input([classes]);
    const outputs = ["a", "b"].map((name) => Activation("linear", { name }).apply(x));
    const net = model({ inputs: x, outputs });
    const both: MetricChoice = { a: ["mse", "mae"], b: ["mae"] };
    await net.compile({
      optimizer: sgd(),
      loss: "mse",
      engine: engine(),
      metrics: { b: "mae" },
      weightedMetrics: both,
    });
    const targets = { a: keras.targets["one-hot"]!, b: keras.targets["0 and 1"]! };
    const results = await net.evaluate({ inputs: scores, targets, sampleWeight: { b: weights } } as never);
    // keras.src.trainers.compile_utils.CompileMetrics.result()
    expect(Object.keys(results)).toEqual([
      "loss",
      "a_loss",
      "b_loss",
      "b_mae",
      "a_mse",
      "a_mae",
      "b_weighted_mae",
    ]);
    expect(results.b_weighted_mae).not.toBeCloseTo(results.b_mae!, 3);
    net.dispose();
  });

  it("count by class weights in training, and by no weights as the others do", async () => {
    const net = await compiled(
      { metrics: ["accuracy"], weightedMetrics: ["accuracy", AUC()] },
      "categorical_crossentropy",
    );
    const labels = Array.from({ length: 21 }, (_, i) =>
      keras.targets["one-hot"]!.slice(4 * i, 4 * i + 4).indexOf(1),
    );
    const data = { inputs: scores.map((score) => score + 0.01), inputShape: [classes], labels, classes };
    const plain = await net.evaluate(data);
    expect(plain.weighted_accuracy).toBeCloseTo(plain.accuracy!, 6);
    const classWeight = { 0: 0.5, 1: 3, 2: 1, 3: 0 };
    const { history } = await net.fit(data, { batchSize: 8, classWeight });
    const hits = labels.map((label, i) => {
      const row = scores.slice(4 * i, 4 * i + 4);
      return row.indexOf(Math.max(...row)) === label ? 1 : 0;
    });
    const factors = labels.map((label) => classWeight[label as 0 | 1 | 2 | 3]);
    const weighted = hits.reduce((sum: number, hit, i) => sum + hit * factors[i]!, 0);
    expect(history.weighted_accuracy![0]).toBeCloseTo(weighted / factors.reduce((a, b) => a + b), 5);
    expect(history.accuracy![0]).toBeCloseTo(plain.accuracy!, 6);
    net.dispose();
  });

  it("add up over the parts of a batch, and are 0 where nothing weighs", async () => {
    const metrics = { weightedMetrics: ["mae", AUC({ numThresholds: 20 })] };
    const data = { inputs: scores, targets: keras.targets["0 and 1"]! };
    const net = await compiled(metrics);
    const whole = await net.evaluate({ ...data, sampleWeight: weights }, { batchSize: 21 });
    const one = await net.evaluate({ ...data, sampleWeight: weights }, { batchSize: 1 });
    for (const [name, value] of Object.entries(whole)) expect(one[name]).toBeCloseTo(value, 5);
    const nothing = await net.evaluate({ ...data, sampleWeight: new Float32Array(21) });
    expect(nothing).toMatchObject({ mae: 0, auc: 0 });
    net.dispose();
  });

  it("say what fits neither labels nor thresholds", async () => {
    const net = sequential([Input([2]), Dense(3, { activation: "softmax" })]);
    const loss = "sparse_categorical_crossentropy";
    const compile = (metrics: MetricChoice) =>
      net.compile({ optimizer: sgd(), loss, engine: engine(), metrics });
    await expect(compile(["auc"])).rejects.toThrow(
      "compile: dense_1 has no metric auc. It compares each of the 3 outputs with a target of its own, and the loss " +
        "sparse_categorical_crossentropy has labels. Train with categorical_crossentropy, which takes one-hot rows and makes them of labels.",
    );
    expect(() => AUC({ thresholds: [0.5, 1.5] })).toThrow("AUC: thresholds must be from 0 to 1, got 1.5.");
    expect(() => AUC({ thresholds: [] })).toThrow("AUC: thresholds are an empty list.");
    expect(() => AUC({ thresholds: [0.5], numThresholds: 3 })).toThrow("are both given");
    expect(() => AUC({ summationMethod: "middle" as never })).toThrow(
      "AUC: summationMethod must be one of interpolation, minoring, majoring",
    );
    expect(() => Precision({ thresholds: ["a"] as never })).toThrow(
      'precision: thresholds must be a number, got "a".',
    );
    expect(Precision({ thresholds: [0.3, 0.5] })).toBe("precision(thresholds=[0.3 0.5])");
    net.dispose();
  });
});
