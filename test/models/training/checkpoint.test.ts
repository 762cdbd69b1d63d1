import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ArgumentError, FileError, InterruptedError } from "../../../engine/errors.ts";
import { checkpointPath } from "../../../models/checkpoint/checkpoint.ts";
import {
  adam,
  type Callback,
  History,
  hasCheckpoint,
  readCheckpoint,
  saveCheckpoints,
  type TrainingSnapshot,
  writeCheckpoint,
  writeSafetensors,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, train } from "../tiny.ts";

/** Set to a number of bytes, writing beyond them fails as on a full disk. */
const disk = { room: Number.POSITIVE_INFINITY };

/** The part that fits is written, as it would be. */
function writeToDisk(fs: typeof import("node:fs"), file: number, part: Uint8Array): void {
  const fitting = part.subarray(0, Math.min(part.length, disk.room));
  fs.writeFileSync(file, fitting);
  disk.room -= fitting.length;
  if (fitting.length < part.length)
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
}

const builtin = process.getBuiltinModule.bind(process);
beforeAll(() => {
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
    const module = builtin(name as "node:fs");
    if (name !== "node:fs") return module;
    return { ...module, writeFileSync: writeToDisk.bind(undefined, module) };
  }) as typeof process.getBuiltinModule);
});
afterAll(() => void vi.restoreAllMocks());

const engine = useEngine();

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "wgrad-checkpoint-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = tinyData(22);
const common = () => ({ optimizer: adam({ learningRate: 0.01, decay: 0.1 }), validationSplit: 0.2 });

/** Aborts in the second epoch, after its first submit. */
function abortInSecondEpoch() {
  const controller = new AbortController();
  const callback: Callback = {
    name: "abort",
    onEpochBegin: (epoch) => void (epoch === 1 && controller.abort()),
  };
  return { signal: controller.signal, callback };
}

describe("a resumed run", () => {
  it("gives the bits of an uninterrupted one, from the end of an epoch", async () => {
    const folder = join(root, "epoch");
    const whole = await train(engine(), data, { ...common(), epochs: 3 });
    await train(engine(), data, { ...common(), epochs: 2, callbacks: [saveCheckpoints(folder)] });
    const resume = await readCheckpoint(folder);
    expect(resume.position).toMatchObject({ epoch: 2, batch: 0, step: 6, seed: 7 }); // 17 samples are 3 batches
    expect(await train(engine(), data, { ...common(), epochs: 3, resume })).toEqual(whole);
  });

  // with validation, 22 samples leave 17 to train on, in 3 batches of 8; 9 leave 7, in one
  it.each([
    [22, 3],
    [9, 1],
  ])("gives the bits of an uninterrupted one, from within an epoch (%i samples)", async (count, batches) => {
    const [folder, samples] = [join(root, `batch-${count}`), tinyData(count)];
    const whole = await train(engine(), samples, { ...common(), epochs: 3 });
    const { signal, callback } = abortInSecondEpoch();
    const callbacks = [callback, saveCheckpoints(folder)];
    const interrupted = train(engine(), samples, { ...common(), epochs: 3, signal, callbacks });
    const error = await interrupted.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(InterruptedError);
    expect((error as InterruptedError).exitCode).toBe(130);
    const message = `Interrupted in epoch 2 after 1 of ${batches} batches.`;
    expect((error as InterruptedError).message).toBe(message);
    const resume = await readCheckpoint(folder);
    expect(resume.position).toMatchObject({ epoch: 1, batch: 1, step: batches + 1 });
    expect(resume.position.rows).toHaveLength(1);
    expect(await train(engine(), samples, { ...common(), epochs: 3, resume })).toEqual(whole);
  });

  it("continues the callbacks, too", async () => {
    const seen: number[] = [];
    const counter = (): Callback => {
      let epochs = 0;
      return {
        name: "counter",
        onEpochEnd: () => void seen.push(++epochs),
        saveState: () => ({ epochs }),
        loadState: (state) => {
          epochs = (state.epochs as number | undefined) ?? 0;
        },
      };
    };
    const folder = join(root, "callbacks");
    await train(engine(), data, { epochs: 2, callbacks: [counter(), saveCheckpoints(folder)] });
    await train(engine(), data, { epochs: 3, callbacks: [counter()], resume: await readCheckpoint(folder) });
    expect(seen).toEqual([1, 2, 3]);
  });
});

function snapshot(value: number): TrainingSnapshot {
  const position = { epoch: 1, batch: 2, step: 3, seed: 4, learningRate: 0.5, rows: [[8, value]] };
  return {
    position: { ...position, history: { epoch: [1], loss: [null] }, callbacks: {} },
    weights: new Map([["dense_1/kernel", Float32Array.of(value, 2, 3, 4)]]),
    slots: new Map([["momentum/dense_1/kernel", Float32Array.of(5, 6, 7, value)]]),
    kept: new Map([["EarlyStopping", new Map([["dense_1/kernel", Float32Array.of(value, 8, 9, 10)]])]]),
  };
}

describe("checkpoints", () => {
  const shapes = new Map([["dense_1/kernel", [2, 2]]]);

  it("come back as they were written", async () => {
    const folder = join(root, "roundtrip", "deeper");
    expect(await hasCheckpoint(folder)).toBe(false);
    await writeCheckpoint(folder, snapshot(1), shapes);
    expect(await hasCheckpoint(folder)).toBe(true);
    expect(await readCheckpoint(folder)).toEqual(snapshot(1));
  });

  it.each([0, 100])("stay as they were when the disk is full after %i bytes", async (room) => {
    const folder = join(root, `full-${room}`);
    await writeCheckpoint(folder, snapshot(1), shapes);
    const before = readFileSync(checkpointPath(folder));
    disk.room = room;
    try {
      await expect(writeCheckpoint(folder, snapshot(2), shapes)).rejects.toThrow(FileError);
      disk.room = room;
      await expect(writeCheckpoint(folder, snapshot(2), shapes)).rejects.toThrow(/the disk is full/);
    } finally {
      disk.room = Number.POSITIVE_INFINITY;
    }
    expect(readFileSync(checkpointPath(folder)).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["training.safetensors"]);
    await writeCheckpoint(folder, snapshot(2), shapes);
    expect(await readCheckpoint(folder)).toEqual(snapshot(2));
  });

  it("stay as they were when the file cannot be replaced", async () => {
    const folder = join(root, "blocked");
    await writeCheckpoint(folder, snapshot(1), shapes);
    mkdirSync(join(folder, `training.safetensors.${process.pid}.tmp`, "in the way"), { recursive: true });
    await expect(writeCheckpoint(folder, snapshot(2), shapes)).rejects.toThrow(FileError);
    expect(await readCheckpoint(folder)).toEqual(snapshot(1));
  });

  it("name the folder that cannot be made, and the file that is none", async () => {
    const file = join(root, "a-file");
    writeFileSync(file, "text");
    await expect(writeCheckpoint(join(file, "folder"), snapshot(1), shapes)).rejects.toThrow(
      /^Cannot make the folder .*a-file/,
    );
    await expect(readCheckpoint(join(root, "nowhere"))).rejects.toThrow(FileError);
  });

  it("are not written if they could not be read back: the one before stays", async () => {
    const folder = join(root, "senseless");
    await writeCheckpoint(folder, snapshot(1), shapes);
    const { position } = snapshot(2);
    const write = (changed: object) => () =>
      writeCheckpoint(folder, { ...snapshot(2), position: { ...position, ...changed } }, shapes);
    await expect(write({ step: -1 })()).rejects.toThrow("step must be a whole number below 2^32 - 2, got -1");
    await expect(write({ callbacks: { mine: { best: 1n } } })()).rejects.toThrow(
      /position cannot be kept as JSON: .*BigInt/,
    );
    await expect(write({ callbacks: { mine: { at: [new Map()] } } })()).rejects.toThrow(
      "{} at callbacks.mine.at.0",
    );
    await expect(write({ history: { epoch: [1], loss: [] } })()).rejects.toThrow(
      '"loss" has not as many values as "epoch" (1)',
    );
    for (const none of [null, 3, {}, { ...snapshot(1), kept: new Map([["a", 1]]) }])
      await expect(writeCheckpoint(folder, none as never, shapes)).rejects.toThrow(ArgumentError);
    expect(await readCheckpoint(folder)).toEqual(snapshot(1));
  });

  it("of killed runs leave nothing behind once training begins, those of living ones stay", async () => {
    const folder = join(root, "killed");
    mkdirSync(folder);
    const temporary = (id: number) => `training.safetensors.${id}.tmp`;
    for (const id of [spawnSync("true").pid, process.ppid])
      writeFileSync(join(folder, temporary(id)), "half");
    const begun: string[][] = [];
    const look: Callback = { name: "look", onEpochBegin: () => void begun.push(readdirSync(folder)) };
    await train(engine(), data, { callbacks: [saveCheckpoints(folder), look] });
    expect(begun).toEqual([[temporary(process.ppid)]]);
    expect(readdirSync(folder).sort()).toEqual(["training.safetensors", temporary(process.ppid)]);
  });

  it("bring back every number and every name", async () => {
    const folder = join(root, "every");
    const odd = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      5e-324,
      1e308,
      0.1,
      2 ** 53,
    ];
    const names = [
      "__proto__",
      "constructor",
      "toString",
      "",
      "a/b",
      "optimizer",
      "callback",
      "weight",
      "\ud800",
      "0",
    ];
    const history = new History();
    history.append(1, Object.fromEntries(names.map((name, i) => [name, odd[i % odd.length]!])));
    const states = Object.fromEntries(
      names.map((name) => [name, { best: odd, text: ["NaN", "#NaN", "##", name] }]),
    );
    const values = new Map(names.map((name) => [`${name}/kernel`, Float32Array.from(odd)]));
    const written: TrainingSnapshot = {
      position: { ...snapshot(1).position, rows: [odd, odd], history: history.toJSON(), callbacks: states },
      weights: values,
      slots: new Map([...values].map(([path, data]) => [`m/${path}`, data])),
      kept: new Map(names.map((name) => [name, values])),
    };
    await writeCheckpoint(folder, written, new Map());
    const read = await readCheckpoint(folder);
    expect(read).toEqual(written); // -0 is not 0 for toEqual
    expect(Object.keys(read.position.callbacks).sort()).toEqual([...names].sort());
    expect(History.fromJSON(read.position.history).history).toEqual(history.history);
  });

  it("keep the bits of weights, and of a NaN", async () => {
    const folder = join(root, "bits");
    const words = Uint32Array.of(0x7fc12345, 0xff800001, 0x80000000, 1, 0x7f800000, 0xffc00000);
    const data = new Float32Array(words.buffer);
    await writeCheckpoint(folder, { ...snapshot(1), weights: new Map([["d/kernel", data]]) }, new Map());
    const read = (await readCheckpoint(folder)).weights.get("d/kernel")!;
    expect([...new Uint32Array(read.buffer)]).toEqual([...words]);
  });
});

describe("checkpoints of the first format", () => {
  const position = {
    ...{ epoch: 1, batch: 1, step: 3, seed: 4, learningRate: 0.5, rows: [[8, null]] },
    ...{ history: { epoch: [1], loss: [null] }, callbacks: { EarlyStopping: { wait: 1 }, "a/b": {} } },
  };
  const write = (
    folder: string,
    names: readonly string[],
    metadata = { position: JSON.stringify(position) },
  ): Promise<void> => {
    mkdirSync(folder);
    const entries = names.map((name, i) => ({ name, shape: [1], data: Float32Array.of(i) }));
    return writeSafetensors(checkpointPath(folder), entries, metadata);
  };

  it("are read", async () => {
    const folder = join(root, "first");
    const own = [
      "d/kernel",
      "optimizer/m/d/kernel",
      "callback/EarlyStopping/d/kernel",
      "callback/a/b/d/kernel",
    ];
    await write(folder, own);
    const read = await readCheckpoint(folder);
    expect(read.weights).toEqual(new Map([["d/kernel", Float32Array.of(0)]]));
    expect(read.slots).toEqual(new Map([["m/d/kernel", Float32Array.of(1)]]));
    expect(read.kept.get("EarlyStopping")).toEqual(new Map([["d/kernel", Float32Array.of(2)]]));
    expect(read.kept.get("a/b")).toEqual(new Map([["d/kernel", Float32Array.of(3)]]));
    expect(read.position.rows).toEqual([[8, Number.NaN]]);
  });

  it.each([
    ["optimizer/kernel", ["optimizer/kernel", "optimizer/m/optimizer/kernel"]],
    ["callback/kernel", ["callback/kernel", "optimizer/m/callback/kernel"]],
  ])("are refused where %s may be a weight", async (name, names) => {
    const folder = join(root, name.replace("/", " "));
    await write(folder, names);
    await expect(readCheckpoint(folder)).rejects.toThrow(FileError);
    await expect(readCheckpoint(folder)).rejects.toThrow(
      /written by an earlier version.*may be the weight of a layer\. Resume/,
    );
  });

  it("and files that are none, and formats to come, are told apart", async () => {
    const [none, damaged, later] = ["none", "damaged", "later"].map((name) => join(root, `first-${name}`));
    await write(none!, ["d/kernel"], {} as never);
    await expect(readCheckpoint(none!)).rejects.toThrow("is no checkpoint of wgrad");
    await write(damaged!, ["d/kernel"], { position: JSON.stringify({ ...position, step: 2 ** 53 }) });
    await expect(readCheckpoint(damaged!)).rejects.toThrow(
      /position of the checkpoint is damaged: step must be a whole number below 2\^32 - 2, got 9007199254740992/,
    );
    const metadata = { position: JSON.stringify(position), format: "wgrad checkpoint 3" };
    await write(later!, ["weight/d/kernel"], metadata);
    await expect(readCheckpoint(later!)).rejects.toThrow('has the format "wgrad checkpoint 3"');
  });
});
