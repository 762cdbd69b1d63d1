/** @file TensorBoard: losses, metrics and learning rates as event files, which `tensorboard --logdir` shows. */
import { platform } from "#platform";
import { checkChoice, checkOptionNames, requirePath } from "../../engine/options.ts";
import type { Logs } from "../fit/history.ts";
import type { Callback, FitControl, StepRecord } from "./callback.ts";
import { concatenated, type EventScalar, scalarsRecord, versionRecord } from "./event-file.ts";

export interface TensorBoardOptions {
  /** the folder; each run its own, below one that tensorboard is shown. Default "logs" */
  readonly logDir?: string;
  /** "batch": also loss, metrics, learning rate, and norms of gradients and updates by layer at every step. Default "epoch" */
  readonly updateFreq?: "epoch" | "batch";
}

const label = "TensorBoard";

export class TensorBoardCallback implements Callback {
  readonly name = label;
  /** measured only if every step is written */
  readonly onSteps?: (steps: readonly StepRecord[]) => Promise<void>;
  readonly #logDir: string;
  /** paths by folder */
  readonly #files = new Map<string, string>();

  constructor(options: TensorBoardOptions) {
    checkOptionNames(label, options, { logDir: true, updateFreq: true });
    const { logDir = "logs", updateFreq = "epoch" } = options;
    requirePath(label, logDir);
    checkChoice(label, "updateFreq", updateFreq, ["epoch", "batch"]);
    this.#logDir = logDir;
    if (updateFreq === "batch") this.onSteps = (steps) => this.#writeSteps(steps);
  }

  /** Every fit has files of its own. */
  onTrainBegin(): void {
    this.#files.clear();
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
    let path = this.#files.get(folder);
    if (path === undefined) {
      const { files } = platform;
      path = files.join(files.join(this.#logDir, folder), `events.out.tfevents.${time.toFixed(3)}.wgrad`);
      this.#files.set(folder, path);
      records.unshift(versionRecord(time));
    }
    await platform.files.append(path, concatenated(records));
  }
}

/**
 * Keras's TensorBoard callback, for scalars: `epoch_loss` and the others in logDir/train, those of validation in
 * logDir/validation, at the epoch's number from 0; with updateFreq "batch" also `batch_loss`, ... at every step.
 */
export function TensorBoard(options: TensorBoardOptions = {}): TensorBoardCallback {
  return new TensorBoardCallback(options);
}
