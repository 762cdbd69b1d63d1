/** @file TensorBoard: losses, metrics and learning rates as event files, which `tensorboard --logdir` shows. */
import { platform } from "#platform";
import { checkChoice, checkOptionNames, requirePath } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import { isRecord, ownEntry } from "../records.ts";
import type { Callback, CallbackState, FitControl, StepRecord } from "./callback.ts";
import { concatenated, type EventScalar, scalarsRecord, versionRecord } from "./event-file.ts";
import { type Field, freshState, isCount, parseState } from "./state.ts";

/** Options of TensorBoard(), by Keras's names. */
export interface TensorBoardOptions {
  /** the folder; each run its own, below one that tensorboard is shown. Default "logs" */
  readonly logDir?: string;
  /** "batch": also loss, metrics, learning rate, and norms of gradients and updates by layer at every step. Default "epoch" */
  readonly updateFreq?: "epoch" | "batch";
}

const label = "TensorBoard";

/** A file that this fit writes, in logDir/train or logDir/validation. */
interface EventFile {
  readonly name: string;
  /** its size */
  readonly bytes: number;
}

const eventFiles: Field<Readonly<Record<string, EventFile>>> = {
  fresh: {},
  allowed: "the names and sizes of event files",
  holds: (value) =>
    isRecord(value) && Object.entries(value).every(([folder, file]) => isFolder(folder) && isEventFile(file)),
};

const isFolder = (name: string) => name === "train" || name === "validation";
const isEventFile = (value: unknown) =>
  isRecord(value) && /^events\.out\.tfevents\.[\w.]+$/.test(String(value.name)) && isCount(value.bytes);

const fields = { files: eventFiles };

export class TensorBoardCallback implements Callback {
  readonly name = label;
  /** measured only if every step is written */
  readonly onSteps?: (steps: readonly StepRecord[]) => Promise<void>;
  readonly #logDir: string;
  #state = freshState(fields);

  constructor(options: TensorBoardOptions) {
    checkOptionNames(label, options, { logDir: true, updateFreq: true });
    const { logDir = "logs", updateFreq = "epoch" } = options;
    requirePath(label, logDir);
    checkChoice(label, "updateFreq", updateFreq, ["epoch", "batch"]);
    this.#logDir = logDir;
    if (updateFreq === "batch") this.onSteps = (steps) => this.#writeSteps(steps);
  }

  /**
   * Every fit has files of its own, but a resumed one goes on with those of the run before, and takes back what came after its
   * checkpoint: no step is there twice.
   */
  async onTrainBegin(): Promise<void> {
    const kept: Record<string, EventFile> = {};
    for (const [folder, file] of Object.entries(this.#state.files)) {
      const path = this.#path(folder, file.name);
      if ((await platform.files.size(path)) < file.bytes) continue; // someone took it away
      await platform.files.append(path, new Uint8Array(0), file.bytes);
      kept[folder] = file;
    }
    this.#state = { files: kept };
  }

  saveState(): CallbackState {
    return { ...this.#state };
  }

  loadState(state: CallbackState): void {
    this.#state = parseState(label, fields, state);
  }

  async onEpochEnd(epoch: number, logs: Logs, { learningRate }: FitControl): Promise<void> {
    const scalars = (entries: readonly (readonly [string, number])[]) =>
      entries.map(([name, value]) => ({ tag: `epoch_${name}`, value }));
    const all = Object.entries(logs);
    const validation = all.filter(([name]) => name.startsWith("val_"));
    const training = [
      ...all.filter((entry) => !validation.includes(entry)),
      ["learning_rate", learningRate] as const,
    ];
    await this.#write("train", [{ step: epoch, scalars: scalars(training) }]);
    const named = validation.map(([name, value]) => [name.slice("val_".length), value] as const);
    if (named.length > 0) await this.#write("validation", [{ step: epoch, scalars: scalars(named) }]);
  }

  async #writeSteps(steps: readonly StepRecord[]): Promise<void> {
    const events = steps.map(({ step, logs, learningRate, gradientNorm, gradientNorms, updateNorms }) => {
      const byLayer = (what: string, norms: Readonly<Record<string, number>>) =>
        Object.entries(norms).map(([layer, value]) => ({ tag: `${what}/${layer}`, value }));
      const all = { ...logs, learning_rate: learningRate, gradient_norm: gradientNorm };
      const scalars = Object.entries(all).map(([name, value]) => ({ tag: `batch_${name}`, value }));
      return {
        step,
        scalars: [
          ...scalars,
          ...byLayer("gradient_norm", gradientNorms),
          ...byLayer("update_norm", updateNorms),
        ],
      };
    });
    await this.#write("train", events);
  }

  async #write(
    folder: string,
    events: readonly { step: number; scalars: readonly EventScalar[] }[],
  ): Promise<void> {
    const time = Date.now() / 1000;
    const records = events.map(({ step, scalars }) => scalarsRecord(time, step, scalars));
    const { files } = this.#state;
    const begun = ownEntry(files, folder);
    const name = begun?.name ?? `events.out.tfevents.${time.toFixed(3)}.wgrad`;
    if (!begun) records.unshift(versionRecord(time));
    const bytes = await platform.files.append(this.#path(folder, name), concatenated(records));
    this.#state = { files: { ...files, [folder]: { name, bytes } } };
  }

  #path(folder: string, name: string): string {
    const { files } = platform;
    return files.join(files.join(this.#logDir, folder), name);
  }
}

/**
 * Keras's TensorBoard callback, for scalars: `epoch_loss` and the others in logDir/train, those of validation in
 * logDir/validation, at the epoch's number from 0; with updateFreq "batch" also `batch_loss`, ... at every step. A resumed fit
 * goes on with the numbers and in the files of the run before, where Keras begins at step 0 in another file.
 */
export function TensorBoard(options: TensorBoardOptions = {}): TensorBoardCallback {
  return new TensorBoardCallback(options);
}
