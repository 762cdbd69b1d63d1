/** @file What may be given by name: optimizers, initializers, regularizers. */
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../engine/errors.ts";
import * as w from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();
const random = { seed: 3, stream: 4 };

describe("by name", () => {
  it("initializers are what the functions make", () => {
    const pairs: [w.InitializerChoice, w.Initializer][] = [
      ["he_normal", w.heNormal()],
      ["glorotUniform", w.glorotUniform()],
      [{ name: "constant", value: 0.5 }, w.constant(0.5)],
      [{ name: "heNormal", rule: "normal" }, w.heNormal("normal")],
      [
        { class_name: "RandomUniform", config: { minval: -2, maxval: 3, seed: null } },
        w.randomUniform(-2, 3),
      ],
      [{ class_name: "TruncatedNormal", config: { mean: 1, stddev: 0.5 } }, w.truncatedNormal(1, 0.5)],
      [{ class_name: "Orthogonal" }, w.orthogonal()],
    ];
    for (const [choice, made] of pairs)
      expect(w.initializer(choice)([4, 3], random), JSON.stringify(choice)).toEqual(made([4, 3], random));
  });

  it("every initializer is made again by its description", () => {
    const own = Object.entries(w).filter(([name]) =>
      /^(zeros|ones|constant|orthogonal|random|truncated|glorot|he[NU]|lecun)/.test(name),
    );
    const makers = own.filter(([name]) => name !== "constantRate") as [
      string,
      (value?: number) => w.Initializer,
    ][];
    expect(makers).toHaveLength(13);
    for (const [name, make] of makers) {
      const rule = name === "constant" ? make(2) : make();
      const config = w.initializerConfig(rule)!;
      expect(config.name).toBe(name);
      expect(w.initializer(config)([3, 2], random)).toEqual(rule([3, 2], random));
    }
    expect(w.initializerConfig((shape) => new Float32Array(shape[0]!))).toBeUndefined();
  });

  it("regularizers and optimizers are what the functions make", () => {
    expect(w.regularizer("l2")).toEqual(w.l2());
    expect(w.regularizer("l1_l2")).toEqual(w.l1l2());
    expect(w.regularizer({ class_name: "L1", config: { l1: 0.5 } })).toEqual(w.l1(0.5));
    expect(w.optimizer("adamax").config).toEqual(w.adamax().config);
    const keras = {
      name: "SGD",
      learning_rate: 0.5,
      momentum: 0.25,
      nesterov: true,
      clipvalue: 2,
      weight_decay: null,
    };
    expect(w.optimizer({ class_name: "SGD", config: keras }).config).toEqual(
      w.sgd({ learningRate: 0.5, momentum: 0.25, nesterov: true, clipValue: 2 }).config,
    );
    for (const name of [
      "sgd",
      "rmsprop",
      "adagrad",
      "adadelta",
      "adam",
      "adamw",
      "adamax",
      "nadam",
    ] as const) {
      const { config } = w.optimizer(name);
      expect(w.optimizer(config as w.OptimizerChoice).config).toEqual(config);
    }
  });

  it("errors name the nearest, and where it was given", async () => {
    expect(() => w.Dense(3, { kernelInitializer: "he_norml" as "he_normal" })).toThrow(
      'Dense: kernelInitializer: there is no initializer "he_norml". Did you mean "heNormal"?',
    );
    expect(() => w.Dense(3, { biasRegularizer: "l3" as "l2" })).toThrow(
      'Dense: biasRegularizer: there is no regularizer "l3".',
    );
    expect(() => w.Dense(3, { activityRegularizer: { l1: undefined as never, l2: 1 } })).toThrow(
      ArgumentError,
    );
    expect(() => w.initializer({ name: "heNormal", gain: 2 })).toThrow("there is no option gain");
    expect(() => w.initializer({ class_name: "HeNormal", config: { seed: 3 } })).toThrow(
      "there is no option seed",
    );
    expect(() => w.initializer("toString" as "zeros")).toThrow(ArgumentError);
    const model = w.sequential([w.Input([3]), w.Dense(2)]);
    const compile = (optimizer: unknown) =>
      model.compile({ optimizer: optimizer as w.OptimizerChoice, loss: "mse", engine: engine() });
    await expect(compile("adm")).rejects.toThrow(
      'compile: there is no optimizer "adm". Did you mean "adam"?',
    );
    await expect(compile({ name: "adam", beta: 1 })).rejects.toThrow(
      "compile: adam: there is no option beta.",
    );
    await expect(compile({ name: "adam", beta1: 1 })).rejects.toThrow("compile: adam: beta1 must be");
    await expect(compile(3)).rejects.toThrow("compile: optimizer must be made by sgd(), adam()");
    model.dispose();
  });
});

describe("SpatialDropout2D", () => {
  it("drops whole channels of each sample in training, and nothing in inference", async () => {
    const [samples, places, channels] = [50, 6, 8];
    const model = w.sequential([
      w.Input([2, 3, channels]),
      w.SpatialDropout2D(0.25),
      w.Flatten(),
      w.Dense(1),
    ]);
    await model.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    const x = engine().tensor(new Float32Array(samples * places * channels).fill(3), [
      samples,
      2,
      3,
      channels,
    ]);
    const layer = model.layers[1]!;
    const run = async (training: boolean) =>
      (await engine()
        .useStep(model.session.step, () => layer.call([x], { training, stream: 2 }))
        .data()) as Float32Array;
    expect([...new Set(await run(false))]).toEqual([3]);
    const values = await run(true);
    let dropped = 0;
    for (let sample = 0; sample < samples; sample++) {
      for (let c = 0; c < channels; c++) {
        const own = new Set(
          Array.from({ length: places }, (_, p) => values[(sample * places + p) * channels + c]!),
        );
        expect(own.size).toBe(1);
        if (own.has(0)) dropped++;
        else expect([...own][0]).toBeCloseTo(4, 5);
      }
    }
    expect(dropped / (samples * channels)).toBeCloseTo(0.25, 1); // of 400 draws: the deviation is 0.02
    model.dispose();
  });
});
