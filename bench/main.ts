/** @file `npm run bench -- [ceilings|kernels|steps|all]`: tables on the terminal, JSON on request. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  type AdapterChoice,
  createEngine,
  type Engine,
  nearest,
  UsageError,
  WgradError,
} from "../engine/index.ts";
import { commit, versions } from "../experiments/run/versions.ts";
import { type Ceilings, measureCeilings } from "../kernels/tuning/ceilings/ceilings.ts";
import { kernelWorkloads, timeKernel } from "./kernels.ts";
import { type Row, tableHead, tableRow } from "./row.ts";
import { timeStep } from "./steps.ts";
import { workloads } from "./workloads.ts";

const suites = ["ceilings", "kernels", "steps", "all"];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string" },
      seconds: { type: "string", default: "2" },
      json: { type: "string" },
      adapter: { type: "string", default: "auto" },
    },
  });
  const suite = positionals[0] ?? "all";
  if (!suites.includes(suite))
    throw new UsageError(`bench: unknown suite "${suite}". One of ${suites.join(", ")}.`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UsageError(`--seconds must be positive, got "${values.seconds}".`);
  const only = values.only?.split(",").map(parseSelection);
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  console.log(`adapter: ${engine.adapter.description || engine.adapter.device}`);
  const ceilings = await measureCeilings(engine, Math.min(seconds, 1));
  for (const [name, value] of Object.entries(ceilings))
    console.log(`${name.padEnd(20)} ${value.toPrecision(4)}`);
  const rows = suite === "ceilings" ? [] : await timeAll(engine, suite, only, seconds, ceilings);
  if (values.json) {
    const { adapter } = engine;
    const report = {
      adapter: { ...adapter },
      versions: versions(),
      commit: commit() ?? null,
      ceilings,
      rows,
    };
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`\nwritten: ${values.json}`);
  }
}

interface Selection {
  readonly name: string;
  readonly batch: number | undefined;
}

async function timeAll(
  engine: Engine,
  suite: string,
  only: readonly Selection[] | undefined,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  const rows: Row[] = [];
  const show = (row: Row) => {
    console.log(tableRow(row));
    rows.push(row);
  };
  console.log(`\n${tableHead()}`);
  const selected = (name: string) => !only || only.some((selection) => selection.name === name);
  if (suite !== "steps") {
    for (const name of kernelWorkloads.filter(selected)) {
      for (const row of await timeKernel(engine, name, seconds, ceilings)) show(row);
    }
  }
  if (suite !== "kernels") {
    for (const [name, { batches }] of Object.entries(workloads).filter(([key]) => selected(key))) {
      const asked = only?.flatMap((selection) =>
        selection.name === name && selection.batch ? [selection.batch] : [],
      );
      for (const batch of asked?.length ? asked : batches)
        show(await timeStep(engine, name, batch, seconds, ceilings));
    }
  }
  return rows;
}

/** `svhn-c:128` or `mm1024`. */
function parseSelection(text: string): Selection {
  const [name = "", batch] = text.split(":");
  const known = [...kernelWorkloads, ...Object.keys(workloads)];
  if (!known.includes(name)) {
    const hint = nearest(name, known);
    throw new UsageError(
      `--only: there is no workload "${name}"${hint ? `, did you mean "${hint}"?` : "."} There are ${known.join(", ")}.`,
    );
  }
  const size = batch === undefined ? undefined : Number(batch);
  if (size !== undefined && (!Number.isInteger(size) || size < 1))
    throw new UsageError(`--only: "${text}" has no valid batch size.`);
  return { name, batch: size };
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof WgradError ? `bench: ${error.message}` : error);
    process.exit(error instanceof WgradError ? error.exitCode : 1);
  },
);
