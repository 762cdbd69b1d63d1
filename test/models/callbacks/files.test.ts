import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import {
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  loadWeights,
  ModelCheckpoint,
  type ModelCheckpointOptions,
  readCheckpoint,
  saveCheckpoints,
  sgd,
} from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { bits, tinyNetwork } from "../tiny.ts";
import { scripted, snapshotAfter } from "./scripted.ts";

const engine = useEngine();

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "wgrad-callbacks-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function weightsIn(path: string) {
  const model = tinyNetwork();
  await model.compile({ optimizer: sgd(), loss: "mse", engine: engine(), seed: 99 });
  try {
    await loadWeights(model, path);
    return bits(await model.getWeights());
  } finally {
    model.dispose();
  }
}

describe("ModelCheckpoint", () => {
  it("writes the weights of every epoch, which is named from 1", async () => {
    const path = join(root, "every", "w-{epoch:03d}-{val_loss:.2f}.safetensors");
    const run = await scripted(engine(), [1, 0.125, 2.5], [ModelCheckpoint(path)]);
    const files = readdirSync(join(root, "every")).sort();
    // Python: "{:.2f}".format(0.125) is 0.12
    expect(files).toEqual(["w-001-1.00.safetensors", "w-002-0.12.safetensors", "w-003-2.50.safetensors"]);
    for (const [epoch, file] of files.entries()) {
      expect(await weightsIn(join(root, "every", file))).toEqual(run.weightsAfter[epoch]);
    }
  });

  // Worked by hand from ModelCheckpoint.on_epoch_end of keras/callbacks.py, Keras 2.3.1.
  const cases: [string, ModelCheckpointOptions, readonly number[], readonly number[]][] = [
    ["only the best", { saveBestOnly: true }, [3, 4, 2, 2, 1], [1, 3, 5]],
    ["only the best of those that are largest", { saveBestOnly: true, mode: "max" }, [3, 4, 2, 5], [1, 2, 4]],
    ["every second", { period: 2 }, [3, 4, 2, 5, 6], [2, 4]],
    ["the best of every second", { period: 2, saveBestOnly: true }, [1, 4, 2, 5, 6, 3], [2, 6]],
  ];
  it.each(cases)("writes %s", async (what, options, values, written) => {
    const folder = join(root, what);
    await scripted(engine(), values, [ModelCheckpoint(join(folder, "{epoch}.safetensors"), options)]);
    expect(readdirSync(folder).sort()).toEqual(written.map((epoch) => `${epoch}.safetensors`));
  });

  it("replaces one file by the best, and remembers over a resume which that was", async () => {
    const path = join(root, "best.safetensors");
    const checkpoint = () => ModelCheckpoint(path, { saveBestOnly: true });
    const values = [2, 1, 1.5, 0.5];
    const { callback, taken } = snapshotAfter(1);
    const run = await scripted(engine(), values, [checkpoint(), callback], { epochs: 2 });
    expect(await weightsIn(path)).toEqual(run.weightsAfter[1]);
    await scripted(engine(), values, [checkpoint()], { epochs: 3, resume: taken() }); // 1.5 is better than nothing only
    expect(await weightsIn(path)).toEqual(run.weightsAfter[1]);
    const rest = await scripted(engine(), values, [checkpoint()], { resume: taken() });
    expect(await weightsIn(path)).toEqual(rest.weightsAfter[1]);
    expect(readdirSync(root).filter((name) => name.includes("best.safe"))).toEqual(["best.safetensors"]);
  });

  it("names what it cannot do", async () => {
    expect(() => ModelCheckpoint("")).toThrow('ModelCheckpoint: needs the name of a file, got "".');
    expect(() => ModelCheckpoint("x", { period: 0 })).toThrow("period must be a number of epochs, got 0.");
    expect(() => ModelCheckpoint("x", { saveBest: true } as object)).toThrow(ArgumentError);
    const unknown = ModelCheckpoint(join(root, "{val_los}"));
    await expect(scripted(engine(), [1], [unknown])).rejects.toThrow(
      /names val_los, but the epoch reported loss, seconds, val_loss, epoch\.$/,
    );
    writeFileSync(join(root, "a-file"), "");
    const blocked = ModelCheckpoint(join(root, "a-file", "w.safetensors"));
    await expect(scripted(engine(), [1], [blocked])).rejects.toThrow(FileError);
  });
});

/** Takes the seconds, which differ from run to run, out of what later callbacks see. */
const withoutSeconds = () =>
  LambdaCallback({
    onEpochEnd: (_, logs) => {
      delete logs.seconds;
      logs.loss = 0.5;
    },
  });

describe("CSVLogger", () => {
  it("writes a header and a line per epoch, as Keras does", async () => {
    const path = join(root, "log", "training.csv");
    await scripted(engine(), [2, 1e-7, Number.NaN], [withoutSeconds(), CSVLogger(path)]);
    // columns sorted, epochs from 0, CR LF: csv.DictWriter in Keras's CSVLogger
    expect(readFileSync(path, "utf8")).toBe("epoch,loss,val_loss\r\n0,0.5,2\r\n1,0.5,1e-7\r\n2,0.5,NaN\r\n");
  });

  it("begins anew, or goes on without a second header", async () => {
    const path = join(root, "append.csv");
    const run = (append: boolean, value: number) =>
      scripted(engine(), [value], [withoutSeconds(), CSVLogger(path, { append, separator: ";" })]);
    await run(true, 1);
    await run(true, 2);
    expect(readFileSync(path, "utf8")).toBe("epoch;loss;val_loss\r\n0;0.5;1\r\n0;0.5;2\r\n");
    await run(false, 3);
    expect(readFileSync(path, "utf8")).toBe("epoch;loss;val_loss\r\n0;0.5;3\r\n");
  });

  it("goes on after a resume where the checkpoint was, not where the file ended", async () => {
    const [path, folder] = [join(root, "resume.csv"), join(root, "resume")];
    const values = [1, 2, 3];
    const callbacks = () => [withoutSeconds(), CSVLogger(path), saveCheckpoints(folder)];
    await scripted(engine(), values, callbacks(), { epochs: 1 });
    const resume = await readCheckpoint(folder);
    await scripted(engine(), values, [withoutSeconds(), CSVLogger(path)], { resume, epochs: 2 }); // dies unsaved
    await scripted(engine(), values, callbacks(), { resume });
    const expected = "epoch,loss,val_loss\r\n0,0.5,1\r\n1,0.5,2\r\n2,0.5,3\r\n";
    expect(readFileSync(path, "utf8")).toBe(expected);
    rmSync(path); // someone took the file away: it starts again with a header
    await scripted(engine(), values, callbacks(), { resume });
    expect(readFileSync(path, "utf8")).toBe("epoch,loss,val_loss\r\n1,0.5,2\r\n2,0.5,3\r\n");
  });

  it("quotes names that need it, and writes NA for what an epoch does not report", async () => {
    const path = join(root, "quoted.csv");
    const odd = LambdaCallback({
      onEpochEnd: (epoch, logs) => {
        if (epoch === 0) logs['a,"b"'] = 4;
      },
    });
    await scripted(engine(), [1, 2], [withoutSeconds(), odd, CSVLogger(path)]);
    expect(readFileSync(path, "utf8")).toBe('epoch,"a,""b""",loss,val_loss\r\n0,4,0.5,1\r\n1,NA,0.5,2\r\n');
  });

  it("names what it cannot do", async () => {
    expect(() => CSVLogger(7 as never)).toThrow("CSVLogger: needs the name of a file, got 7.");
    expect(() => CSVLogger("x", { separator: "::" })).toThrow("separator must be one character and no quote");
    expect(() => CSVLogger("x", { seperator: ";" } as object)).toThrow("Did you mean separator?");
    mkdirSync(join(root, "folder.csv"));
    await expect(scripted(engine(), [1], [CSVLogger(join(root, "folder.csv"))])).rejects.toThrow(FileError);
    writeFileSync(join(root, "no-folder"), "");
    const below = CSVLogger(join(root, "no-folder", "log.csv"));
    await expect(scripted(engine(), [1], [below])).rejects.toThrow(FileError);
  });
});

describe("EarlyStopping in a checkpoint file", () => {
  it("comes back with its best weights", async () => {
    const folder = join(root, "early");
    const values = [1, 2, 3, 4];
    const stopping = () => EarlyStopping({ patience: 3, restoreBestWeights: true });
    const whole = await scripted(engine(), values, [stopping()]);
    await scripted(engine(), values, [stopping(), saveCheckpoints(folder)], { epochs: 2 });
    const rest = await scripted(engine(), values, [stopping()], { resume: await readCheckpoint(folder) });
    expect(rest.finalWeights).toEqual(whole.weightsAfter[0]);
    expect(rest.history.history.val_loss).toEqual(values);
  });
});
