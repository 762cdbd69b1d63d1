/** @file What the ladder measured, as the file that `npm run bench -- --json` writes: others compare theirs with it. */

import type { BenchResult } from "../runner/speed/result.ts";
import type { Row } from "../runner/speed/row.ts";
import type { LadderFacts, MeasuredRung } from "./worker/kernels-protocol.ts";

/** The page that measured, and where it ran. */
export interface MeasuringPage {
  readonly browser: string;
  readonly version: string | undefined;
  readonly commit: string | undefined;
}

/** The adapter's name for people: browsers tell its vendor and architecture at least. */
export function nameOf({ description, device, key }: LadderFacts["adapter"]): string {
  return description || device || key;
}

/** The adapter, its ceilings, and a row for each rung that was timed. */
export function ladderFile(
  { adapter, ceilings }: LadderFacts,
  rungs: readonly MeasuredRung[],
  { browser, version, commit }: MeasuringPage,
): BenchResult {
  const rows = rungs.flatMap((rung): Row[] => ("row" in rung ? [rung.row] : []));
  const versions = { ...(version && { wgrad: version }), browser };
  return {
    adapter: { ...adapter, device: nameOf(adapter) },
    versions,
    commit: commit || null,
    ceilings,
    rows,
  };
}
