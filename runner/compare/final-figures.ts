/** @file Final figures of the runs, measure by measure, beside the published ones. */
import { ownEntry } from "../../models/records.ts";
import { formatPercent, formatShort } from "../../report/format.ts";
import { markup } from "../../report/markup.ts";
import { type Section, table } from "../../report/sections/section.ts";
import type { SavedResult } from "../store/schemas.ts";
import type { NamedRun } from "./curves.ts";

/** Where a smaller number is better. */
const smallerIsBetter = /loss|error|mse|seconds/;

/** A table of every figure that at least two finished runs have, or that has a published value; the best is bold. */
export function finalFigures(runs: readonly NamedRun[]): Section | undefined {
  const finished = runs.filter(({ result }) => result);
  if (finished.length === 0) return undefined;
  const published = publishedOf(finished.map(({ result }) => result!));
  const names = [...new Set(finished.flatMap(({ measured }) => Object.keys(measured)))].filter(
    (name) =>
      finished.filter(({ measured }) => Object.hasOwn(measured, name)).length > 1 || published.has(name),
  );
  const columns = [
    { title: "figure" },
    ...finished.map(({ name }) => ({ title: name, numeric: true })),
    ...(published.size > 0 ? [{ title: "published", numeric: true }] : []),
  ];
  const rows = names.map((name) => {
    const values = finished.map(({ measured }) => ownEntry(measured, name));
    const best = bestOf(name, values);
    return [
      name.replaceAll("_", " "),
      ...values.map((value) => {
        if (value === undefined) return "";
        return value === best ? markup`<strong>${shown(name, value)}</strong>` : shown(name, value);
      }),
      ...(published.size > 0 ? [shownAll(name, published.get(name) ?? [])] : []),
    ];
  });
  const body = markup`${table(columns, rows)}<p class="muted">The best of each row is bold where the runs differ.</p>
`;
  return { id: "figures", title: "Final figures", body, figures: [] };
}

function bestOf(name: string, values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2 || known.every((value) => value === known[0])) return undefined;
  return smallerIsBetter.test(name) ? Math.min(...known) : Math.max(...known);
}

/** Published values by measure, each once. */
function publishedOf(results: readonly SavedResult[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { measure, published } of results.flatMap((result) => result.published)) {
    const values = found.get(measure) ?? [];
    if (!values.includes(published)) found.set(measure, [...values, published]);
  }
  return found;
}

function shownAll(name: string, values: readonly number[]): string {
  return values.map((value) => shown(name, value)).join(", ");
}

function shown(name: string, value: number): string {
  const fraction = /accuracy|error/.test(name) && !/reconstruction/.test(name) && value >= 0 && value <= 1;
  return fraction ? formatPercent(value, 2) : formatShort(value);
}
