/** @file What is said of a committed result: its figures as they are written, and how long training took. */

import { z } from "zod";
import { ownEntry } from "../../models/records.ts";
import { numbersOf, trainingSeconds } from "../../runner/store/saved-run.ts";
import type { SavedResult } from "../../runner/store/schemas.ts";
import { isShare } from "../book/figure-names.ts";
import { formatPercent, formatShort } from "../format.ts";
import { groupFigures } from "./figure-groups.ts";

export interface FigureLine {
  readonly name: string;
  readonly ours: string;
  /** empty where nothing is */
  readonly published: string;
}

/** What files the images came from, in words. */
export const origins = {
  official: "official files",
  other: "not the official files",
  synthetic: "synthetic",
  own: "own arrays",
} as const;

/** Where nothing is published: the first of these that were measured. */
const mainFigures = ["test_error", "test_accuracy", "test_loss"];
const mostLines = 6;

/** Those with a published one beside them; else the main ones. */
export function figuresOf(result: SavedResult): FigureLine[] {
  const measured = numbersOf(result.measured);
  const written = (key: string, value: number) =>
    isShare(key) ? formatPercent(value, 2) : formatShort(value);
  const deviations = seedsOf(result)?.deviation ?? {};
  const ours = (key: string) => {
    if (measured[key] === undefined) return "";
    const deviation = ownEntry(deviations, key);
    return `${written(key, measured[key])}${deviation === undefined ? "" : ` ± ${written(key, deviation)}`}`;
  };
  if (result.published.length > 0) {
    return result.published.map(({ name, measure, published }) => ({
      name,
      ours: ours(measure),
      published: written(measure, published),
    }));
  }
  const known = mainFigures.filter((key) => key in measured);
  const keys = known.length > 0 ? known : Object.keys(measured).filter((key) => key !== "seconds");
  return groupFigures(keys)
    .slice(0, mostLines)
    .map((group) => ({ name: group.name, ours: group.keys.map(ours).join(", "), published: "" }));
}

const seedsSchema = z.array(
  z.looseObject({ runs: z.array(z.string()).min(2), deviation: z.record(z.string(), z.number()) }),
);

/** The runs of one experiment with several seeds, if that is what the result is of: their deviations. */
export function seedsOf({ summary }: SavedResult) {
  const parsed = seedsSchema.length(1).safeParse(summary);
  const [only] = parsed.success ? parsed.data : [];
  return only && { count: only.runs.length, deviation: only.deviation };
}

/** Seconds of training; undefined where nothing was trained. */
export function secondsOf(result: SavedResult): number | undefined {
  return trainingSeconds({ measured: numbersOf(result.measured), result });
}
