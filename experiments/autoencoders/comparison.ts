/** @file Methods of compression side by side: reconstruction error and nearest neighbours by the size of the code. */
import { type Label, label, labelOf } from "../../report/label.ts";
import type { LineBlock } from "../../report/run-report.ts";
import type { Study } from "../../runner/study/study.ts";
import { neighbors } from "./quality.ts";

export interface MethodResult {
  readonly code: number;
  /** squared error per pixel */
  readonly mse: number;
  /** of kNN on the codes */
  readonly error: number;
}

export interface Method {
  readonly name: string;
  /** in figures; the name if absent */
  readonly label?: Label;
  /** first word of its figures in result.json */
  readonly key: string;
  readonly results: MethodResult[];
}

/** Adds the figures of every method, and a section with both plots and a table; at most five methods. */
export function compareMethods(study: Study, methods: readonly Method[]): void {
  for (const { key, results } of methods) {
    for (const { code, mse, error } of results) {
      study.measure(`${key}_${code}_mse`, mse);
      study.measure(`${key}_${code}_knn_error`, error);
    }
  }
  for (const { name, key, results } of methods) {
    const { code, mse, error } = results.at(-1)!;
    const what = `${name}, ${code} numbers`;
    study.measure(`${key}_${code}_mse`, mse, { title: `Squared error per pixel, ${what}`, digits: 5 });
    study.measure(`${key}_${code}_knn_error`, error, { title: `Test error of kNN, ${what}`, unit: "%" });
  }
  const plot = (title: Label, yTitle: string, value: (result: MethodResult) => number): LineBlock => ({
    kind: "lines",
    title,
    xTitle: "d'",
    yTitle: label(yTitle),
    xScale: "log",
    series: methods.map(({ name, label: shown = labelOf(name), results }) => ({
      name: shown,
      points: results.map((result) => ({ x: result.code, y: value(result) })),
    })),
  });
  const rows = methods.flatMap(({ name, results }) =>
    results.map(({ code, mse, error }) => [name, code, mse.toFixed(5), (100 * (1 - error)).toFixed(2)]),
  );
  study.section(
    "Comparison",
    plot(label("reconstruction-error-by-code"), "squared-error", ({ mse }) => mse),
    plot(label("neighbours-by-code", { k: neighbors }), "accuracy-percent", ({ error }) => 100 * (1 - error)),
    {
      kind: "table",
      title: "Test images",
      columns: ["method", "d'", "squared error per pixel", "kNN accuracy, %"],
      rows,
    },
  );
}
