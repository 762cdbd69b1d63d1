/** @file What a reader must know before comparing these runs. */
import type { Warning } from "../../report/sections/masthead.ts";
import type { SavedRun } from "../store/saved-run.ts";

/** Other data sets, synthetic images, other counts of images, runs that are not finished. */
export function comparisonWarnings(runs: readonly SavedRun[], names: readonly string[]): Warning[] {
  const found: Warning[] = [];
  const listed = (chosen: (run: SavedRun) => boolean) => names.filter((_, k) => chosen(runs[k]!)).join(", ");
  const datasets = new Set(runs.map(({ config }) => config.dataset.id));
  if (datasets.size > 1) {
    const each = [...datasets].map((id) => `${id} (${listed(({ config }) => config.dataset.id === id)})`);
    found.push({
      short: "DIFFERENT DATA SETS",
      text: `Errors and losses of different images do not say which run is better: ${each.join("; ")}.`,
    });
  }
  const origins = new Set(runs.map(({ config }) => config.dataset.origin));
  if (origins.size > 1) {
    const each = [...origins].map(
      (origin) => `${origin} (${listed(({ config }) => config.dataset.origin === origin)})`,
    );
    found.push({
      short: "DIFFERENT ORIGINS",
      text: `The images are not of the same origin: ${each.join("; ")}.`,
    });
  }
  const synthetic = listed(({ config }) => config.dataset.origin === "synthetic");
  if (synthetic) {
    found.push({ short: "SYNTHETIC DATA", text: `Trained and tested on synthetic images: ${synthetic}.` });
  }
  const unfinished = listed(({ result }) => !result);
  if (unfinished) {
    found.push({ short: "UNFINISHED RUN", text: `Not finished, so without final figures: ${unfinished}.` });
  }
  return found;
}
