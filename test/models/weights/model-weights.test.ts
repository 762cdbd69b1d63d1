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
    expect([...readSafetensors(path).tensors.keys()]).toEqual(complete().map(({ name }) => name));
    const wanted = bits(await saved.getWeights());
    expect(bits(await loaded.getWeights())).not.toEqual(wanted);
    loadWeights(loaded, path);
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
    writeSafetensors(path, [
      kernel1,
      { ...kernel2, shape: [3, 4] },
      { ...bias2, data: new Int32Array(3) },
      { name: "dense_3/bias", shape: [1], data: new Float32Array(1) },
    ]);
    const error = (() => {
      try {
        loadWeights(model, path);
      } catch (cause) {
        return cause as FileError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(FileError);
    expect(error?.message.split("\n")).toEqual([
      `${path} does not fit the model sequential_1:`,
      "  dense_1/bias [4]: missing",
      "  dense_2/kernel: [4,3] expected, [3,4] found",
      "  dense_2/bias: F32 expected, I32 found",
      "  dense_3/bias: the model has no such weight",
    ]);
    expect(() => loadWeights(model, join(folder, "nowhere"))).toThrow(FileError);
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
