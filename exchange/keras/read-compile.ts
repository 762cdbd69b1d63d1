/** @file Options of compile() from training_config of Keras 2 and compile_config of Keras 3. */
import { WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import { lossNamed } from "../../models/objective/loss-names.ts";
import { isMetricName } from "../../models/objective/metric-names.ts";
import { type OptimizerChoice, optimizer } from "../../models/optimizer-names.ts";
import { isRecord } from "../../models/records.ts";
import { camelCase, snakeCase } from "./names.ts";
import { type Notes, objectName } from "./read-layer.ts";

export interface KerasCompile {
  readonly options: {
    readonly optimizer: OptimizerChoice;
    readonly loss: string;
    readonly metrics: readonly string[];
  };
  readonly optimizer: Optimizer;
}

/** undefined where the file has none, or a loss or an optimizer that wgrad has not: that is noted. */
export function compileFromKeras(config: unknown, note: Notes): KerasCompile | undefined {
  if (!isRecord(config)) return undefined;
  const chosen = optimizerFrom(config.optimizer_config ?? config.optimizer, note);
  const loss = lossFrom(config.loss);
  if (!chosen || !loss) {
    note(
      `The model is not compiled: wgrad has no such ${chosen ? `loss, ${written(config.loss)}` : "optimizer"}.`,
    );
    return undefined;
  }
  const metrics = [config.metrics ?? []].flat(3).flatMap((metric) => metricFrom(metric, note));
  return { options: { optimizer: chosen, loss, metrics }, optimizer: optimizer(chosen) };
}

/** What does not change an update when it has this value. */
const neutral: Readonly<Record<string, readonly unknown[]>> = {
  amsgrad: [false],
  centered: [false],
  weight_decay: [null, 0],
  global_clipnorm: [null],
  use_ema: [false],
  loss_scale_factor: [null],
  gradient_accumulation_steps: [null],
};
const ignored = [
  "name",
  "jit_compile",
  "ema_momentum",
  "ema_overwrite_frequency",
  "is_legacy_optimizer",
  "schedule_decay",
];

function optimizerFrom(given: unknown, note: Notes): OptimizerChoice | undefined {
  const { class_name: name, config } =
    typeof given === "string" ? { class_name: given, config: {} } : isRecord(given) ? given : {};
  if (typeof name !== "string") return undefined;
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isRecord(config) ? config : {})) {
    if (value === null || ignored.includes(key)) continue;
    if (key === "weight_decay" && snakeCase(name).startsWith("adam_w")) settings[key] = value;
    else if (!Object.hasOwn(neutral, key)) settings[key] = value;
    else if (!neutral[key]!.includes(value))
      note(`The optimizer ${name}: ${key} ${written(value)} is left out.`);
  }
  if (isRecord(settings.learning_rate)) Object.assign(settings, decayOf(settings.learning_rate));
  if (isRecord(settings.learning_rate)) {
    note(
      `The optimizer ${name}: its schedule ${objectName(settings.learning_rate)} is left out; the first rate is used.`,
    );
    const { config: schedule } = settings.learning_rate;
    settings.learning_rate = isRecord(schedule) ? schedule.initial_learning_rate : undefined;
    if (typeof settings.learning_rate !== "number") delete settings.learning_rate;
  }
  const choice = { class_name: name, config: settings };
  try {
    optimizer(choice);
    return choice;
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    note(`The optimizer ${name}: ${cause.message}`);
    return undefined;
  }
}

/** Keras 3's schedule for what Keras 2 called decay. */
function decayOf({ class_name: name, config }: Readonly<Record<string, unknown>>) {
  if (name !== "InverseTimeDecay" || !isRecord(config) || config.staircase === true) return {};
  const { initial_learning_rate: rate, decay_rate: share, decay_steps: steps } = config;
  if (![rate, share, steps].every((value) => typeof value === "number")) return {};
  return { learning_rate: rate, decay: (share as number) / (steps as number) };
}

/** categorical_crossentropy, or the object of that name with its options. */
function lossFrom(given: unknown): string | undefined {
  if (Array.isArray(given) && given.length === 1) return lossFrom(given[0]);
  const name = isRecord(given) ? snakeCase(String(given.class_name)) : given;
  if (typeof name !== "string") return undefined;
  const config = isRecord(given) && isRecord(given.config) ? given.config : {};
  const options = Object.entries(config)
    .filter(
      ([key, value]) =>
        ["from_logits", "label_smoothing", "delta"].includes(key) && value !== false && value !== 0,
    )
    .map(([key, value]) => `${camelCase(key)}=${String(value)}`);
  const text = options.length > 0 ? `${name}(${options.join(", ")})` : name;
  try {
    lossNamed(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof WgradError)) throw cause;
    return undefined;
  }
}

function metricFrom(given: unknown, note: Notes): readonly string[] {
  if (given === null) return [];
  const config = isRecord(given) && isRecord(given.config) ? given.config : {};
  const names = isRecord(given) ? [config.fn, config.name, snakeCase(String(given.class_name))] : [given];
  const found = names.find((name) => name === "accuracy" || name === "acc" || isMetricName(name as string));
  if (typeof found === "string") return [found];
  note(`The metric ${objectName(given)} is left out: wgrad has none of that name.`);
  return [];
}
