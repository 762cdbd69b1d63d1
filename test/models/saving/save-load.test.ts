/** @file Whole models saved and loaded: architecture, weights, optimizer state, and what a file cannot hold. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WgradError } from "../../../engine/errors.ts";
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { scale } from "../../../kernels/elementwise/index.ts";
import * as w from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { hasHalf } from "../../support/half.ts";
import { bits, tinyData, tinyNetwork, withoutSeconds } from "../tiny.ts";

const engine = useEngine();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-models-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = tinyData(24);
const onEngine = () => ({ compile: { engine: engine() } });
const loss = "categorical_crossentropy";

async function trained(optimizer: w.OptimizerChoice, options: w.FitOptions = {}): Promise<w.Model> {
  const model = tinyNetwork();
  await model.compile({ optimizer, loss, metrics: ["accuracy"], engine: engine(), seed: 7 });
  await model.fit(data, { batchSize: 8, epochs: 2, ...options });
  return model;
}

/** All bits of a model that another two epochs change. */
async function goOn(model: w.Model, options: w.FitOptions = {}) {
  const history = await model.fit(data, { batchSize: 8, epochs: 2, ...options });
  const results = {
    weights: bits(await model.getWeights()),
    slots: bits(await model.session.state.read()),
    history: withoutSeconds(history),
    step: await model.session.step.read(),
  };
  model.dispose();
  return results;
}

describe("a model that was saved", () => {
  const optimizers: w.OptimizerChoice[] = [
    ...(["sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "adamax", "nadam"] as const),
    w.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, decay: 0.01, clipNorm: 1 }),
    { name: "adam", beta1: 0.8, clipValue: 0.5 },
    { class_name: "RMSprop", config: { name: "RMSprop", learning_rate: 0.01, rho: 0.8, clipnorm: null } },
  ];

  it.each(
    optimizers.map((optimizer) => [w.optimizer(optimizer).name, optimizer] as const),
  )("trains on to the same bits with %s", async (_, optimizer) => {
    const model = await trained(optimizer);
    const path = join(folder, "tiny.safetensors");
    expect(await model.save(path)).toEqual([]);
    const loaded = await w.loadModel(path, onEngine());
    expect(loaded.optimizer.config).toEqual(model.optimizer.config);
    expect(loaded.summaryText()).toBe(model.summaryText());
    expect(await goOn(loaded)).toEqual(await goOn(model));
  });

  it("keeps a learning rate that was changed, and the seed and step of a resumed run", async () => {
    const model = await trained("adam");
    model.optimizer.learningRate = 0.25;
    const loaded = await w.loadModel(await w.saveModel(model), onEngine());
    expect(loaded.optimizer.learningRate).toBe(0.25);
    expect(await goOn(loaded)).toEqual(await goOn(model));
  });

  it.skipIf(!hasHalf)("keeps the loss scale of mixed precision", async () => {
    const mixed = { precision: "mixed", lossScale: { initialScale: 1024, dynamicGrowthSteps: 5 } } as const;
    const model = await trained("adam", mixed);
    const loaded = await w.loadModel(await w.saveModel(model), onEngine());
    const { keptLossScale: scaleOf } = loaded.session;
    expect(await scaleOf!.read()).toEqual(await model.session.keptLossScale!.read());
    expect(scaleOf!.growthSteps).toBe(5);
    expect(await goOn(loaded, { precision: "mixed" })).toEqual(await goOn(model, { precision: "mixed" }));
  });

  it("without its optimizer, or loaded without compiling, has the weights", async () => {
    const model = await trained("adam");
    const weights = bits(await model.getWeights());
    const whole = await w.saveModel(model);
    const alone = await w.saveModel(model, { includeOptimizer: false });
    expect(alone.length).toBeLessThan(whole.length);
    model.dispose();
    for (const load of [w.loadModel(alone), w.loadModel(whole, { compile: false })]) {
      const loaded = await load;
      expect(loaded.compiled).toBeUndefined();
      await loaded.compile({ optimizer: "sgd", loss, engine: engine() });
      expect(bits(await loaded.getWeights())).toEqual(weights);
      loaded.dispose();
    }
  });

  it("is the same bytes when it is saved again", async () => {
    const model = await trained("nadam");
    const bytes = await w.saveModel(model);
    const loaded = await w.loadModel(bytes, onEngine());
    expect(Buffer.from(await w.saveModel(loaded)).equals(bytes)).toBe(true);
    for (const each of [model, loaded]) each.dispose();
  });
});

/** Two inputs and outputs, a shared layer, models in each other that share one too, tied weights, and a layer cut from a model. */
function entangled(): w.Model {
  const encoder = w.Dense(3, { name: "encoder", kernelInitializer: "he_normal" });
  const common = w.Dense(4, { activation: "tanh", kernelRegularizer: w.l2(0.125) });
  const inner = w.sequential([w.Input([4]), common, w.Dropout(0.25), encoder], { name: "inner" });
  const outer = w.sequential([inner, w.Dense(3)], { trainable: false });
  const [a, b] = [w.input([4], { name: "a" }), w.input([4])];
  const first = w.Concatenate().apply([outer.apply(common.apply(a)), inner.apply(b)]);
  const decoded = w.DenseTranspose(encoder, { activation: "sigmoid" }).apply(inner.apply(a));
  return w.model({ inputs: [a, b], outputs: [w.Dense(2).apply(first), decoded], name: "both" });
}

describe("a graph that was saved", () => {
  it("has its shared and tied layers, models within models, inputs and outputs", async () => {
    const model = entangled();
    const inputs = { a: data.inputs.slice(0, 24), input_1: data.inputs.slice(24, 48) };
    expect(model.inputNames).toEqual(Object.keys(inputs));
    const targets = { dense_2: new Float32Array(12), dense_transpose_1: new Float32Array(24) };
    expect(model.outputNames).toEqual(Object.keys(targets));
    await model.compile({
      optimizer: "adam",
      loss: { dense_2: "mse", dense_transpose_1: "binary_crossentropy" },
      lossWeights: [0.5, 2],
      engine: engine(),
    });
    const set = { inputs, targets };
    await model.fit(set, { batchSize: 3 });
    const loaded = await w.loadModel(await w.saveModel(model), onEngine());
    expect(loaded.summaryText()).toBe(model.summaryText());
    expect(loaded.summary()).toEqual(model.summary());
    expect(loaded.weights.map(({ path, trainable }) => [path, trainable])).toEqual(
      model.weights.map(({ path, trainable }) => [path, trainable]),
    );
    expect(await loaded.predictOutputs({ inputs })).toEqual(await model.predictOutputs({ inputs }));
    for (const each of [model, loaded]) await each.fit(set, { batchSize: 3 });
    expect(bits(await loaded.getWeights())).toEqual(bits(await model.getWeights()));
    for (const each of [model, loaded]) each.dispose();
  });

  it("may have been cut out of another model", async () => {
    const whole = tinyNetwork();
    const cut = w.model({ inputs: whole.outputOf("dense_1"), outputs: whole.outputs });
    await cut.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    const loaded = await w.loadModel(await w.saveModel(cut), onEngine());
    expect(loaded.summaryText()).toBe(cut.summaryText());
    for (const each of [cut, loaded]) each.dispose();
  });
});

/** Multiplies by a constant, and says only what it was made of. */
class Scale extends w.Layer {
  static override readonly positional = ["factor"];
  readonly className = "Scale";
  readonly factor: number;
  constructor(factor: number, options: w.LayerOptions = {}) {
    super(options);
    this.factor = factor;
  }
  outputShape([shape]: readonly Shape[]) {
    return shape!;
  }
  call([x]: readonly Tensor[]) {
    return scale(x!, this.factor);
  }
}

/** Says what it was made of in its own words. */
class Shift extends w.Layer {
  readonly className = "Shift";
  readonly by: Float32Array;
  constructor(by: Float32Array) {
    super();
    this.by = by;
  }
  override getConfig() {
    return { by: [...this.by] };
  }
  static override fromConfig({ by }: w.LayerConfig) {
    return new Shift(Float32Array.from(by as number[]));
  }
  outputShape([shape]: readonly Shape[]) {
    return shape!;
  }
  call([x]: readonly Tensor[]) {
    return x!;
  }
}

describe("layers of one's own", () => {
  const build = async () => {
    const layers = [
      w.Input([4]),
      new Scale(2, { name: "twice" }),
      new Shift(Float32Array.of(1, 2)),
      w.Dense(2),
    ];
    const model = w.sequential(layers);
    await model.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    return model;
  };

  it("are saved, loaded and cloned by their settings", async () => {
    const model = await build();
    const loaded = await w.loadModel(await w.saveModel(model), { ...onEngine(), layers: { Scale, Shift } });
    const clone = await model.clone();
    for (const again of [loaded, clone]) {
      expect((again.getLayer("twice") as Scale).factor).toBe(2);
      expect((again.getLayer("shift_1") as Shift).by).toEqual(Float32Array.of(1, 2));
    }
    for (const each of [model, loaded]) each.dispose();
  });

  it("that nobody gives, or that do not say what they are, are errors that say what to do", async () => {
    const model = await build();
    const bytes = await w.saveModel(model);
    await expect(w.loadModel(bytes, { layers: { Shift } })).rejects.toThrow(
      /there is no layer class Scale.*loadModel\(path, \{ layers: \{ Scale \} \}\)/,
    );
    model.dispose();
    class Silent extends Scale {}
    const silent = w.sequential([w.Input([4]), new Silent(2), w.Dense(2)]);
    await silent.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    await expect(silent.clone()).rejects.toThrow(
      /scale_1: a Scale does not say what it was made of.*static positional/,
    );
    await expect(w.saveModel(silent)).rejects.toThrow(WgradError);
    silent.dispose();
  });

  it("with a function in them cannot be saved, but cloned", async () => {
    const model = w.sequential([w.Input([4]), w.Lambda((x) => scale(x, 3)), w.Dense(2)]);
    await model.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    await expect(w.saveModel(model)).rejects.toThrow(
      "save: lambda_1: compute of a Lambda is a function, which a file cannot hold.",
    );
    expect((await model.clone()).getLayer("lambda_1").className).toBe("Lambda");
    model.dispose();
  });
});

describe("what a file cannot hold", () => {
  it("is said, and asked for when the model is loaded", async () => {
    const own: w.Initializer = (shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
    const model = w.sequential([w.Input([5]), w.Dense(3, { kernelInitializer: own, activation: "softmax" })]);
    const optimizer = w.adam({ learningRate: (step) => 0.1 / (1 + step) });
    await model.compile({ optimizer, loss, engine: engine() });
    await model.fit(data, { batchSize: 8 });
    const path = join(folder, "functions.safetensors");
    expect(await model.save(path)).toEqual([
      "dense_1: kernelInitializer is a function of your own: new weights will start by default",
      "optimizer is a function: loadModel() must be given it again",
    ]);
    await expect(w.loadModel(path, onEngine())).rejects.toThrow(
      /was saved without its optimizer, a function: give it, loadModel\(path, \{ compile: \{ optimizer \} \}\)/,
    );
    const other = w.loadModel(path, { compile: { engine: engine(), optimizer: "sgd" } });
    await expect(other).rejects.toThrow("has the moments of adam, compile has sgd");
    const loaded = await w.loadModel(path, { compile: { engine: engine(), optimizer } });
    expect(await goOn(loaded)).toEqual(await goOn(model));
  });
});
