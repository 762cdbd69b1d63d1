/** @file Figures of a sweep: the runs of each trial, their mean and deviation over seeds, and the best one. */

import { emptyRecord } from "../../models/records.ts";
import type { Measured } from "../run.ts";

/** A training run of the sweep as result.json lists it. */
export interface TrialResult {
  readonly name: string;
  readonly factors: Readonly<Record<string, string | number>>;
  readonly seed: number;
  /** below the sweep's folder */
  readonly folder: string;
  readonly status: "done" | "failed";
  readonly error?: string;
  readonly parameters?: number;
  readonly epochs?: number;
  readonly measured?: Measured;
}

/** The runs of equal factors together. */
export interface TrialSummary {
  readonly factors: Readonly<Record<string, string | number>>;
  /** names of the runs that were finished */
  readonly runs: readonly string[];
  readonly failed: number;
  readonly parameters?: number;
  readonly mean: Measured;
  /** sample deviation over the seeds (divided by n - 1); empty for a single run */
  readonly deviation: Measured;
}

/** In the order of the first run of each. */
export function summarizeTrials(trials: readonly TrialResult[]): TrialSummary[] {
  const groups = new Map<string, TrialResult[]>();
  for (const trial of trials) {
    const key = JSON.stringify(trial.factors);
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return [...groups.values()].map((group) => {
    const done = group.filter(({ status }) => status === "done");
    const { parameters } = done[0] ?? {};
    return {
      factors: group[0]!.factors,
      runs: done.map(({ name }) => name),
      failed: group.length - done.length,
      ...(parameters === undefined ? {} : { parameters }),
      ...statistics(done.map(({ measured = {} }) => measured)),
    };
  });
}

function statistics(runs: readonly Measured[]): Pick<TrialSummary, "mean" | "deviation"> {
  const mean: Measured = emptyRecord();
  const deviation: Measured = emptyRecord();
  for (const key of Object.keys(runs[0] ?? {})) {
    const values = runs.map((run) => run[key]!).filter((value) => value !== undefined);
    if (values.length < runs.length) continue;
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    mean[key] = average;
    if (values.length < 2) continue;
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    deviation[key] = Math.sqrt(squares / (values.length - 1));
  }
  return { mean, deviation };
}

/** The summary with the best mean of a measure; undefined if none was measured. */
export function bestOf(
  summaries: readonly TrialSummary[],
  { measure, mode }: { readonly measure: string; readonly mode: "min" | "max" },
): TrialSummary | undefined {
  const sign = mode === "max" ? 1 : -1;
  const value = ({ mean }: TrialSummary) => sign * (mean[measure] ?? Number.NaN);
  const measured = summaries.filter((summary) => Number.isFinite(value(summary)));
  return measured.reduce<TrialSummary | undefined>(
    (best, summary) => (best && value(best) >= value(summary) ? best : summary),
    undefined,
  );
}

/** `filters 16, second 512`; empty for the only trial. */
export function factorText(factors: Readonly<Record<string, string | number>>): string {
  return Object.entries(factors)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
