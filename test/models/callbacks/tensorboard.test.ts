import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import { crc32c, record, scalarsRecord, versionRecord } from "../../../models/callbacks/event-file.ts";
import {
  type FitOptions,
  readCheckpoint,
  StepHistory,
  saveCheckpoints,
  sgd,
  TensorBoard,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

const root = mkdtempSync(join(tmpdir(), "tensorboard-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Event {
  readonly step: number;
  readonly time: number;
  readonly version?: string;
  readonly scalars: Record<string, number>;
}

/** By the descriptions of TFRecord and of protobuf's wire format, the other way round than the writer. */
function readEvents(bytes: Uint8Array): Event[] {
  const events: Event[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    for (const [part, place] of [
      [bytes.subarray(at, at + 8), at + 8],
      [data, at + 12 + length],
    ] as const) {
      const stored = (view.getUint32(place, true) - 0xa282ead8) >>> 0;
      expect(((stored << 15) | (stored >>> 17)) >>> 0).toBe(crc32c(part)); // turned back
    }
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

function eventOf(data: Uint8Array): Event {
  const fields = fieldsOf(data);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const one = (field: number) => fields.find(([number]) => number === field)?.[1];
  const summary = one(5) as Uint8Array | undefined;
  const values = summary ? fieldsOf(summary).map(([, value]) => fieldsOf(value as Uint8Array)) : [];
  const version = one(3) as Uint8Array | undefined;
  return {
    time: one(1) as number,
    step: (one(2) ?? 0) as number,
    ...(version && { version: text(version) }),
    scalars: Object.fromEntries(
      values.map(([tag, value]) => [text(tag![1] as Uint8Array), value![1] as number]),
    ),
  };
}

function fieldsOf(data: Uint8Array): [number, number | Uint8Array][] {
  const fields: [number, number | Uint8Array][] = [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data[at++]!;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    if (key % 8 === 0) fields.push([field, varint()]);
    else if (key % 8 === 1) {
      fields.push([field, view.getFloat64(at, true)]);
      at += 8;
    } else if (key % 8 === 5) {
      fields.push([field, view.getFloat32(at, true)]);
      at += 4;
    } else {
      const length = varint();
      fields.push([field, data.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

async function fitted(
  logDir: string,
  options: { updateFreq?: "epoch" | "batch" } = {},
  more: FitOptions = {},
) {
  const net = tinyNetwork();
  const loss = "categorical_crossentropy";
  await net.compile({ engine: engine(), optimizer: sgd({ learningRate: 0.5 }), loss, metrics: ["accuracy"] });
  const steps = StepHistory();
  const callbacks = [TensorBoard({ logDir, ...options }), steps, ...(more.callbacks ?? [])];
  try {
    const data = tinyData(20);
    const { history } = await net.fit(data, { batchSize: 8, epochs: 2, ...more, callbacks });
    return { history, steps: steps.steps };
  } finally {
    net.dispose();
  }
}

function eventsIn(folder: string): Event[] {
  const [file, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(file).toMatch(/^events\.out\.tfevents\.\d{10}\.\d{3}\.wgrad$/);
  return readEvents(readFileSync(join(folder, file!)));
}

describe("event files", () => {
  it("have the checksum CRC-32C", () => {
    // RFC 3720, appendix B.4, and the check value of Williams's catalogue
    expect(crc32c(new Uint8Array(32)).toString(16)).toBe("8a9136aa");
    expect(crc32c(new Uint8Array(32).fill(0xff)).toString(16)).toBe("62a8ab43");
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)).toString(16)).toBe("46dd794e");
    expect(crc32c(new TextEncoder().encode("123456789")).toString(16)).toBe("e3069283");
  });

  it("are the bytes that tensorboard 2.21 writes for the same events", () => {
    // EventFileWriter's RecordWriter with Event(wall_time=1.5, file_version="brain.Event:2") and
    // Event(wall_time=2.25, step=300, summary=Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])).SerializeToString()
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    expect(hex(versionRecord(1.5))).toBe(
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c",
    );
    expect(hex(scalarsRecord(2.25, 300, [{ tag: "loss", value: 0.5 }]))).toBe(
      "1b000000000000001a0d9e1309000000000000024010ac022a0d0a0b0a046c6f7373150000003fe0f0de05",
    );
    expect(hex(record(new Uint8Array()))).toBe("000000000000000029039807d8ea82a2");
  });
});

describe("TensorBoard", () => {
  it("writes what every epoch reports, those of validation in a folder of their own", async () => {
    const logDir = join(root, "epochs");
    const { history } = await fitted(logDir, {}, { validationData: tinyData(12) });
    expect(readdirSync(logDir).sort()).toEqual(["train", "validation"]);
    const [head, ...train] = eventsIn(join(logDir, "train"));
    expect(head!.version).toBe("brain.Event:2");
    expect(Math.abs(head!.time - Date.now() / 1000)).toBeLessThan(600);
    expect(train.map(({ step }) => step)).toEqual([0, 1]);
    const names = ["epoch_loss", "epoch_accuracy", "epoch_seconds", "epoch_learning_rate"];
    for (const [i, { scalars }] of train.entries()) {
      expect(Object.keys(scalars)).toEqual(names);
      expect(scalars.epoch_loss).toBe(Math.fround(history.loss![i]!));
      expect(scalars.epoch_learning_rate).toBe(0.5);
    }
    const validation = eventsIn(join(logDir, "validation")).slice(1);
    expect(validation.map(({ scalars }) => scalars.epoch_accuracy)).toEqual(
      history.val_accuracy!.map((v) => Math.fround(v!)),
    );
  });

  it("writes every step if asked, with norms by layer", async () => {
    const logDir = join(root, "steps");
    const { steps } = await fitted(logDir, { updateFreq: "batch" });
    const events = eventsIn(join(logDir, "train")).filter(({ scalars }) => "batch_loss" in scalars);
    expect(events.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [i, { scalars }] of events.entries()) {
      const { logs, gradientNorm, gradientNorms, updateNorms } = steps[i]!;
      expect(scalars.batch_loss).toBe(Math.fround(logs.loss!));
      expect(scalars.batch_learning_rate).toBe(0.5);
      expect(scalars.batch_gradient_norm).toBe(Math.fround(gradientNorm));
      expect(scalars["gradient_norm/dense_2"]).toBe(Math.fround(gradientNorms.dense_2!));
      expect(scalars["update_norm/dense_1"]).toBe(Math.fround(updateNorms.dense_1!));
    }
  });

  it("goes on after a resume where the checkpoint was: each step once, in the same file", async () => {
    const [logDir, folder] = [join(root, "resumed"), join(root, "checkpoint")];
    const [batch, validation] = [{ updateFreq: "batch" }, { validationData: tinyData(12) }] as const;
    await fitted(logDir, batch, { ...validation, epochs: 1, callbacks: [saveCheckpoints(folder)] });
    const resume = await readCheckpoint(folder);
    await fitted(logDir, batch, { ...validation, resume }); // dies unsaved
    const { history } = await fitted(logDir, batch, { ...validation, resume, epochs: 3 });
    const steps = (part: string, tag: string) =>
      eventsIn(join(logDir, part)).flatMap(({ step, scalars }) => (tag in scalars ? step : []));
    expect(steps("train", "batch_loss")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(steps("train", "epoch_loss")).toEqual([0, 1, 2]);
    expect(steps("validation", "epoch_loss")).toEqual([0, 1, 2]);
    const losses = eventsIn(join(logDir, "train")).flatMap(({ scalars }) => scalars.epoch_loss ?? []);
    expect(losses).toEqual(history.loss!.map((value) => Math.fround(value!)));

    rmSync(logDir, { recursive: true }); // someone took the files away: others begin
    await fitted(logDir, batch, { ...validation, resume });
    expect(eventsIn(join(logDir, "train"))[0]!.version).toBe("brain.Event:2");
    expect(steps("train", "batch_loss")).toEqual([3, 4, 5]);
  });

  it("says what is wrong", async () => {
    expect(() => TensorBoard({ logdir: "x" } as never)).toThrow(/no option logdir\. Did you mean logDir/);
    expect(() => TensorBoard({ updateFreq: "step" as never })).toThrow(
      /updateFreq must be one of epoch, batch/,
    );
    expect(() => TensorBoard({ logDir: 3 as never })).toThrow(ArgumentError);
    const damaged = { files: { train: { name: "../../other", bytes: 3 } } };
    expect(() => TensorBoard().loadState(damaged)).toThrow(
      /TensorBoard: its state in the checkpoint is damaged/,
    );
    const blocked = join(root, "blocked");
    mkdirSync(blocked);
    writeFileSync(join(blocked, "train"), "");
    await expect(fitted(blocked)).rejects.toThrow(FileError);
  });
});
