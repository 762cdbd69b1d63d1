import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import {
  Dense,
  EarlyStopping,
  type FitOptions,
  Input,
  input,
  model,
  ones,
  ReduceLROnPlateau,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

// outputs 3 and 7, targets 0 and 1: (9 + 36) / 2 and (3 + 6) / 2
const data = { inputs: [1, 2, 3, 4], targets: [0, 1] };
const values = { mse: 22.5, mae: 4.5 };
const other = { inputs: [1, 1], targets: [0] }; // mse 4, mae 2

async function compiled(metrics: Record<string, string>) {
  const net = sequential([Input([2]), Dense(1, { kernelInitializer: ones() })]);
  const optimizer = sgd({ learningRate: 0 });
  await net.compile({ engine: engine(), optimizer, loss: "mse", metrics }).catch((error: unknown) => {
    net.dispose();
    throw error;
  });
  return net;
}

async function fitted(metrics: Record<string, string>, options: FitOptions = {}) {
  const net = await compiled(metrics);
  try {
    return (await net.fit(data, options)).history;
  } finally {
    net.dispose();
  }
}

describe("names of results", () => {
  it.each([
    "toString",
    "constructor",
    "hasOwnProperty",
    "valueOf",
    "__proto__",
    "0",
  ])("may be %s: each result keeps its own", async (name) => {
    const metrics = Object.fromEntries([[name, "mae"]]);
    const history = await fitted(metrics, {
      epochs: 2,
      validationData: other,
      evaluationSets: Object.fromEntries([[name, other]]),
      callbacks: [EarlyStopping({ monitor: name, mode: "min", patience: 9 })],
    });
    const named = (of: string) => Object.getOwnPropertyDescriptor(history, of)?.value;
    expect(named("loss")).toEqual([values.mse, values.mse]);
    expect(named(name)).toEqual([values.mae, values.mae]);
    expect(named("val_loss")).toEqual([4, 4]);
    expect(named(`val_${name}`)).toEqual([2, 2]);
    expect(named(`${name}_${name}`)).toEqual([2, 2]);
    const net = await compiled(metrics);
    const evaluated = await net.evaluate(other);
    net.dispose();
    expect(Object.entries(evaluated).sort()).toEqual(
      [
        [name, 2],
        ["loss", 4],
      ].sort(),
    );
  });

  it.each(["loss", "seconds", "epoch", "lr"])("may not be %s, which is taken", async (name) => {
    await expect(compiled({ [name]: "mae" })).rejects.toThrow(ArgumentError);
    await expect(compiled({ [name]: "mae" })).rejects.toThrow(
      new RegExp(
        `^compile: two results would be named "${name}": the .* and the metric mean_absolute_error\\.`,
      ),
    );
  });

  it("may not be those of another set", async () => {
    const both = { validationData: other, evaluationSets: { val: data } };
    await expect(fitted({}, both)).rejects.toThrow(
      'fit: two results would be named "val_loss": loss of validationData or evaluationSets.val and',
    );
    const split = { validationSplit: 0.5, evaluationSets: { val: data } };
    await expect(fitted({}, split)).rejects.toThrow('two results would be named "val_loss"');
    await expect(fitted({ val_loss: "mae" }, { validationData: other })).rejects.toThrow(
      'two results would be named "val_loss": val_loss of training and loss of validationData or',
    );
    const nested = { evaluationSets: { a: other, a_a: other } };
    await expect(fitted({ a_loss: "mae" }, nested)).rejects.toThrow('two results would be named "a_loss"');
    expect((await fitted({ val_loss: "mae" })).val_loss).toEqual([values.mae]);
  });

  it("may not meet in a model of several outputs", async () => {
    const x = input([2]);
    const names = ["a", "a_b"];
    const net = model({ inputs: x, outputs: names.map((name) => Dense(1, { name }).apply(x)) });
    const compile = (metrics: Record<string, Record<string, string>>) =>
      net.compile({ engine: engine(), optimizer: sgd(), loss: "mse", metrics });
    await expect(compile({ a: { b_mae: "mae" }, a_b: { mae: "mae" } })).rejects.toThrow(
      'compile: two results would be named "a_b_mae"',
    );
    await expect(compile({ a: { loss: "mae" } })).rejects.toThrow(
      'would be named "a_loss": the loss of a and',
    );
    net.dispose();
  });

  it("leave callbacks theirs", async () => {
    const plateau = ReduceLROnPlateau({ monitor: "loss" });
    expect((await fitted({}, { callbacks: [plateau] })).lr).toEqual([0]);
  });
});
