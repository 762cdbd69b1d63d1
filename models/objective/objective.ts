/** @file The objective of a compiled model: the losses and metrics of its outputs, resolved from names and functions. */
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { checkOption, written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add, mul, scale } from "../../kernels/elementwise/index.ts";
import { addThresholdCounts, type StepMetric } from "../../kernels/metrics/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import { byName, checkNames } from "../by-name.ts";
import { ownEntry } from "../records.ts";
import type { CountMetric } from "./count-metrics.ts";
import {
  type FunctionLoss,
  functionLoss,
  functionName,
  type TensorFunction,
  valuesPerSample,
} from "./functions.ts";
import { type Loss, lossNamed, rowsPerSample, unknownName } from "./loss-names.ts";
import {
  countMetric,
  isMetricName,
  type MetricName,
  metricFunction,
  metricNames,
  stepMetric,
} from "./metric-names.ts";
import { parseName } from "./named-options.ts";
import { checkResultNames } from "./result-names.ts";

/** One of Keras's names, or a function. */
export type LossKind = string | TensorFunction;
export type MetricKind = string | TensorFunction;

/** A loss for every output, in one of Keras's forms; one name or function is for all outputs. */
export type LossChoice = LossKind | readonly LossKind[] | Readonly<Record<string, LossKind>>;

/** Names, functions, or result names with what they compute: { accuracy: "categorical_accuracy", mine: (yTrue, yPred) => ... }. */
export type MetricList =
  | readonly (MetricKind | Readonly<Record<string, MetricKind>>)[]
  | Readonly<Record<string, MetricKind>>;
/** Metrics for all outputs, or a record of them by output; an output that is left out has none. */
export type MetricChoice = MetricList | Readonly<Record<string, MetricList>>;
/** Factors of the losses; 1 unless given. */
export type LossWeights = readonly number[] | Readonly<Record<string, number>>;

/** A metric: the name of its result and what it computes. */
export interface Metric {
  readonly name: string;
  /** in messages */
  readonly kind: string;
  /** [n], from outputs [n, ...] and targets; undefined if it is counted */
  readonly perSample?: (outputs: Tensor, targets: Tensor) => Tensor;
  /** the same in the kernel that writes a whole row of the log, unless it is a function */
  readonly inLog?: StepMetric;
  /** a metric of counts over all batches, which has no value for a sample */
  readonly counted?: CountMetric;
  /** it takes rows of classes as it takes samples */
  readonly rowwise?: boolean;
  /** samples count by their weights */
  readonly weighted: boolean;
}

/** A metric of a model: of which output, and under which name. */
export interface ModelMetric extends Metric {
  /** index of the output */
  readonly head: number;
}

/** One output of a model with its loss and its metrics. */
export interface Head {
  /** of the output */
  readonly name: string;
  /** of one sample */
  readonly shape: Shape;
  readonly loss: Loss | FunctionLoss;
  /** factor of the loss in the total */
  readonly weight: number;
  readonly metrics: readonly Metric[];
}

/** What the losses of a (micro-)batch are computed from, one per output. */
export interface Targets {
  readonly targets: readonly Tensor[];
  /** [n] each, or [n * rows of classes]: factors of the samples' losses */
  readonly weights: readonly (Tensor | undefined)[];
}

export class Objective {
  readonly heads: readonly Head[];
  /** of all outputs, with the output's name before it if there are several: class_accuracy. Weighted ones are last, as in Keras */
  readonly metrics: readonly ModelMetric[];

  /** Throws ArgumentError, with the nearest name, for a loss or metric that does not exist. */
  constructor(
    outputs: readonly { readonly name: string; readonly shape: Shape }[],
    loss: LossChoice,
    metrics: MetricChoice,
    lossWeights?: LossWeights,
    weightedMetrics: MetricChoice = [],
  ) {
    const names = outputs.map(({ name }) => name);
    const single = typeof loss === "string" || typeof loss === "function";
    const choices = single ? names.map(() => loss) : byName("compile: loss", names, loss);
    const weights = lossWeights ? byName("compile: lossWeights", names, lossWeights) : names.map(() => 1);
    this.heads = outputs.map((output, i) => {
      const weight = weights[i]!;
      checkOption("compile", `the loss weight of ${output.name}`, weight, () => true, "a number");
      const plain = metricsFor("metrics", output.name, names, metrics);
      const weighted = metricsFor("weightedMetrics", output.name, names, weightedMetrics);
      return headOf(output, choices[i]!, weight, plain, weighted);
    });
    this.metrics = this.#named();
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
    return [...this.lossColumns, ...this.metrics.flatMap(resultNames)];
  }

  /** Names of the losses of the outputs, if there are several. */
  get lossColumns(): readonly string[] {
    return this.#several ? this.heads.map(({ name }) => `${name}_loss`) : [];
  }

  /** Loss of a (micro-)batch of a model with one output: the sum over its samples divided by `batchSize`. */
  loss(outputs: Tensor, targets: Tensor, batchSize: number): Tensor {
    return this.losses([outputs], { targets: [targets], weights: [] }, batchSize).total;
  }

  /** The weighted sum of all losses, and of several outputs the losses of each sample, [n] each. */
  losses(outputs: readonly Tensor[], { targets, weights }: Targets, batchSize: number) {
    const terms = this.heads.map((head, i) => {
      const of = { outputs: outputs[i]!, targets: targets[i]!, weights: weights[i] };
      return lossOf(head, of, batchSize, this.#several);
    });
    const scaled = terms.map(({ loss }, i) => {
      const { weight } = this.heads[i]!;
      return weight === 1 ? loss : scale(loss, weight);
    });
    return {
      total: scaled.reduce((sum, loss) => add(sum, loss)),
      perOutput: terms.flatMap(({ perSample }) => perSample ?? []),
    };
  }

  /** Computes losses and metrics of what `run` returns on shapes only, so that what does not fit is said at compile(). */
  check(engine: Engine, run: () => readonly Tensor[]): void {
    engine.plan(() => {
      const outputs = run();
      for (const [i, head] of this.heads.entries()) {
        const output = outputs[i]!;
        const { shape } = output;
        const targets = head.loss.sparse ? engine.zeros(shape.slice(0, -1), "u32") : engine.zeros(shape);
        const loss = () => lossOf(head, { outputs: output, targets, weights: undefined }, 1, false).loss;
        if ("values" in head.loss) checkLossFunction(head, output, loss);
        else loss();
        for (const metric of head.metrics) checkMetric(head, metric, output, targets);
      }
    });
  }

  /** The metrics of all outputs, then the weighted ones; of a name that is taken as weighted_accuracy. */
  #named(): ModelMetric[] {
    const all = this.heads.flatMap(({ metrics }, head) => metrics.map((metric) => ({ ...metric, head })));
    const named = ({ head }: ModelMetric, name: string) =>
      this.#several ? `${this.heads[head]!.name}_${name}` : name;
    const plain = all
      .filter(({ weighted }) => !weighted)
      .map((each) => ({ ...each, name: named(each, each.name) }));
    const taken = new Set(plain.map(({ name }) => name));
    const weighted = all.filter((metric) => metric.weighted);
    return [
      ...plain,
      ...weighted.map((metric) => {
        const name = named(metric, metric.name);
        return { ...metric, name: taken.has(name) ? named(metric, `weighted_${metric.name}`) : name };
      }),
    ];
  }

  /** Throws ArgumentError if two results have one name. */
  #checkNames(): void {
    const losses = this.#several
      ? this.heads.map(({ name }) => [`${name}_loss`, `the loss of ${name}`] as const)
      : [];
    const metrics = this.metrics.flatMap((metric) =>
      resultNames(metric).map((name) => [name, `the metric ${metric.kind}`] as const),
    );
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

/** Resolves names and functions for one output. */
function headOf(
  output: { readonly name: string; readonly shape: Shape },
  kind: LossKind,
  weight: number,
  metrics: MetricList,
  weightedMetrics: MetricList,
): Head {
  const loss = typeof kind === "function" ? functionLoss(kind) : lossNamed(kind);
  const resolved = (list: MetricList, weighted: boolean) =>
    metricEntries(list).map(([name, of]) => ({ ...metricOf(name, of, loss, output.shape), weighted }));
  return {
    ...output,
    loss,
    weight,
    metrics: [...resolved(metrics, false), ...resolved(weightedMetrics, true)],
  };
}

/** The results of a metric: one, or one for each of several thresholds. */
export function resultNames({ name, counted }: Metric): readonly string[] {
  return (counted?.suffixes ?? [""]).map((suffix) => name + suffix);
}

/** The names of the results with what they compute. */
export function metricEntries(metrics: MetricList): (readonly [name: string, kind: MetricKind])[] {
  const list = isList(metrics) ? metrics : [metrics];
  return list.flatMap((entry): (readonly [string, MetricKind])[] => {
    if (typeof entry === "object" && entry !== null) return Object.entries(entry);
    return [[typeof entry === "function" ? functionName(entry, "metric") : resultName(entry), entry]];
  });
}

/** A metric's name without its options. */
function resultName(metric: string): string {
  return typeof metric === "string" ? parseName(metric).name : metric;
}

function isList(metrics: MetricList): metrics is Extract<MetricList, readonly unknown[]> {
  return Array.isArray(metrics);
}

/** `kind` is a function or one of Keras's names. Throws ArgumentError, with the nearest name, if there is none of it. */
function metricOf(
  name: string,
  kind: MetricKind,
  loss: Head["loss"],
  shape: Shape,
): Omit<Metric, "weighted"> {
  if (typeof kind === "function") {
    const what = `the metric ${name}`;
    const perSample = (outputs: Tensor, targets: Tensor) => valuesPerSample(what, kind, targets, outputs);
    return { name, kind: name, perSample };
  }
  const found = metricKind(kind, loss, shape);
  const counted = countMetric(found);
  if (counted) return { name, kind: found, counted };
  const inLog = stepMetric(found);
  return { name, kind: found, perSample: metricFunction(found), rowwise: true, ...(inLog && { inLog }) };
}

/** Keras's choice for "accuracy": by the loss, and so binary accuracy for binary cross-entropy even over classes. */
function metricKind(name: string, loss: Head["loss"], shape: Shape): MetricName {
  const aliases: Record<string, MetricName> = { mse: "mean_squared_error", mae: "mean_absolute_error" };
  if (name === "accuracy" || name === "acc") {
    if (loss.name === "binary_crossentropy" || shape.at(-1) === 1) return "binary_accuracy";
    return loss.sparse ? "sparse_categorical_accuracy" : "categorical_accuracy";
  }
  const kind = ownEntry(aliases, name) ?? name;
  if (isMetricName(kind)) return kind;
  throw unknownName("metric", name, ["accuracy", ...metricNames, ...Object.keys(aliases)]);
}

interface Pair {
  readonly outputs: Tensor;
  readonly targets: Tensor;
  readonly weights: Tensor | undefined;
}

/**
 * The loss of a (micro-)batch: the sum over its samples divided by `batchSize`; if `each`, also that of every sample, [n].
 */
function lossOf(
  { loss }: Head,
  { outputs, targets, weights }: Pair,
  batchSize: number,
  each: boolean,
): { readonly loss: Tensor; readonly perSample?: Tensor } {
  const { engine, shape } = outputs;
  if ("values" in loss) {
    const values = loss.values(outputs, targets);
    const perSample = weights ? mul(values, weights.view(values.shape)) : values;
    const total = scale(sum(perSample), 1 / batchSize);
    return each ? { loss: total, perSample } : { loss: total };
  }
  const rows = rowsPerSample(loss, outputs);
  const factors = weights && perRow(weights, shape[0]!, rows);
  const options = { divisor: batchSize * rows, ...(factors && { weights: factors }) };
  if (!each) return { loss: loss.compute(outputs, targets, options) };
  const values = engine.allocate([shape[0]! * rows], "f32", "losses of the samples");
  const total = loss.compute(outputs, targets, { ...options, perSample: values });
  const weighted = factors ? mul(values, factors) : values;
  return { loss: total, perSample: rows === 1 ? weighted : scale(weighted, 1 / rows) };
}

/** Factors of the losses of rows [n * rows], from those of samples [n] or as they are. */
function perRow(factors: Tensor, samples: number, rows: number): Tensor {
  if (factors.size === samples * rows) return factors;
  const { engine } = factors;
  return add(factors.view([samples, 1]), engine.zeros([1, rows])).view([-1]);
}

/** Throws the house's errors, saying which loss they are about, for a function that cannot be a loss. */
function checkLossFunction({ name, loss }: Head, output: Tensor, value: () => Tensor): void {
  try {
    gradients(output.engine, value, [output]);
  } catch (cause) {
    throw explained(`compile: the loss ${loss.name} of ${name} cannot be trained on`, cause);
  }
}

/** Throws ShapeError or ArgumentError for a metric that this output or its targets cannot have. */
function checkMetric(
  { name, loss }: Head,
  { kind, perSample, counted }: Metric,
  output: Tensor,
  targets: Tensor,
): void {
  try {
    perSample?.(output, targets);
    if (counted) checkCounted(counted, loss, output, targets);
  } catch (cause) {
    throw explained(`compile: ${name} has no metric ${kind}`, cause);
  }
}

/** Throws ShapeError for labels, which counts by threshold have no use for: Keras refuses them too. */
function checkCounted(
  { thresholds, classId, cells }: CountMetric,
  loss: Head["loss"],
  output: Tensor,
  targets: Tensor,
) {
  const { engine, shape } = output;
  if (loss.sparse) {
    throw new ShapeError(
      `It compares each of the ${shape.at(-1)} outputs with a target of its own, and the loss ${loss.name} has labels. Train with ` +
        `${loss.name.replace("sparse_", "")}, which takes one-hot rows and makes them of labels.`,
    );
  }
  const edges = "edges" in thresholds ? { edges: engine.zeros([thresholds.edges.length]) } : thresholds;
  addThresholdCounts(engine.zeros([cells], "u32"), output, targets, { thresholds: edges, classId });
}

/** The same error with `what` before its text; those that are not the house's stay what they are. */
function explained(what: string, cause: unknown): unknown {
  if (cause instanceof ShapeError) return new ShapeError(`${what}. ${cause.message}`, { cause });
  if (cause instanceof ArgumentError) return new ArgumentError(`${what}. ${cause.message}`, { cause });
  return cause;
}

/** By output where there are several, or where a value is a list. */
function metricsFor(
  option: "metrics" | "weightedMetrics",
  name: string,
  names: readonly string[],
  metrics: MetricChoice,
): MetricList {
  if (typeof metrics !== "object" || metrics === null) {
    throw new ArgumentError(
      `compile: ${option} must be a list or a record of names and functions, got ${written(metrics)}.`,
    );
  }
  if (Array.isArray(metrics)) return metrics as Extract<MetricList, readonly unknown[]>;
  const isKind = (value: unknown) => typeof value === "string" || typeof value === "function";
  const record = metrics as Readonly<Record<string, MetricKind | MetricList>>;
  const flat = Object.values(record).every(isKind);
  if (names.length === 1 && flat) return record as Readonly<Record<string, MetricKind>>;
  checkNames(`compile: ${option}`, names, Object.keys(record));
  const own = ownEntry(record, name) ?? [];
  return typeof own === "object" ? own : [own];
}
