/** @file What became slower or faster between two results of the same adapter, by more than the noise. */
import { UsageError } from "../engine/errors.ts";
import type { BenchResult } from "../runner/speed/result.ts";
import type { Row } from "../runner/speed/row.ts";
import { adapterName } from "./result-file.ts";

export type Verdict = "slower" | "faster" | "same" | "too few runs";

export interface Change {
  readonly name: string;
  readonly verdict: Verdict;
  /** milliseconds, medians */
  readonly before: number;
  readonly after: number;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** rows of the older result that the newer one lacks, and the other way round */
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

const leastRuns = 3;
const leastChange = 0.05;

/** How noise is told from a change; printed with every comparison. */
export const rule =
  "Rule: changed if each median lies outside the other's range of runs and they differ by more than " +
  `${100 * leastChange} %; with fewer than ${leastRuns} runs on a side nothing is said.`;

/** Throws UsageError if the results are of different adapters. */
export function checkSameAdapter(
  before: Pick<BenchResult, "adapter">,
  after: Pick<BenchResult, "adapter">,
): void {
  if (before.adapter.key === after.adapter.key) return;
  throw new UsageError(
    `--compare: the file was measured on ${adapterName(before)} (${before.adapter.key}), this is ` +
      `${adapterName(after)} (${after.adapter.key}).`,
  );
}

/** Compares rows of the same name. Both lists shall be of the same selection: else whatever was left out is missing. */
export function compareRows(before: readonly Row[], after: readonly Row[]): Comparison {
  const older = new Map(before.map((row) => [rowName(row), row]));
  const newer = new Map(after.map((row) => [rowName(row), row]));
  const changes = [...newer].flatMap(([name, row]): Change[] => {
    const old = older.get(name);
    if (!old) return [];
    return [{ name, verdict: judge(old, row), before: old.ms.median, after: row.ms.median }];
  });
  return {
    changes,
    missing: [...older.keys()].filter((name) => !newer.has(name)),
    added: [...newer.keys()].filter((name) => !older.has(name)),
  };
}

/** By the rule above. */
export function judge(before: Pick<Row, "ms" | "runs">, after: Pick<Row, "ms" | "runs">): Verdict {
  if (Math.min(before.runs, after.runs) < leastRuns) return "too few runs";
  const [old, now] = [before.ms, after.ms];
  if (now.median > old.max && old.median < now.min && now.median > old.median * (1 + leastChange))
    return "slower";
  if (old.median > now.max && now.median < old.min && old.median > now.median * (1 + leastChange))
    return "faster";
  return "same";
}

/** What the machine itself did otherwise, by the ceilings: a busy one makes everything slower. */
export function machineText(before: BenchResult["ceilings"], after: BenchResult["ceilings"]): string {
  const change = (key: "f32GigaFlops" | "kernelGigabytes") => percent(before[key], after[key]);
  return `The adapter's own f32 rate changed by ${change("f32GigaFlops")}, its bandwidth by ${change("kernelGigabytes")}.`;
}

/** Lines for the terminal: what changed, what cannot be told, what is missing. */
export function comparisonText({ changes, missing, added }: Comparison): string[] {
  const of = (verdict: Verdict) => changes.filter((change) => change.verdict === verdict);
  const line = ({ name, verdict, before, after }: Change) => {
    const times = `${before.toPrecision(4)} -> ${after.toPrecision(4)} ms (${percent(before, after)})`;
    return `${verdict.padEnd(12)} ${name.padEnd(44)} ${times}`;
  };
  const [slower, faster, unclear] = [of("slower"), of("faster"), of("too few runs")];
  return [
    ...[...slower, ...faster, ...unclear].map(line),
    ...missing.map((name) => `missing      ${name}: only in the file`),
    ...added.map((name) => `new          ${name}: not in the file`),
    `${slower.length} slower, ${faster.length} faster, ${of("same").length} the same within the noise, ` +
      `${unclear.length} with too few runs, ${missing.length} missing, ${added.length} new`,
    rule,
  ];
}

function percent(before: number, after: number): string {
  return `${after >= before ? "+" : ""}${Math.round((100 * (after - before)) / before)} %`;
}

/** Steps are compared whatever they were split into; kernels by variant. */
function rowName({ suite, workload, batch, variant }: Row): string {
  const name = `${suite} ${workload}:${batch}`;
  return suite === "kernels" && variant ? `${name} ${variant}` : name;
}
