import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import {
  Dense,
  formatLoadedWeights,
  Input,
  loadWeights,
  type Model,
  saveWeights,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { bits } from "../tiny.ts";

const engine = useEngine();
const folder = mkdtempSync(join(tmpdir(), "wgrad-partial-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function compiled(seed: number, classes = 3): Promise<Model> {
  const encoder = sequential([Input([5]), Dense(4), Dense(2)], { name: "encoder" });
  const net = sequential([Input([5]), encoder, Dense(classes, { name: "head" })]);
  await net.compile({ optimizer: sgd(), loss: "mse", engine: engine(), seed });
  return net;
}

/** Paths of the weights that loading changed. */
async function changes(net: Model, load: () => Promise<unknown>): Promise<string[]> {
  const before = bits(await net.getWeights());
  await load();
  const after = bits(await net.getWeights());
  return Object.keys(after).filter((path) => after[path] !== before[path]);
}

describe("loading a part of the weights", () => {
  it("takes what only and skip select, by layer, inner model or pattern", async () => {
    const path = join(folder, "all.safetensors");
    const source = await compiled(1);
    const ones = new Map([...(await source.getWeights())].map(([name, v]) => [name, v.fill(1)]));
    source.setWeights(ones);
    await saveWeights(source, path);
    source.dispose();
    const encoder = ["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"];
    const cases: [object, string[]][] = [
      [{}, [...encoder, "head/kernel", "head/bias"]],
      [{ only: "head" }, ["head/kernel", "head/bias"]],
      [{ only: "encoder" }, encoder],
      [{ skip: ["encoder"] }, ["head/kernel", "head/bias"]],
      [{ only: "dense_*", skip: "dense_2/bias" }, encoder.slice(0, 3)],
      [{ only: [/^dense_1$/, "head/bias"] }, [...encoder.slice(0, 2), "head/bias"]],
      [{ skip: "*/bias" }, ["dense_1/kernel", "dense_2/kernel", "head/kernel"]],
    ];
    for (const [filter, expected] of cases) {
      const net = await compiled(2);
      expect(await changes(net, () => loadWeights(net, path, filter)), JSON.stringify(filter)).toEqual(
        expected,
      );
      net.dispose();
    }
  });

  it("takes the weights of a whole model's file and leaves its optimizer", async () => {
    const path = join(folder, "whole.safetensors");
    const [source, net, other] = [await compiled(1), await compiled(2), await compiled(3, 7)];
    await source.save(path);
    await loadWeights(net, path);
    expect(bits(await net.getWeights())).toEqual(bits(await source.getWeights()));
    await expect(loadWeights(other, path)).rejects.toThrow(FileError);
    await expect(loadWeights(other, path)).rejects.toThrow("head/kernel: [2,7] expected, [2,3] found");
    for (const model of [source, net, other]) model.dispose();
  });

  it("from a network with another head, with a table of what became of each", async () => {
    const [source, net] = [await compiled(1), await compiled(2, 7)];
    const values = await source.getWeights();
    values.set("extra/kernel", new Float32Array(1));
    const rows = await loadWeights(net, values, { skip: ["head", "extra"] });
    expect(formatLoadedWeights(rows).split("\n")).toEqual([
      "dense_1/kernel  loaded",
      "dense_1/bias    loaded",
      "dense_2/kernel  loaded",
      "dense_2/bias    loaded",
      "head/kernel     skipped",
      "head/bias       skipped",
      "extra/kernel    skipped",
      "4 loaded, 3 skipped",
    ]);
    const found = bits(await net.getWeights());
    for (const [path, hex] of Object.entries(bits(values)).slice(0, 4)) expect(found[path]).toBe(hex);
    source.dispose();
    net.dispose();
  });

  it("changes nothing and names all problems if something selected does not fit", async () => {
    const [source, net] = [await compiled(1), await compiled(2, 7)];
    const values = await source.getWeights();
    values.delete("dense_1/bias");
    values.set("extra/kernel", new Float32Array(1));
    const before = bits(await net.getWeights());
    await expect(loadWeights(net, values)).rejects.toThrow(
      new ArgumentError(
        [
          "The map does not fit the model sequential_1:",
          "dense_1/bias [4]: missing",
          "head/kernel: [2,7] expected, [6] found",
          "head/bias: [7] expected, [3] found",
          "extra/kernel: the model has no such weight",
        ].join("\n  "),
      ),
    );
    const path = join(folder, "other.safetensors");
    await saveWeights(source, path);
    await expect(loadWeights(net, path, { only: "head" })).rejects.toThrow(FileError);
    await expect(loadWeights(net, path, { only: "haed" })).rejects.toThrow(
      'loadWeights: only "haed" matches no weight. Did you mean "head"?',
    );
    await expect(loadWeights(net, path, { skip: /nothing/ })).rejects.toThrow(ArgumentError);
    expect(bits(await net.getWeights())).toEqual(before);
    source.dispose();
    net.dispose();
  });
});
