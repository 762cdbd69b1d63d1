/** @file The table of a sweep: a row per trial, means over seeds with their deviations. */
import { type Label, label, labelOf } from "../../report/label.ts";
import { formatMeasure, measureOf } from "../measures.ts";
import type { TrialSummary } from "./summary.ts";

/** Columns and rows as text. */
export interface SweepTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const measures = ["test_error", "val_accuracy", "test_loss", "epoch_seconds"] as const;

const titles: Readonly<Record<string, string>> = {
  test_error: "test error",
  val_accuracy: "val. accuracy",
  test_loss: "test loss",
  epoch_seconds: "s per epoch",
};

export function sweepTable(summaries: readonly TrialSummary[], best: TrialSummary | undefined): SweepTable {
  const factors = [...new Set(summaries.flatMap((summary) => Object.keys(summary.factors)))];
  const shown = measures.filter((key) => summaries.some(({ mean }) => mean[key] !== undefined));
  const seeds = Math.max(...summaries.map(({ runs, failed }) => runs.length + failed));
  const rows = summaries.map((summary) => [
    ...factors.map((name) => String(summary.factors[name] ?? "")),
    summary.parameters?.toLocaleString("en-US") ?? "",
    ...shown.map((key) => figure(summary, key)),
    ...(seeds > 1 ? [String(summary.runs.length)] : []),
    remark(summary, best),
  ]);
  const columns = [...factors, "parameters", ...shown.map((key) => titles[key]!)];
  return { columns: [...columns, ...(seeds > 1 ? ["seeds"] : []), ""], rows };
}

function figure({ mean, deviation }: TrialSummary, key: string): string {
  const value = mean[key];
  if (value === undefined) return "";
  const spread = deviation[key];
  if (spread === undefined) return formatMeasure(key, value);
  const { unit, digits } = measureOf(key);
  return `${formatMeasure(key, value)} ± ${((unit === "%" ? 100 : 1) * spread).toFixed(digits)}`;
}

function remark(summary: TrialSummary, best: TrialSummary | undefined): string {
  const failed = summary.failed > 0 ? `${summary.failed} failed` : "";
  return [summary === best ? "best" : "", failed].filter(Boolean).join(", ");
}

/** Lines of equal columns for a terminal. */
export function tableLines({ columns, rows }: SweepTable): string[] {
  const widths = columns.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, k) => cell.padStart(widths[k]!))
      .join("  ")
      .trimEnd();
  return [line(columns), ...rows.map(line)];
}

/** A short name of a trial, for charts. */
export function trialLabel({ factors }: TrialSummary): Label {
  const values = Object.values(factors);
  if (values.length === 0) return label("all-seeds");
  return values.length === 1 ? labelOf(String(values[0])) : values.join(" / ");
}
