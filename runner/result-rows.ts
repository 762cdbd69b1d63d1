/** @file The figures of a run as rows of its report, each beside the published one. */
import type { ResultRow } from "../report/run-report.ts";
import { measureOf, shownMeasures } from "./measures.ts";
import type { Measured, RunContext } from "./run.ts";
import { otherImages } from "./store/shortfall.ts";

/** A figure of result.json that a report shows. */
export interface ShownFigure {
  readonly key: string;
  readonly name: string;
  /** a fraction where the unit is "%" */
  readonly value: number;
  readonly unit: string;
  readonly digits: number;
  readonly remark?: string | undefined;
}

type Experiment = Pick<RunContext, "experiment" | "dataset">;

/** `limits` says how the run falls short. */
export function resultRow(
  { experiment, dataset }: Experiment,
  { key, name, value, unit, digits, remark }: ShownFigure,
  limits: string | undefined,
): ResultRow {
  const why = otherImages(dataset.origin) ?? limits;
  const published = experiment.published.find(({ measure }) => measure === key);
  const scale = scaleOf(unit);
  const reason = published && why ? why : remark;
  return {
    name,
    measured: value * scale,
    unit,
    digits,
    comparable: why === undefined,
    ...(reason ? { why: reason } : {}),
    ...(published
      ? {
          published: published.value * scale,
          source: { text: published.source, ...(published.url ? { url: published.url } : {}) },
        }
      : {}),
  };
}

/** Fractions are shown in percent. */
export function scaleOf(unit: string): number {
  return unit === "%" ? 100 : 1;
}

/** Figures of the validation set, each with that of the test set which may say the same. */
const twins: readonly (readonly [validation: string, test: string])[] = [
  ["val_accuracy", "test_accuracy"],
  ["val_loss", "test_loss"],
  ["best_val_accuracy", "test_accuracy"],
  ["best_val_loss", "test_loss"],
];

/**
 * Those of a trained network: the measures that every report shows, and those that a source gives. Where validation is the test
 * set (`sameSets`), a figure that is the test's as well is said once, unless a source gives it.
 */
export function resultRows(
  context: Experiment,
  measured: Measured,
  limits: string | undefined,
  sameSets = false,
): ResultRow[] {
  const { published } = context.experiment;
  const given = published.map(({ measure }) => measure);
  const repeated = twins.filter(([of, test]) => sameSets && measured[of] === measured[test]);
  const shown = shownMeasures.filter((key) => !repeated.some(([of]) => of === key));
  return [...new Set([...shown, ...given])]
    .filter((key) => measured[key] !== undefined)
    .map((key) => {
      const { unit, digits, ...known } = measureOf(key);
      const name = shownMeasures.includes(key)
        ? known.name
        : published.find(({ measure }) => measure === key)!.name;
      const row = resultRow(context, { key, name, value: measured[key]!, unit, digits }, limits);
      return key === "test_accuracy" ? { ...row, curve: "accuracy" } : row;
    });
}
