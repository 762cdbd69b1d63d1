/** @file Kind metric. */
import type { Engine, Tensor } from "../../../engine/index.ts";
import {
  absoluteError,
  binaryAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../../kernels/metrics/index.ts";
import { oneHot } from "../../../kernels/shape/index.ts";
import { classificationReport, type Scores } from "../../../models/metrics/classification-report.ts";
import { confusionCounts } from "../../../models/metrics/confusion.ts";
import { type AverageRocCurve, classRocCurves } from "../../../models/metrics/roc.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";

const metrics: Readonly<Record<string, (golden: GoldenCase, engine: Engine) => Results | Promise<Results>>> =
  {
    keras_metrics: kerasMetrics,
    classification_report: classificationMetrics,
    roc: rocMetrics,
  };

export function supportsMetric(op: string): boolean {
  return Object.hasOwn(metrics, op);
}

export async function runMetric(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  return compareOutputs(golden, await metrics[golden.op]!(golden, engine));
}

async function kerasMetrics(golden: GoldenCase, engine: Engine): Promise<Results> {
  const { data, shape } = tensorOf(golden, "probs");
  const predictions = engine.tensor(data as Float32Array, shape);
  const labels = engine.tensor(numbersOf(tensorOf(golden, "labels")), [shape[0]!], "u32");
  const targets = oneHot(labels, shape[1]!);
  const perSample: Record<string, Tensor> = {
    categorical_accuracy: sparseCategoricalAccuracy(predictions, labels),
    binary_accuracy: binaryAccuracy(predictions, targets),
    top_k_accuracy: topKAccuracy(predictions, labels, new Attributes(golden).number("top_k")),
    mse: squaredError(predictions, targets),
    mae: absoluteError(predictions, targets),
  };
  const results: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(perSample)) {
    const values = (await tensor.data()) as Float32Array;
    results[name] = [values.reduce((sum, value) => sum + value, 0) / values.length];
  }
  return results;
}

function classificationMetrics(golden: GoldenCase): Results {
  const [labels, predicted] = [numbersOf(tensorOf(golden, "y_true")), numbersOf(tensorOf(golden, "y_pred"))];
  const confusion = confusionCounts(labels, predicted, new Attributes(golden).number("classes"));
  const { perClass, macro, weighted, accuracy } = classificationReport(confusion);
  const row = ({ precision, recall, f1, support }: Scores) => [precision, recall, f1, support];
  return {
    confusion: confusion.flat(),
    per_class: perClass.flatMap(row),
    macro: row(macro),
    weighted: row(weighted),
    accuracy: [accuracy],
  };
}

function rocMetrics(golden: GoldenCase): Results {
  const [labels, scores] = [numbersOf(tensorOf(golden, "y_true")), numbersOf(tensorOf(golden, "scores"))];
  const { perClass, micro, macro } = classRocCurves(labels, scores, new Attributes(golden).number("classes"));
  const points = (name: string | number, { falsePositiveRate, truePositiveRate }: AverageRocCurve) => [
    [`fpr.${name}`, falsePositiveRate] as const,
    [`tpr.${name}`, truePositiveRate] as const,
  ];
  const curves = [...perClass.entries(), ["micro", micro] as const, ["macro", macro] as const];
  return {
    ...Object.fromEntries(curves.flatMap(([name, curve]) => points(name, curve))),
    auc: perClass.map((curve) => curve.auc),
    "auc.micro": [micro.auc],
    "auc.macro": [macro.auc],
  };
}
