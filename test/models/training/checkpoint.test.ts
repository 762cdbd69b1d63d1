import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FileError, InterruptedError } from "../../../engine/errors.ts";
import {
  adam,
  type Callback,
  hasCheckpoint,
  readCheckpoint,
  saveCheckpoints,
  type TrainingSnapshot,
  writeCheckpoint,
} from "../../../models/index.ts";
import { checkpointPath } from "../../../models/training/checkpoint.ts";
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
    const resume = readCheckpoint(folder);
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
    const resume = readCheckpoint(folder);
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
    await train(engine(), data, { epochs: 3, callbacks: [counter()], resume: readCheckpoint(folder) });
    expect(seen).toEqual([1, 2, 3]);
  });
});

function snapshot(value: number): TrainingSnapshot {
  const position = { epoch: 1, batch: 2, step: 3, seed: 4, learningRate: 0.5, rows: [[8, value]] };
  return {
    position: { ...position, history: { epoch: [1], loss: [null] }, callbacks: {} },
    weights: new Map([["dense_1/kernel", Float32Array.of(value, 2, 3, 4)]]),
    slots: new Map([["momentum/dense_1/kernel", Float32Array.of(5, 6, 7, value)]]),
    kept: new Map([["EarlyStopping/dense_1/kernel", Float32Array.of(value, 8, 9, 10)]]),
  };
}

describe("checkpoints", () => {
  const shapes = new Map([["dense_1/kernel", [2, 2]]]);

  it("come back as they were written", () => {
    const folder = join(root, "roundtrip", "deeper");
    expect(hasCheckpoint(folder)).toBe(false);
    writeCheckpoint(folder, snapshot(1), shapes);
    expect(hasCheckpoint(folder)).toBe(true);
    expect(readCheckpoint(folder)).toEqual(snapshot(1));
  });

  it.each([0, 100])("stay as they were when the disk is full after %i bytes", (room) => {
    const folder = join(root, `full-${room}`);
    writeCheckpoint(folder, snapshot(1), shapes);
    const before = readFileSync(checkpointPath(folder));
    disk.room = room;
    try {
      expect(() => writeCheckpoint(folder, snapshot(2), shapes)).toThrow(FileError);
      disk.room = room;
      expect(() => writeCheckpoint(folder, snapshot(2), shapes)).toThrow(/the disk is full/);
    } finally {
      disk.room = Number.POSITIVE_INFINITY;
    }
    expect(readFileSync(checkpointPath(folder)).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["training.safetensors"]);
    writeCheckpoint(folder, snapshot(2), shapes);
    expect(readCheckpoint(folder)).toEqual(snapshot(2));
  });

  it("stay as they were when the file cannot be replaced", () => {
    const folder = join(root, "blocked");
    writeCheckpoint(folder, snapshot(1), shapes);
    mkdirSync(join(folder, `training.safetensors.${process.pid}.tmp`, "in the way"), { recursive: true });
    expect(() => writeCheckpoint(folder, snapshot(2), shapes)).toThrow(FileError);
    expect(readCheckpoint(folder)).toEqual(snapshot(1));
  });

  it("name the folder that cannot be made, and the file that is none", () => {
    const file = join(root, "a-file");
    writeFileSync(file, "text");
    expect(() => writeCheckpoint(join(file, "folder"), snapshot(1), shapes)).toThrow(
      /^Cannot create .*a-file/,
    );
    expect(() => readCheckpoint(join(root, "nowhere"))).toThrow(FileError);
    const folder = join(root, "damaged");
    const bad = { ...snapshot(1), position: { ...snapshot(1).position, step: -1 } };
    writeCheckpoint(folder, bad, shapes);
    expect(() => readCheckpoint(folder)).toThrow(/position of the checkpoint is damaged/);
  });
});
