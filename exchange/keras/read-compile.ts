/** @file Options of compile() from training_config of Keras 2 and compile_config of Keras 3. */
import { WgradError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import { lossNamed } from "../../models/objective/loss-names.ts";
import { isMetricName } from "../../models/objective/metric-names.ts";
import { type OptimizerChoice, optimizer } from "../../models/optimizer-names.ts";
import { isRecord } from "../../models/records.ts";
import { camelCase, snakeCase } from "./names.ts";
import { optimizerFrom } from "./optimizer-options.ts";
import { type Notes, objectName } from "./read-layer.ts";

export interface KerasCompile {
  readonly options: {
    readonly optimizer: OptimizerChoice;
    readonly loss: string;
    readonly metrics: readonly string[];
  };
  readonly optimizer: Optimizer;
}

/** `version` is that of Keras. undefined where the file has none, or a loss or an optimizer that wgrad has not: that is noted. */
export function compileFromKeras(config: unknown, version: string, note: Notes): KerasCompile | undefined {
  if (!isRecord(config)) return undefined;
  const chosen = optimizerFrom(config.optimizer_config ?? config.optimizer, version, note);
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
