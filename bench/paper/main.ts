/**
 * @file `npm run bench:paper`: what a compiler for a real GPU makes of our kernels, and what a model makes of that, without
 * the card. Writes bench/results/paper-navi31.json and the tables of bench/README.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../engine/errors.ts";
import { writeJson } from "../../runner/json-files.ts";
import { commit, versions } from "../../runner/versions.ts";
import { parseWords, runScript } from "../arguments.ts";
import { knownName } from "../known-name.ts";
import { jobs, nameOf } from "./jobs.ts";
import { note, type PaperResult, type PaperRow, paperRow, paperSchema, readPaper } from "./result.ts";
import { paperTables, withPaperTables } from "./table.ts";
import { callTool, card, findTool, type ToolAdapter } from "./tool.ts";

const file = fileURLToPath(new URL(`../results/paper-${card.family}.json`, import.meta.url));
const readme = fileURLToPath(new URL("../README.md", import.meta.url));

function main(): number {
  const { values } = parseWords({
    options: { tool: { type: "string" }, only: { type: "string" }, table: { type: "boolean" } },
  });
  if (values.table) return writeTables(readPaper(file));
  const program = findTool(values.tool ?? process.env.GPU_PAPER);
  const names = jobs.map(nameOf);
  const asked = values.only?.split(";").map((name) => knownName("row", name, names)) ?? names;
  const rows: PaperRow[] = [];
  let adapter: ToolAdapter | undefined;
  for (const job of jobs.filter((one) => asked.includes(nameOf(one)))) {
    const answer = callTool(program, job);
    adapter = answer.adapter;
    const row = paperRow(job, answer.rows);
    rows.push(row);
    console.log(`${row.name.padEnd(36)} ${String(row.microseconds).padStart(8)} us, modelled`);
  }
  if (!adapter) throw new UsageError("--only names no row.");
  if (values.only) return showRows(rows);
  const facts = { adapter, versions: versions(), commit: commit() ?? null };
  const result: PaperResult = paperSchema.parse({ modelled: true, note, card, ...facts, rows });
  writeJson(file, result);
  console.log(`written: ${file}`);
  return writeTables(result);
}

/** The launches of a few rows; files stay as they are. */
function showRows(rows: readonly PaperRow[]): number {
  for (const { name, launches } of rows) {
    console.log(`\n${name}, modelled:`);
    for (const { kernel, times, workgroups, microseconds, flight } of launches)
      console.log(
        `${kernel.padEnd(40)} ${times} x ${workgroups} workgroups, ${microseconds} us, flight ${flight}`,
      );
  }
  return 0;
}

function writeTables(result: PaperResult): number {
  const before = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  writeFileSync(readme, withPaperTables(before, paperTables(result)));
  console.log(`written: ${readme}`);
  return 0;
}

runScript("bench:paper", main);
