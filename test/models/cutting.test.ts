import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError, WgradError } from "../../engine/errors.ts";
import {
  adam,
  adamw,
  BatchNormalization,
  Dense,
  DenseTranspose,
  Dropout,
  Input,
  input,
  loadWeights,
  type Model,
  model,
  type Optimizer,
  parseSafetensors,
  saveWeights,
  sequential,
} from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";
import { values } from "./float64.ts";
import { bits } from "./tiny.ts";

const engine = useEngine();
const folder = mkdtempSync(join(tmpdir(), "wgrad-cutting-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** 6 - 4 - 2 (code) - 4 - 6 with weights of its own. */
function autoencoder(): Model {
  const options = { activation: "tanh" } as const;
  return sequential([
    Input([6]),
    Dense(4, options),
    Dense(2, { ...options, name: "code" }),
    Dense(4, options),
    Dense(6, { name: "image" }),
  ]);
}

async function compiled(net: Model, optimizer: Optimizer = adam({ learningRate: 0.05 })): Promise<Model> {
  await net.compile({ optimizer, loss: "mse", engine: engine(), seed: 5 });
  return net;
}

const data = { inputs: values(48, 1), inputShape: [6] };

/** The two halves of a network, cut at its code. */
function halves(whole: Model): [Model, Model] {
  const code = whole.getLayer("code").output;
  return [
    model({ inputs: whole.inputs, outputs: code, name: "encoder" }),
    model({ inputs: code, outputs: whole.outputs, name: "decoder" }),
  ];
}

describe("a network cut in two", () => {
  it("shares its weights with the halves, which need no compile to predict and save", async () => {
    const whole = await compiled(autoencoder());
    const [encoder, decoder] = halves(whole);
    expect(decoder.layers.map(({ name }) => name)).toEqual(["input_1", "dense_2", "image"]);
    const composed = async () => {
      const codes = await encoder.predict(data);
      expect(codes.length).toBe(16);
      return decoder.predict({ inputs: codes });
    };
    expect(await composed()).toEqual(await whole.predict(data));
    await whole.fit(data, { epochs: 3 });
    expect(await composed()).toEqual(await whole.predict(data));
    encoder.setWeights(new Map([["code/bias", Float32Array.of(1, 2)]]));
    expect([...(await whole.getLayer("code").getWeights()).get("bias")!]).toEqual([1, 2]);

    const files = await Promise.all(
      [whole, encoder, decoder].map(async (part) => {
        const path = join(folder, `${part.name}.safetensors`);
        await saveWeights(part, path);
        return path;
      }),
    );
    const names = files.map((path) => [...parseSafetensors(readFileSync(path)).tensors.keys()]);
    expect([...names[1]!, ...names[2]!]).toEqual(names[0]);
    const [alone] = halves(autoencoder());
    await loadWeights(alone!, files[1]!); // before compile
    await compiled(alone!);
    expect(await alone!.predict(data)).toEqual(await encoder.predict(data));
    for (const net of [alone!, whole]) net.dispose();
    await expect(encoder.predict(data)).rejects.toThrow(WgradError);
  });

  it.each([
    true,
    false,
  ])("outlives the whole or not, whoever is disposed of first (whole first: %s)", async (first) => {
    const whole = await compiled(autoencoder());
    const [encoder] = halves(whole);
    const before = await encoder!.predict(data);
    await compiled(encoder!);
    expect(await encoder!.predict(data)).toEqual(before); // compile changes no weights that are there
    const [one, other] = first ? [whole, encoder!] : [encoder!, whole];
    one.dispose();
    expect((await other.predict(data)).length).toBe(first ? 16 : 48);
    if (first) await expect(whole.predict(data)).rejects.toThrow(/no values yet/); // its own half is gone
    other.dispose();
    await expect(other.predict(data)).rejects.toThrow(WgradError);
  });

  it("keeps its own engine until the last of the models is disposed of", async () => {
    const whole = autoencoder();
    await whole.compile({ optimizer: adam(), loss: "mse" }); // opens an engine
    const [encoder] = halves(whole);
    await encoder!.compile({ optimizer: adam(), loss: "mse" });
    const own = whole.session.engine;
    expect(encoder!.session.engine).toBe(own);
    await expect(compiled(encoder!)).rejects.toThrow(/weight dense_1\/kernel on another engine/);
    whole.dispose();
    expect((await encoder!.predict(data)).length).toBe(16);
    encoder!.dispose();
    expect(() => own.assertAlive()).toThrow("This engine was disposed.");
  });

  it("trains on in a half: the weights of the other half stay, whatever the optimizer", async () => {
    const whole = await compiled(autoencoder(), adamw({ learningRate: 0.05, weightDecay: 0.1 }));
    const code = whole.outputOf("code");
    const classifier = model({ inputs: whole.inputs, outputs: Dense(3, { name: "kind" }).apply(code) });
    await compiled(classifier, adamw({ learningRate: 0.05, weightDecay: 0.1 }));
    // the new layer, and the shared ones, which follow one another in the buffer of the whole
    expect(classifier.store.groups.map(({ variables }) => variables.length)).toEqual([4, 2]);
    const before = bits(await whole.getWeights());
    await classifier.fit({ inputs: data.inputs, targets: values(24, 2) }, { epochs: 2, batchSize: 4 });
    const after = bits(await whole.getWeights());
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual(["dense_1/kernel", "dense_1/bias", "code/kernel", "code/bias"]);

    whole.getLayer("dense_1").trainable = false; // frozen from the next compile on
    await compiled(classifier);
    await classifier.fit({ inputs: data.inputs, targets: values(24, 2) }, { batchSize: 4 });
    const frozen = bits(await whole.getWeights());
    expect(Object.keys(after).filter((path) => frozen[path] !== after[path])).toEqual([
      "code/kernel",
      "code/bias",
    ]);
    whole.dispose();
    classifier.dispose();
  });

  it("trains as a network of its own would", async () => {
    const whole = await compiled(autoencoder());
    const [encoder] = halves(whole);
    const alone = await compiled(
      sequential([
        Input([6]),
        Dense(4, { activation: "tanh" }),
        Dense(2, { name: "code", activation: "tanh" }),
      ]),
    );
    alone.setWeights(await encoder!.getWeights());
    await compiled(encoder!);
    const targets = { inputs: data.inputs, targets: values(16, 3) };
    for (const net of [encoder!, alone]) await net.fit(targets, { epochs: 3, batchSize: 3 });
    expect(bits(await encoder!.getWeights())).toEqual(bits(await alone.getWeights()));
    for (const net of [whole, encoder!, alone]) net.dispose();
  });

  it("takes weights along that a layer borrows from the other half", async () => {
    const first = Dense(2, { name: "first" });
    const tied = DenseTranspose(first, { name: "tied" });
    const whole = await compiled(sequential([Input([4]), first, tied]));
    const decoder = model({ inputs: first.output, outputs: tied.output });
    expect(decoder.weights.map(({ path }) => path)).toEqual(["tied/bias", "first/kernel"]);
    expect([decoder.parameterCount, whole.parameterCount]).toEqual([12, 14]);
    expect(decoder.summary().rows.map(({ parameters }) => parameters)).toEqual([0, 12]);
    const x = { inputs: values(4, 1) };
    const codes = await model({ inputs: whole.inputs, outputs: first.output }).predict(x);
    expect(await decoder.predict({ inputs: codes })).toEqual(await whole.predict(x));
    whole.dispose();
  });

  it("says where it cannot be cut", () => {
    const whole = autoencoder();
    expect(() => whole.getLayer("cod")).toThrow(
      'getLayer: sequential_1 has no layer "cod". Did you mean "code"?',
    );
    expect(() => whole.outputOf("code", 1)).toThrow("outputOf: code has outputs 0 to 0, not 1.");
    expect(() => Dense(2, { name: "new" }).output).toThrow("new: was not used yet;");
    const shared = whole.getLayer("code");
    shared.apply(input([4]));
    expect(() => shared.output).toThrow("code: has 2 outputs in its uses; model.outputOf(name) finds");
    expect(whole.outputOf("code").shape).toEqual([2]);
    expect(() => model({ inputs: whole.outputOf("image"), outputs: whole.outputOf("code") })).toThrow(
      ArgumentError,
    );
    expect(() => model({ inputs: [...whole.inputs, ...whole.inputs], outputs: whole.outputs })).toThrow(
      "model: an input is listed twice.",
    );
  });
});

describe("a clone", () => {
  const network = () => {
    const first = Dense(3, { name: "first", activation: "selu" });
    const inner = sequential([Input([4]), BatchNormalization({ momentum: 0.5 }), Dropout(0.2), first], {
      name: "inner",
    });
    return sequential([Input([4]), inner, DenseTranspose(first)], { name: "whole" });
  };

  it("has the same layers and weights of its own", async () => {
    const original = await compiled(network());
    await original.fit({ inputs: values(40, 1) }, { epochs: 2 });
    const [copy, fresh] = [await original.clone(), await original.clone({ weights: "fresh" })];
    expect(copy.summaryText()).toBe(original.summaryText());
    expect(copy.className).toBe("Sequential");
    await compiled(copy);
    await compiled(fresh);
    const weights = bits(await original.getWeights());
    expect(bits(await copy.getWeights())).toEqual(weights);
    expect((await fresh.getWeights()).get("first/kernel")).not.toEqual(
      (await copy.getWeights()).get("first/kernel"),
    );
    const x = { inputs: values(20, 2) };
    expect(await copy.predict(x)).toEqual(await original.predict(x));
    await copy.fit(x);
    expect(bits(await copy.getWeights())).not.toEqual(weights);
    expect(bits(await original.getWeights())).toEqual(weights);
    for (const net of [original, copy, fresh]) net.dispose();
  });

  it("trains to the same bits from the same weights", async () => {
    const original = await compiled(network());
    const copy = await compiled(await original.clone());
    for (const net of [original, copy]) await net.fit({ inputs: values(40, 1) }, { epochs: 2, batchSize: 4 });
    expect(bits(await copy.getWeights())).toEqual(bits(await original.getWeights()));
    for (const net of [original, copy]) net.dispose();
  });

  it("needs weights to copy", async () => {
    await expect(network().clone()).rejects.toThrow(/no values yet/);
  });
});
