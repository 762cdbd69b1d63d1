import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import { History } from "../../../models/index.ts";
import { properties } from "../../support/properties.ts";

function example(): History {
  const history = new History();
  history.append(1, { loss: 2, accuracy: 0.1 });
  history.append(2, { loss: 1, val_loss: 3 });
  return history;
}

describe("History", () => {
  it("keeps its lists aligned with the epochs", () => {
    expect(example().toJSON()).toEqual({
      epoch: [1, 2],
      loss: [2, 1],
      accuracy: [0.1, null],
      val_loss: [null, 3],
    });
    expect(example().last("loss")).toBe(1);
    expect(example().last("accuracy")).toBeUndefined();
    expect(example().last("nothing")).toBeUndefined();
  });

  it("comes back from JSON the same, and on its own", () => {
    const history = example();
    const copy = History.fromJSON(JSON.parse(JSON.stringify(history)));
    expect(copy.toJSON()).toEqual(history.toJSON());
    copy.append(3, { loss: 0.5 });
    expect(history.epoch).toEqual([1, 2]);
    expect(history.history.loss).toEqual([2, 1]);
  });

  it("brings every number and every name back from JSON, and through a file's text", () => {
    const names = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "loss"));
    const numbers = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, -1e-320));
    fc.assert(
      fc.property(fc.array(fc.dictionary(names, numbers), { maxLength: 5 }), (epochs) => {
        const history = new History();
        for (const [i, logs] of epochs.entries()) {
          const { epoch: _, ...others } = logs;
          history.append(i + 1, others);
        }
        const back = History.fromJSON(JSON.parse(JSON.stringify(history)));
        expect(back.epoch).toEqual(history.epoch);
        expect(Object.entries(back.history)).toEqual(Object.entries(history.history));
        expect(History.fromJSON(history.toJSON()).history).toEqual(history.history);
      }),
      properties,
    );
  });

  it("holds 200,000 epochs", () => {
    const epoch = Array.from({ length: 200_000 }, (_, i) => i + 1);
    const long = History.fromJSON({ epoch, loss: epoch });
    expect(long.join(example()).epoch.slice(-2)).toEqual([200_001, 200_002]);
    expect(long.last("loss")).toBe(200_000);
  });

  it.each([
    undefined,
    3,
    "text",
    [],
    new Map(),
    () => {},
    { epoch: "12" },
    { epoch: new Array(2) },
    { epoch: [1, 0.5] },
  ])("is not made of %s", (json) => expect(() => History.fromJSON(json as never)).toThrow(ArgumentError));

  it("takes numbers only, and no quantity called epoch", () => {
    const append = (logs: object) => () => new History().append(1, logs as never);
    expect(append({ epoch: 3 })).toThrow("an epoch reports numbers by name, got epoch: 3.");
    expect(append({ note: "x" })).toThrow('got note: "x".');
    expect(append({ loss: null })).toThrow("got loss: null.");
  });

  it("joins one that goes on where it ended", () => {
    const later = new History();
    later.append(3, { loss: 0.5, val_loss: 2 });
    expect(example().join(later).toJSON()).toEqual({
      epoch: [1, 2, 3],
      loss: [2, 1, 0.5],
      accuracy: [0.1, null, null],
      val_loss: [null, 3, 2],
    });
  });

  it("counts on the epochs of a second fit, and refuses epochs that it has", () => {
    const joined = example().join(example());
    expect(joined.epoch).toEqual([1, 2, 3, 4]);
    expect(joined.history.loss).toEqual([2, 1, 2, 1]);
    expect(new History().join(example()).toJSON()).toEqual(example().toJSON());
    expect(example().join(new History()).toJSON()).toEqual(example().toJSON());
    const overlapping = new History();
    overlapping.append(2, { loss: 1 });
    expect(() => example().join(overlapping)).toThrow(
      "history: epoch 2 to join is already there, the last one is 2.",
    );
  });

  it("refuses lists of different lengths, and values that are no numbers", () => {
    expect(() => History.fromJSON({ epoch: [1], loss: ["1"] as never })).toThrow(
      'history: "loss" holds values that are no numbers.',
    );
    expect(() => History.fromJSON({ epoch: ["1"] as never })).toThrow('no list "epoch" of whole numbers');
    expect(() => History.fromJSON(null as never)).toThrow(ArgumentError);
    expect(() => History.fromJSON({ loss: [1] })).toThrow(ArgumentError);
    expect(() => History.fromJSON({ epoch: [1, 2], loss: [1] })).toThrow(
      'history: "loss" has not as many values as "epoch" (2).',
    );
  });
});

describe("a history file", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wgrad-history-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("holds what history.json of a run holds, and comes back", async () => {
    const path = join(folder, "deeper", "history.json");
    await example().save(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(example().toJSON());
    expect(readdirSync(join(folder, "deeper"))).toEqual(["history.json"]); // nothing temporary is left
    expect((await History.load(path)).toJSON()).toEqual(example().toJSON());
    await example().join(example()).save(path);
    expect((await History.load(path)).epoch).toEqual([1, 2, 3, 4]);
  });

  it("that is missing or damaged is named", async () => {
    await expect(History.load(join(folder, "none.json"))).rejects.toThrow(FileError);
    const path = join(folder, "damaged.json");
    for (const text of ["{", "[]", "3", '{"epoch": [1], "loss": [1, 2]}']) {
      writeFileSync(path, text);
      await expect(History.load(path)).rejects.toThrow(FileError);
      await expect(History.load(path)).rejects.toThrow(/damaged\.json/);
    }
    await expect(example().save(join(path, "history.json"))).rejects.toThrow(FileError);
  });
});
