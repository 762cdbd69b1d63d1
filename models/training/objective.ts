/** @file Loss and metrics of a compiled model, resolved from Keras's names. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, nearest } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  type LossOptions,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../kernels/losses/index.ts";
import type { Model } from "../model.ts";
import { type MetricName, metricNames } from "./metric-names.ts";

type LossFunction = (outputs: Tensor, targets: Tensor, options: LossOptions) => Tensor;

/** `sparse` losses take class labels, the others rows of the output's shape (one-hot for labels). */
const losses: Readonly<Record<string, { readonly compute: LossFunction; readonly sparse: boolean }>> = {
  categorical_crossentropy: { compute: categoricalCrossentropy, sparse: false },
  sparse_categorical_crossentropy: { compute: sparseCategoricalCrossentropy, sparse: true },
  softmax_crossentropy: { compute: softmaxCrossEntropy, sparse: false },
  binary_crossentropy: { compute: binaryCrossentropy, sparse: false },
  mean_squared_error: { compute: meanSquaredError, sparse: false },
  mean_absolute_error: { compute: meanAbsoluteError, sparse: false },
};

/** Keras's names of the losses. */
export const lossNames: readonly string[] = Object.keys(losses);

const lossAliases: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
};

/** A metric: the name of its result and what it computes. */
export interface Metric {
  readonly name: string;
  readonly kind: MetricName;
}

export class Objective {
  readonly lossName: string;
  readonly metrics: readonly Metric[];
  /** labels are given to the loss as one-hot rows */
  readonly oneHot: boolean;
  readonly #compute: LossFunction;

  constructor(model: Model, loss: string, metrics: readonly string[] | Readonly<Record<string, string>>) {
    this.lossName = lossAliases[loss] ?? loss;
    const found = Object.hasOwn(losses, this.lossName) ? losses[this.lossName] : undefined;
    if (!found) throw unknown("loss", loss, [...lossNames, ...Object.keys(lossAliases)]);
    this.#compute = found.compute;
    this.oneHot = !found.sparse;
    const entries = Array.isArray(metrics)
      ? metrics.map((name) => [name, name] as const)
      : Object.entries(metrics);
    this.metrics = entries.map(([name, kind]) => ({ name, kind: resolveMetric(kind, this.lossName, model) }));
  }

  /** Loss of a (micro-)batch: the sum over its samples divided by `batchSize`. */
  loss(outputs: Tensor, targets: Tensor, batchSize: number): Tensor {
    return this.#compute(outputs, targets, { divisor: batchSize });
  }

  /** Runs model and loss on shapes only, so that what does not fit is said at compile(). */
  check(engine: Engine, model: Model): void {
    engine.plan(() => {
      const x = engine.zeros([1, ...model.inputShape]);
      const outputs = model.run(x, { training: false, stream: 0 });
      const targets = this.oneHot
        ? engine.zeros(outputs.shape)
        : engine.zeros(outputs.shape.slice(0, -1), "u32");
      this.loss(outputs, targets, 1);
    });
  }
}

/** Keras's choice for "accuracy": by the loss, and so binary accuracy for binary cross-entropy even over classes. */
function resolveMetric(name: string, loss: string, model: Model): MetricName {
  const aliases: Record<string, MetricName> = { mse: "mean_squared_error", mae: "mean_absolute_error" };
  if (name === "accuracy" || name === "acc") {
    if (loss === "binary_crossentropy" || model.graph.outputs[0]?.shape.at(-1) === 1)
      return "binary_accuracy";
    return loss.startsWith("sparse_") ? "sparse_categorical_accuracy" : "categorical_accuracy";
  }
  const kind = aliases[name] ?? name;
  if ((metricNames as readonly string[]).includes(kind)) return kind as MetricName;
  throw unknown("metric", name, ["accuracy", ...metricNames, ...Object.keys(aliases)]);
}

function unknown(what: string, name: string, known: readonly string[]): ArgumentError {
  const hint = nearest(name, known);
  return new ArgumentError(
    `compile: unknown ${what} "${name}"${hint ? `, did you mean "${hint}"?` : "."} One of ${known.join(", ")}.`,
  );
}
