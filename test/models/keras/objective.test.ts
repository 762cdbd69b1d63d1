/** @file Activations, losses and metrics by name: Keras's values, from objective.json, which objective.py wrote. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addScalar, gelu, leakyRelu, log, relu, scale } from "../../../kernels/elementwise/index.ts";
import { activate, checkActivation } from "../../../models/activations.ts";
import {
  Activation,
  AUC,
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Dense,
  Huber,
  Input,
  LambdaCallback,
  lossNames,
  type Model,
  metricNames,
  Precision,
  Recall,
  SparseCategoricalCrossentropy,
  sequential,
  sgd,
  type TrainingSnapshot,
} from "../../../models/index.ts";
import { lossNamed } from "../../../models/objective/loss-names.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";

interface Expected {
  readonly x: number[];
  readonly activations: Record<string, number[]>;
  readonly approximateGelu: number[];
  readonly losses: readonly { name: string; prediction: number[]; target: number[]; value: number }[];
  readonly metrics: { outputs: number[]; targets: number[]; values: Record<string, number> };
}

const path = join(import.meta.dirname, "objective.json");
const keras = JSON.parse(readFileSync(path, "utf8")) as Expected;
const engine = useEngine();

/** Float32's rounding of Keras's own numbers included. */
function expectKeras(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  tolerance = 3e-6,
): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value), `${what} ${i}: ${actual[i]}, ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
}

describe("activations", () => {
  it.each(Object.keys(keras.activations))("%s", async (name) => {
    checkActivation("test", name);
    const y = activate(engine().tensor(keras.x, [1, keras.x.length]), name);
    expectKeras(await y.data(), keras.activations[name]!, name);
  });

  it("may be functions, in every layer that has an activation", async () => {
    const x = engine().tensor(keras.x, [1, keras.x.length]);
    const approximate = activate(x, (value) => gelu(value, { approximate: true }));
    expectKeras(await approximate.data(), keras.approximateGelu, "gelu");
    const build = (activation: Parameters<typeof Activation>[0]) =>
      sequential([Input([3]), Dense(5, { activation }), Activation(activation)]);
    const outputs = async (activation: Parameters<typeof Activation>[0]) => {
      const model = build(activation);
      await model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "mse", engine: engine(), seed: 2 });
      const data = {
        inputs: Float32Array.from({ length: 12 }, (_, i) => i / 6 - 1),
        targets: new Float32Array(20),
      };
      await model.fit(data, { epochs: 2, batchSize: 4 });
      const result = await model.predict(data);
      model.dispose();
      return [...result];
    };
    expectClose(await outputs(relu), await outputs("relu"), { scale: 1 });
    expectClose(await outputs((value) => leakyRelu(value, 0.2)), await outputs("leaky_relu"), { scale: 1 });
    expect(await outputs((value) => scale(value, 2))).not.toEqual(await outputs("linear"));
  });

  it("that are functions must keep the shape", () => {
    const x = engine().zeros([2, 3]);
    expect(() => activate(x, (value) => value.view([3, 2]))).toThrow(
      "must keep the shape [2,3], it gives [3,2]",
    );
    expect(() => activate(x, (() => 3) as never)).toThrow("the function must give a tensor, got 3.");
    expect(() => Dense(2, { activation: "geluu" as never })).toThrow('did you mean "gelu"');
  });
});

describe("losses", () => {
  it.each(keras.losses)("$name", async ({ name, prediction, target, value }) => {
    const [p, t] = [prediction, target].map((values) => engine().tensor(values, [6, 4]));
    expectKeras(await lossNamed(name).compute(p!, t!, {}).data(), [value], name);
  });

  it("have names that functions make of options", () => {
    expect(CategoricalCrossentropy()).toBe("categorical_crossentropy");
    expect(CategoricalCrossentropy({ labelSmoothing: 0.1 })).toBe(
      "categorical_crossentropy(labelSmoothing=0.1)",
    );
    expect(lossNamed(CategoricalCrossentropy({ fromLogits: true })).name).toBe("softmax_crossentropy");
    expect(lossNamed(SparseCategoricalCrossentropy({ fromLogits: true }))).toMatchObject({
      name: "sparse_softmax_crossentropy",
      sparse: true,
    });
    expect(lossNamed(BinaryCrossentropy({ fromLogits: true })).name).toBe("binary_crossentropy_from_logits");
    expect(lossNamed("kullback_leibler_divergence").name).toBe("kl_divergence");
    expect(lossNames).toContain("squared_hinge");
    expect(() => lossNamed("huber(dleta=2)")).toThrow('huber has no option "dleta", did you mean "delta"?');
    expect(() => lossNamed("mse(delta=2)")).toThrow('mean_squared_error has no option "delta". It has none.');
    expect(() => lossNamed("huber(2)")).toThrow('must read like "huber(delta=2)"');
    expect(() => lossNamed("hubert(delta=2)")).toThrow('unknown loss "hubert(delta=2)"');
    expect(() => Huber({ delta: -1 })).toThrow("Huber: delta must be above 0, got -1.");
    expect(() => CategoricalCrossentropy({ labelSmoothing: 2 })).toThrow(
      "labelSmoothing must be from 0 to 1",
    );
  });
});

describe("metrics over an epoch whose last batch is smaller", () => {
  const { outputs, targets, values } = keras.metrics;
  const data = { inputs: Float32Array.from(outputs), targets: Float32Array.from(targets) };

  async function compiled(
    model: Model,
    metrics: readonly string[] | Record<string, string>,
    learningRate = 0,
  ) {
    await model.compile({
      optimizer: sgd({ learningRate }),
      loss: "mse",
      metrics,
      engine: engine(),
      seed: 1,
    });
    return model;
  }

  /** Changes nothing: its metrics are those of the data. */
  const unchanged = () => sequential([Input([3]), Activation("linear")]);

  it("are Keras's in evaluate, fit and validation, whatever the sample weights", async () => {
    const names = Object.keys(values);
    const metrics = Object.fromEntries(names.map((name, i) => [`m${i}`, name]));
    const model = await compiled(unchanged(), metrics);
    const expected = Object.values(values);
    const read = (logs: Record<string, number>, prefix = "") => names.map((_, i) => logs[`${prefix}m${i}`]!);
    for (const batchSize of [8, 21, 1])
      expectKeras(
        read(await model.evaluate(data, { batchSize })),
        expected,
        `evaluate by ${batchSize}`,
        1e-6,
      );
    const sampleWeight = Float32Array.from({ length: 21 }, (_, i) => i % 3);
    const history = await model.fit(data, { batchSize: 8, epochs: 2, validationData: data, sampleWeight });
    const last = (prefix: string) => names.map((_, i) => history.last(`${prefix}m${i}`)!);
    expectKeras(last(""), expected, "fit", 1e-6);
    expectKeras(last("val_"), expected, "validation", 1e-6);
    expectKeras(
      names.map((_, i) => history.history[`m${i}`]![0]!),
      expected,
      "the first epoch",
    );
    const batch = await model.trainOnBatch(data.inputs, data.targets);
    expectKeras(read(batch), expected, "trainOnBatch", 1e-6);
    model.dispose();
  });

  it("go on where a run within an epoch goes on", async () => {
    const build = () => compiled(sequential([Input([3]), Dense(3)]), [AUC(), Precision(), "mae"], 0.1);
    const options = { batchSize: 4, epochs: 1 };
    const whole = await build();
    const { history } = await whole.fit(data, options);
    const stop = new AbortController();
    let taken: TrainingSnapshot | undefined;
    const keep = LambdaCallback({
      onEpochBegin: () => stop.abort(),
      onInterrupt: async (control) => {
        taken = await control.snapshot();
      },
    });
    const halted = await build();
    const interrupted = halted.fit(data, { ...options, callbacks: [keep], signal: stop.signal });
    await expect(interrupted).rejects.toThrow("Interrupted");
    const { batch, rows } = taken!.position;
    expect(batch).toBeGreaterThan(0);
    expect(batch).toBeLessThan(6);
    expect(rows.at(-1)!.length).toBeGreaterThan(400); // the counts
    const another = await build();
    const resumed = await another.fit(data, { ...options, resume: taken! });
    for (const name of ["loss", "auc", "precision", "mae"])
      expect(resumed.history[name], name).toEqual(history[name]);
    for (const model of [whole, halted, another]) model.dispose();
  });

  it("are NaN where a prediction is", async () => {
    const model = sequential([Input([3]), Activation((x) => log(addScalar(x, -2)))]); // no logarithm below 0
    const metrics = ["auc", "precision", "recall"];
    await model.compile({ optimizer: sgd(), loss: "mse", metrics, engine: engine() });
    const { auc, precision, recall } = await model.evaluate(data);
    expect([auc, precision, recall]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    model.dispose();
  });

  it("have names that functions make of options, and results without them", async () => {
    expect(AUC()).toBe("auc");
    expect(AUC({ numThresholds: 500, curve: "PR" })).toBe("auc(numThresholds=500, curve=PR)");
    expect(Recall({ classId: 2 })).toBe("recall(classId=2)");
    expect(metricNames).toContain("precision");
    const model = unchanged();
    const compile = (metrics: readonly string[]) => compiled(model, metrics);
    await compile([AUC({ curve: "PR" }), Precision({ thresholds: 0.8 }), "mae"]);
    expect(Object.keys(await model.evaluate(data))).toEqual(["loss", "auc", "precision", "mae"]);
    await expect(compile([AUC(), AUC({ curve: "PR" })])).rejects.toThrow('two results would be named "auc"');
    await expect(compile(["auc(curve=XY)"])).rejects.toThrow("AUC: curve must be one of ROC, PR");
    await expect(compile(["precision(classId=3)"])).rejects.toThrow("classId must be a class below 3");
    await expect(compile(["recall(k=3)"])).rejects.toThrow('recall has no option "k"');
    expect(() => AUC({ numThresholds: 1 })).toThrow("AUC: numThresholds must be a whole number from 2");
    expect(() => Precision({ classId: -1 })).toThrow("classId must be the index of a class, got -1.");
    model.dispose();
  });
});
