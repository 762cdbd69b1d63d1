/** @file `npm run bench -- [ceilings|kernels|steps|all]`: tables on the terminal, JSON on request, changes since a file. */

import { type Ceilings, measureCeilings } from "../engine/ceilings/ceilings.ts";
import { type AdapterChoice, createEngine, type Engine, UsageError } from "../engine/index.ts";
import { writeJson } from "../runner/json-files.ts";
import type { BenchResult } from "../runner/speed/result.ts";
import type { Row } from "../runner/speed/row.ts";
import { commit, versions } from "../runner/versions.ts";
import { parseWords, runScript } from "./arguments.ts";
import { checkSameAdapter, compareRows, comparisonText, machineText } from "./compare.ts";
import { timeKernel } from "./kernels.ts";
import { adapterName, readResult } from "./result-file.ts";
import { tableHead, tableNotes, tableRow } from "./row.ts";
import { isOf, type Job, selectJobs } from "./selection.ts";
import { timeStep } from "./steps.ts";

async function main(): Promise<number> {
  const { values, positionals } = parseWords({
    allowPositionals: true,
    options: {
      only: { type: "string" },
      seconds: { type: "string", default: "2" },
      json: { type: "string" },
      compare: { type: "string" },
      adapter: { type: "string", default: "auto" },
    },
  });
  const suite = positionals[0] ?? "all";
  const jobs = selectJobs(suite, values.only);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UsageError(`--seconds must be positive, got "${values.seconds}".`);
  if (values.compare && jobs.length === 0)
    throw new UsageError("--compare: there is nothing to compare without kernels or steps.");
  const before = values.compare === undefined ? undefined : readResult(values.compare);
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  const facts = { adapter: { ...engine.adapter }, versions: versions(), commit: commit() ?? null };
  console.log(`adapter: ${adapterName(facts)}`);
  if (before) checkSameAdapter(before, facts);
  const ceilings = await measureCeilings(engine, Math.min(seconds, 1));
  for (const [name, value] of Object.entries(ceilings))
    console.log(`${name.padEnd(20)} ${value.toPrecision(4)}`);
  const rows = await timeAll(engine, jobs, seconds, ceilings);
  const result = { ...facts, ceilings, rows } satisfies BenchResult;
  if (values.json) {
    writeJson(values.json, result);
    console.log(`\nwritten: ${values.json}`);
  }
  return before ? compareWith(before, jobs, result) : 0;
}

async function timeAll(
  engine: Engine,
  jobs: readonly Job[],
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  if (jobs.length === 0) return [];
  const rows: Row[] = [];
  console.log(`\n${tableHead()}`);
  for (const job of jobs) {
    const timed =
      job.suite === "kernels"
        ? await timeKernel(engine, job, seconds, ceilings)
        : [await timeStep(engine, job.workload, job.batch, seconds, ceilings)];
    for (const row of timed) console.log(tableRow(row));
    rows.push(...timed);
  }
  console.log(`\n${tableNotes.join("\n")}`);
  return rows;
}

/** The exit code: 1 if something became slower. */
function compareWith(before: BenchResult, jobs: readonly Job[], after: BenchResult): number {
  const old = before.rows.filter((row) => isOf(jobs, row));
  const comparison = compareRows(old, after.rows);
  console.log(`\nsince ${before.commit ?? "an unknown commit"}:`);
  for (const line of comparisonText(comparison)) console.log(line);
  console.log(machineText(before.ceilings, after.ceilings));
  return comparison.changes.some(({ verdict }) => verdict === "slower") ? 1 : 0;
}

runScript("bench", main);
