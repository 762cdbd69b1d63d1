/** @file The objective of a compiled model: the losses and metrics of its outputs, resolved from Keras's names. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { checkOption, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add, mul, scale } from "../../kernels/elementwise/index.ts";
import { byName, checkNames } from "../by-name.ts";
import type { Model } from "../model.ts";
import { ownEntry } from "../records.ts";
import { type Head, headOf, lossOf, type Metric, type MetricList } from "./head.ts";
import { rowsPerSample } from "./loss-names.ts";
import { metricFunction } from "./metric-names.ts";
import { checkResultNames } from "./result-names.ts";

/** A loss for every output, in one of Keras's forms; one name is for all outputs. */
export type LossChoice = string | readonly string[] | Readonly<Record<string, string>>;
/** Metrics for all outputs, or a record of them by output; an output that is left out has none. */
export type MetricChoice = MetricList | Readonly<Record<string, MetricList>>;
/** Factors of the losses; 1 unless given. */
export type LossWeights = readonly number[] | Readonly<Record<string, number>>;

/** What the losses of a (micro-)batch are computed from, one per output. */
export interface Targets {
  readonly targets: readonly Tensor[];
  /** [n] each, or [n * rows of classes]: factors of the samples' losses */
  readonly weights: readonly (Tensor | undefined)[];
}

export class Objective {
  readonly heads: readonly Head[];
  /** of all outputs, with the output's name before it if there are several: class_accuracy */
  readonly metrics: readonly Metric[];

  constructor(model: Model, loss: LossChoice, metrics: MetricChoice, lossWeights?: LossWeights) {
    const names = model.outputNames;
    const choices = typeof loss === "string" ? names.map(() => loss) : byName("compile: loss", names, loss);
    const weights = lossWeights ? byName("compile: lossWeights", names, lossWeights) : names.map(() => 1);
    this.heads = model.outputs.map(({ shape }, i) => {
      const [name, weight] = [names[i]!, weights[i]!];
      checkOption("compile", `the loss weight of ${name}`, weight, () => true, "a number");
      return headOf({ name, shape }, choices[i]!, weight, metricsFor(name, names, metrics));
    });
    this.metrics = this.heads.flatMap((head) =>
      head.metrics.map(({ name, kind }) => ({ name: this.#several ? `${head.name}_${name}` : name, kind })),
    );
    this.#checkNames();
  }

  /** Of the only output's loss. */
  get lossName(): string {
    return this.#head.loss.name;
  }

  /** Labels are given to the only output's loss as one-hot rows. */
  get oneHot(): boolean {
    return !this.#head.loss.sparse;
  }

  /** Names of what the log keeps beside the total loss: losses of the outputs if there are several, then metrics. */
  get columnNames(): readonly string[] {
    const losses = this.#several ? this.heads.map(({ name }) => `${name}_loss`) : [];
    return [...losses, ...this.metrics.map(({ name }) => name)];
  }

  /** Loss of a (micro-)batch of a model with one output: the sum over its samples divided by `batchSize`. */
  loss(outputs: Tensor, targets: Tensor, batchSize: number): Tensor {
    return this.losses([outputs], { targets: [targets], weights: [] }, batchSize).total;
  }

  /** The weighted sum of all losses, and of several outputs the losses of each sample, [n] each. */
  losses(outputs: readonly Tensor[], { targets, weights }: Targets, batchSize: number) {
    const perOutput: Tensor[] = [];
    const terms = this.heads.map((head, i) => {
      const [y, target] = [outputs[i]!, targets[i]!];
      const rows = rowsPerSample(head.loss, y);
      const factors = weights[i] && perRow(weights[i], y.shape[0]!, rows);
      const options = factors ? { weights: factors } : {};
      if (!this.#several) return lossOf(head, y, target, batchSize, options);
      const perSample = y.engine.allocate([y.shape[0]! * rows], "f32", "losses of the samples");
      const loss = lossOf(head, y, target, batchSize, { ...options, perSample });
      const weighted = factors ? mul(perSample, factors) : perSample;
      perOutput.push(rows === 1 ? weighted : scale(weighted, 1 / rows));
      return loss;
    });
    const scaled = terms.map((loss, i) =>
      this.heads[i]!.weight === 1 ? loss : scale(loss, this.heads[i]!.weight),
    );
    return { total: scaled.reduce((sum, loss) => add(sum, loss)), perOutput };
  }

  /** Runs model, losses and metrics on shapes only, so that what does not fit is said at compile(). */
  check(engine: Engine, model: Model): void {
    engine.plan(() => {
      const inputs = model.inputs.map(({ shape }) => engine.zeros([1, ...shape]));
      const outputs = model.callAll(inputs, { training: false, stream: 0 });
      const targets = this.heads.map(({ loss }, i) => {
        const { shape } = outputs[i]!;
        return loss.sparse ? engine.zeros(shape.slice(0, -1), "u32") : engine.zeros(shape);
      });
      this.losses(outputs, { targets, weights: [] }, 1);
      for (const [i, head] of this.heads.entries()) checkMetrics(head, outputs[i]!, targets[i]!);
    });
  }

  /** Throws ArgumentError if two results have one name. */
  #checkNames(): void {
    const losses = this.#several
      ? this.heads.map(({ name }) => [`${name}_loss`, `the loss of ${name}`] as const)
      : [];
    const metrics = this.metrics.map(({ name, kind }) => [name, `the metric ${kind}`] as const);
    checkResultNames("compile", [["loss", "the loss"], ...losses, ...metrics]);
  }

  get #several(): boolean {
    return this.heads.length > 1;
  }

  get #head(): Head {
    if (this.#several) throw new ArgumentError("objective: the model has several outputs; see its heads.");
    return this.heads[0]!;
  }
}

/** Factors of the losses of rows [n * rows], from those of samples [n] or as they are. */
function perRow(factors: Tensor, samples: number, rows: number): Tensor {
  if (factors.size === samples * rows) return factors;
  const { engine } = factors;
  return add(factors.view([samples, 1]), engine.zeros([1, rows])).view([-1]);
}

/** Throws ShapeError for a metric that this output or its targets cannot have. */
function checkMetrics({ name, metrics }: Head, output: Tensor, targets: Tensor): void {
  for (const metric of metrics) {
    try {
      metricFunction(metric.kind)(output, targets);
    } catch (cause) {
      if (!(cause instanceof ShapeError)) throw cause;
      throw new ShapeError(`compile: ${name} has no metric ${metric.kind}. ${cause.message}`, { cause });
    }
  }
}

/** By output where there are several, or where a value is a list. */
function metricsFor(name: string, names: readonly string[], metrics: MetricChoice): MetricList {
  if (typeof metrics !== "object" || metrics === null) {
    throw new ArgumentError(`compile: metrics must be a list or a record of names, got ${written(metrics)}.`);
  }
  if (Array.isArray(metrics)) return metrics as readonly string[];
  const record = metrics as Readonly<Record<string, string | MetricList>>;
  const flat = Object.values(record).every((value) => typeof value === "string");
  if (names.length === 1 && flat) return record as Readonly<Record<string, string>>;
  checkNames("compile: metrics", names, Object.keys(record));
  const own = ownEntry(record, name) ?? [];
  return typeof own === "string" ? [own] : own;
}
