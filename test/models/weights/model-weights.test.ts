import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError, ShapeError } from "../../../engine/errors.ts";
import {
  loadWeights,
  type Model,
  readSafetensors,
  saveWeights,
  sgd,
  writeSafetensors,
} from "../../../models/index.ts";
import type { SafetensorsEntry } from "../../../models/weights/safetensors.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-weights-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compiled(seed: number): Promise<Model> {
  const model = tinyNetwork();
  await model.compile({ optimizer: sgd(), loss: "mse", engine: engine(), seed });
  return model;
}

const complete = (): SafetensorsEntry[] => [
  { name: "dense_1/kernel", shape: [5, 4], data: new Float32Array(20) },
  { name: "dense_1/bias", shape: [4], data: new Float32Array(4) },
  { name: "dense_2/kernel", shape: [4, 3], data: new Float32Array(12) },
  { name: "dense_2/bias", shape: [3], data: new Float32Array(3) },
];

describe("weights", () => {
  it("are the same bits after saving and loading, in layer order", async () => {
    const [saved, loaded] = [await compiled(1), await compiled(2)];
    const path = join(folder, "weights.safetensors");
    await saveWeights(saved, path);
    expect([...(await readSafetensors(path)).tensors.keys()]).toEqual(complete().map(({ name }) => name));
    const wanted = bits(await saved.getWeights());
    expect(bits(await loaded.getWeights())).not.toEqual(wanted);
    await loadWeights(loaded, path);
    expect(bits(await loaded.getWeights())).toEqual(wanted);
    saved.dispose();
    loaded.dispose();
  });

  it("that do not fit are listed, and nothing is set", async () => {
    const model = await compiled(1);
    const before = bits(await model.getWeights());
    const [kernel1, , kernel2, bias2] = complete() as [
      SafetensorsEntry,
      unknown,
      SafetensorsEntry,
      SafetensorsEntry,
    ];
    const path = join(folder, "wrong.safetensors");
    await writeSafetensors(path, [
      kernel1,
      { ...kernel2, shape: [3, 4] },
      { ...bias2, data: new Int32Array(3) },
      { name: "dense_3/bias", shape: [1], data: new Float32Array(1) },
    ]);
    const error = await loadWeights(model, path).then(
      () => undefined,
      (cause: unknown) => cause as FileError,
    );
    expect(error).toBeInstanceOf(FileError);
    expect(error?.message.split("\n")).toEqual([
      `${path} does not fit the model sequential_1:`,
      "  dense_1/bias [4]: missing",
      "  dense_2/kernel: [4,3] expected, [3,4] found",
      "  dense_2/bias: F32 expected, I32 found",
      "  dense_3/bias: the model has no such weight",
    ]);
    await expect(loadWeights(model, join(folder, "nowhere"))).rejects.toThrow(FileError);
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });

  it("keep every bit: NaN with what is in it, infinities, -0, subnormals", async () => {
    const words = Uint32Array.of(0x7fc12345, 0xff800001, 0x80000000, 1);
    const odd = { bias: new Float32Array(words.buffer), path: join(folder, "odd.safetensors") };
    const hex = Buffer.from(words.buffer).toString("hex");
    const [model, loaded] = [await compiled(1), tinyNetwork()];
    model.setWeights(new Map([["dense_1/bias", odd.bias]]));
    expect(bits(await model.getWeights())["dense_1/bias"]).toBe(hex);
    await saveWeights(model, odd.path);
    await loadWeights(loaded, odd.path); // before compile()
    await loaded.compile({ optimizer: sgd(), loss: "mse", engine: engine() });
    expect(bits(await loaded.getWeights())).toEqual(bits(await model.getWeights()));
    const clone = await loaded.clone();
    await clone.compile({ optimizer: sgd(), loss: "mse", engine: engine() });
    expect(bits(await clone.getWeights())["dense_1/bias"]).toBe(hex);
    for (const net of [model, loaded, clone]) net.dispose();
  });

  it("of float64 are loaded where float32 has the same values, codes and other types are not", async () => {
    const model = await compiled(1);
    const path = join(folder, "types.safetensors");
    const load = async (bias: SafetensorsEntry["data"]) => {
      const entries = complete().map((entry) =>
        entry.name === "dense_2/bias" ? { ...entry, data: bias } : entry,
      );
      await writeSafetensors(path, entries);
      return loadWeights(model, path);
    };
    await load(Float64Array.of(1.5, -0, Number.NaN));
    expect(Object.is((await model.getWeights()).get("dense_2/bias")![1], -0)).toBe(true);
    await expect(load(Float64Array.of(1, 0.1, 2))).rejects.toThrow(
      "dense_2/bias: F32 expected, F64 with 0.1, which F32 would round, found",
    );
    await expect(load(Int8Array.of(1, 2, 3))).rejects.toThrow("dense_2/bias: F32 expected, I8 found");
    model.dispose();
  });

  it("are all set or none", async () => {
    const model = await compiled(1);
    const before = bits(await model.getWeights());
    const wrong = new Map([
      ["dense_1/bias", new Float32Array(4).fill(7)],
      ["dense_2/bias", new Float32Array(4)],
    ]);
    expect(() => model.setWeights(wrong)).toThrow("dense_2/bias: 4 values for a weight of shape [3] (3).");
    const layer = model.getLayer("dense_2");
    const named = new Map([
      ["bias", new Float32Array(3).fill(7)],
      ["kernel", new Float32Array(4)],
    ]);
    expect(() => layer.setWeights(named)).toThrow("kernel: 4 values for a weight of shape [4,3] (12).");
    expect(bits(await model.getWeights())).toEqual(before);
    model.dispose();
  });

  it("are set by path, with an error for what is unknown or of another size", async () => {
    const model = await compiled(1);
    model.setWeights(new Map([["dense_2/bias", Float32Array.of(1, 2, 3)]]));
    expect([...(await model.getWeights()).get("dense_2/bias")!]).toEqual([1, 2, 3]);
    expect(() => model.setWeights(new Map([["dense_2/gamma", new Float32Array(3)]]))).toThrow(ArgumentError);
    expect(() => model.setWeights(new Map([["dense_2/bias", new Float32Array(4)]]))).toThrow(ShapeError);
    model.dispose();
  });
});
