/** @file What is said of a committed result: its figures as they are written, and how long training took. */

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
  const ours = (key: string) => (measured[key] === undefined ? "" : written(key, measured[key]));
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

/** Seconds of training; undefined where nothing was trained. */
export function secondsOf(result: SavedResult): number | undefined {
  return trainingSeconds({ measured: numbersOf(result.measured), result });
}
