/** @file Files of three generations of Keras: models, weights by name and in order, and what must be refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { ready } from "h5wasm";
import { describe, expect, it } from "vitest";
import { WgradError } from "../../engine/errors.ts";
import { loadKerasModel, loadKerasWeights } from "../../exchange/index.ts";
import * as wgrad from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";

const folder = join(import.meta.dirname, "../golden-transfer");
const bytesOf = (file: string) => new Uint8Array(readFileSync(join(folder, file)));
const expected = (file: string) => wgrad.parseSafetensors(bytesOf(file), file).tensors;
const floats = (file: string, name: string) => expected(file).get(name)!.data as Float32Array;
const engine = useEngine();

/** The network of the files called sequential. */
function sequentialNetwork(): wgrad.Model {
  return wgrad.sequential([
    wgrad.Input([16, 16, 3]),
    wgrad.Conv2D(8, 3, { padding: "same", activation: "relu" }),
    wgrad.BatchNormalization(),
    wgrad.MaxPooling2D(2),
    wgrad.Conv2D(12, 3, { strides: 2, padding: "same", useBias: false }),
    wgrad.BatchNormalization({ momentum: 0.9, epsilon: 1e-4, scale: false }),
    wgrad.Activation("relu"),
    wgrad.Flatten(),
    wgrad.Dropout(0.25),
    wgrad.Dense(16, { activation: "relu" }),
    wgrad.Dense(5, { activation: "softmax" }),
  ]);
}

async function worstOf(model: wgrad.Model, tensors: string): Promise<number> {
  const output = await model.predict(floats(tensors, "x"));
  const wanted = floats(tensors, "output");
  return Math.max(...output.map((value, i) => Math.abs(value - wanted[i]!)));
}

describe("whole models", () => {
  it("h5 of Keras 2.2.5: predictions as Keras's, compile options, settings of layers", async () => {
    const notes: string[] = [];
    const model = await loadKerasModel(join(folder, "keras-h5/sequential-keras2.h5"), {
      compile: { engine: engine() },
      note: (text) => notes.push(text),
    });
    expect(await worstOf(model, "keras-h5/sequential.safetensors")).toBeLessThan(3.1e-6);
    expect(model.optimizer.learningRate).toBeCloseTo(0.01, 8);
    expect(model.compiled!.metrics).toEqual(["accuracy"]);
    expect(model.getLayer("batch_normalization_2").getConfig()).toMatchObject({
      momentum: 0.9,
      epsilon: 1e-4,
      scale: false,
    });
    expect(model.getLayer("conv2d_1").getConfig()).toMatchObject({
      padding: "same",
      kernelInitializer: { name: "glorotUniform" },
    });
    expect(notes).toEqual([
      "The file has no state of the optimizer that wgrad knows: training starts with fresh moments.",
    ]);
    model.dispose();
  });

  it("keras of Keras 3.9, a graph with branches: predictions as Keras's, momentum and steps of the optimizer", async () => {
    const model = await loadKerasModel(bytesOf("keras-v3/branches-3.9.keras"), {
      compile: { engine: engine() },
      note: (text) => expect.fail(text),
    });
    expect(await worstOf(model, "keras-v3/branches-v3.safetensors")).toBeLessThan(1.2e-6);
    expect((await model.session.step.read()).step).toBe(2);
    expect(model.getLayer("left_bn").getConfig()).toMatchObject({ movingVarianceRule: "biased" });
    const moments = await model.session.state.read();
    expect(moments.get("velocity/stem/kernel")!.some((value) => value !== 0)).toBe(true);
    model.dispose();
  });

  it.each(["keras", "h5"])("%s of Keras 3.15: Nadam goes on as it does there", async (ending) => {
    const bytes = gunzipSync(readFileSync(join(import.meta.dirname, `fixtures/nadam-3.15.${ending}.gz`)));
    const model = await loadKerasModel(new Uint8Array(bytes), {
      compile: { engine: engine() },
      note: (text) => expect.fail(text),
    });
    const [x, y] = [Float32Array.of(0.5, -1, 2, 1, 0.25, -0.75), Float32Array.of(1, -1, 0, 2)];
    for (let step = 0; step < 4; step++) await model.trainOnBatch(x, y);
    // kernel and bias in Keras itself, on JAX, after the same four steps
    const kernel = [0.3484762, 0.14337382, 0.6112805, -0.66733605, 0.20106044, -0.6148966];
    const weights = await model.getWeights();
    for (const [i, value] of [...weights.get("dense/kernel")!].entries())
      expect(value).toBeCloseTo(kernel[i]!, 5);
    expect(weights.get("dense/bias")![0]).toBeCloseTo(0.21439646, 5);
    expect(model.optimizer.config).toMatchObject({ name: "nadam", scheduleDecay: 1 });
    model.dispose();
  });

  it("compile: false leaves the options in the file", async () => {
    const model = await loadKerasModel(bytesOf("keras-v3/branches-3.9.keras"), { compile: false });
    expect(model.compiled).toBeUndefined();
  });
});

describe("weights", () => {
  it("by order where names differ, as of tf.keras 2.13 on Windows", async () => {
    const [ours, keras2] = [sequentialNetwork(), sequentialNetwork()];
    await loadKerasWeights(ours, bytesOf("keras-v3/sequential-2.13-windows.weights.h5"));
    await loadKerasWeights(keras2, bytesOf("keras-h5/sequential-keras2.h5"), { byName: true });
    for (const network of [ours, keras2]) network.initialize(engine(), 0);
    expect(await worstOf(keras2, "keras-h5/sequential.safetensors")).toBeLessThan(3.1e-6);
    expect(await worstOf(ours, "keras-v3/sequential-v3.safetensors")).toBeLessThan(5.71e-6);
    for (const network of [ours, keras2]) network.dispose();
  });

  it("lists of names that are split, in order", async () => {
    const sizes = [7, 6, 5, 4];
    const model = wgrad.sequential([wgrad.Input([6]), ...sizes.map((units) => wgrad.Dense(units))]);
    await loadKerasWeights(model, bytesOf("keras-h5/chunked.h5"), { byName: false });
    model.initialize(engine(), 0);
    expect((await model.getWeights()).get("dense_4/kernel")!.some((value) => value !== 0)).toBe(true);
    model.dispose();
  });

  it("sets nothing of a file that does not fit, by name only what is there", async () => {
    const model = wgrad.sequential([wgrad.Input([6]), wgrad.Dense(7), wgrad.Dense(9)]);
    model.initialize(engine(), 0);
    const before = await model.getWeights();
    await expect(loadKerasWeights(model, bytesOf("keras-h5/chunked.h5"))).rejects.toThrow(
      /dense_2\/kernel: the model's is \[7,9\], the file's is \[7,6\]/,
    );
    expect(await model.getWeights()).toEqual(before);
    const other = wgrad.sequential([wgrad.Input([6]), wgrad.Dense(7), wgrad.Dense(9, { name: "own" })]);
    other.initialize(engine(), 0);
    const own = (await other.getWeights()).get("own/kernel");
    await loadKerasWeights(other, bytesOf("keras-h5/chunked.h5"), { byName: true });
    expect((await other.getWeights()).get("own/kernel")).toEqual(own);
    model.dispose();
    other.dispose();
  });
});

describe("what is refused", () => {
  it.each([
    ["truncated", /truncated/],
    ["text", /not an HDF5 file/],
    ["empty", /empty \(0 bytes\)/],
    ["wrong-shape", /dense_1\/kernel: the model's is \[48,5\], the file's is \[5,48\]/],
    ["missing-layer", /dense_1/],
    ["nan-weights", /conv2d_1\/kernel: holds NaN/],
    ["unknown-layer", /sequential_1\/lstm_1: wgrad has no layer of the class LSTM/],
    ["bad-json", /model_config is damaged JSON/],
    ["weights-only", /no model_config, so weights alone/],
  ])("%s.h5", async (name, message) => {
    await expect(loadKerasModel(bytesOf(`keras-h5/broken/${name}.h5`))).rejects.toThrow(message);
  });

  it("the good file that these are made of is accepted", async () => {
    const model = await loadKerasModel(bytesOf("keras-h5/broken/whole.h5"), { compile: false });
    expect(model.weights).toHaveLength(4);
  });

  it("texts that the HDF5 library would look through for ever", async () => {
    const bytes = bytesOf("keras-v3/branches-3.9.keras");
    const heap = new TextDecoder("latin1").decode(bytes).indexOf("GCOL\x01");
    expect(heap).toBeGreaterThan(0);
    bytes.fill(0, heap + 16, heap + 32); // the first piece is free, and of no length
    await expect(loadKerasModel(bytes)).rejects.toThrow("have no end");
  });

  it("an error leaves nothing of the library's stack taken", async () => {
    const module = (await ready) as unknown as {
      ccall(name: string, result: null, kinds: readonly string[], values: readonly string[]): void;
      _place?: (address: number) => void;
    };
    const places: number[] = [];
    module._place = (address) => places.push(address);
    for (let i = 0; i < 3; i++) {
      module.ccall("place", null, ["string"], ["a text, which lies on the stack"]);
      await expect(loadKerasModel(bytesOf("keras-h5/broken/truncated.h5"))).rejects.toThrow("truncated");
    }
    expect(new Set(places).size).toBe(1);
    expect(places).toHaveLength(3);
  });

  it("a zip that says it has a terabyte, or lacks a part; entries with other paths are not unpacked", async () => {
    const config = new TextEncoder().encode("{}");
    const lacking = zipSync({ "../../config.json": config, "config.json": config });
    await expect(loadKerasModel(lacking)).rejects.toThrow("a zip without model.weights.h5");
    const bomb = zipSync({ "config.json": new Uint8Array(2 ** 27) });
    await expect(loadKerasModel(bomb)).rejects.toThrow("config.json says that it has 134 MB");
  });
});

/** WGRAD_MUTATIONS=10000 for the long run. */
const mutations = Number(process.env.WGRAD_MUTATIONS ?? 60);

it.each([
  "keras-h5/broken/whole.h5",
  "keras-v3/branches-3.9.keras",
  "keras-v3/sequential-2.13-windows.weights.h5",
])("mutated %s: a house error or a model", async (file) => {
  const good = bytesOf(file);
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let refused = 0;
  for (let round = 0; round < mutations; round++) {
    const bytes = good.slice(0, random(8) === 0 ? random(good.length) : good.length);
    // most of a file are weights: bytes of its beginning matter more
    const reach = random(2) === 0 ? Math.min(2500, bytes.length) : bytes.length;
    for (let change = random(8); change >= 0; change--)
      bytes[random(reach)] = [0, 255, random(256)][random(3)]!;
    const load = file.endsWith(".weights.h5")
      ? loadKerasWeights(sequentialNetwork(), bytes)
      : loadKerasModel(bytes, { compile: false, note: () => {} });
    await Promise.resolve(load).catch((error: unknown) => {
      if (!(error instanceof WgradError)) throw new Error(`round ${round}`, { cause: error });
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(0);
}, 600_000);
