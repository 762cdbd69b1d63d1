/** @file The tool that compiles with Mesa's AMD compiler and models the time: found on this machine, called, its answer read. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { FileError, UsageError } from "../../engine/errors.ts";
import { readJson } from "../../runner/json-files.ts";
import { projectFolder } from "../../runner/versions.ts";
import { type Job, nameOf } from "./jobs.ts";

/** The card that is modelled, a Radeon RX 7900, and its limits by which parts and rooflines are counted. */
export const card = { family: "navi31", teraFlops: 61.44, gigabytes: 960 } as const;

const rowSchema = z.object({
  label: z.string(),
  /** equal launches */
  times: z.number().int().positive(),
  workgroups: z.array(z.number()),
  flops: z.number().default(0),
  /** microseconds of one launch */
  microseconds: z.number(),
  /** microseconds that its bytes take at least */
  memoryMicroseconds: z.number(),
  vgprs: z.number(),
  spills: z.number(),
  memory: z.object({ waits: z.number(), waitedFor: z.number() }),
});

/** Launches of one pipeline with one number of workgroups, as the tool tells of them. */
export type ToolRow = z.infer<typeof rowSchema>;

const factsSchema = z.object({ key: z.string(), device: z.string(), description: z.string() });

/** The adapter as wgrad saw it. */
export type ToolAdapter = z.infer<typeof factsSchema>;

/** The tool's program in its folder. Throws UsageError if none is told, or none is there. */
export function findTool(folder: string | undefined): string {
  if (!folder)
    throw new UsageError(
      "this bench needs a tool that compiles with Mesa's AMD compiler and models the time (gpu-paper.mjs); " +
        "say where it is: --tool FOLDER, or the environment variable GPU_PAPER.",
    );
  const program = resolve(folder, "gpu-paper.mjs");
  if (existsSync(program)) return program;
  throw new UsageError(`there is no gpu-paper.mjs in ${folder} (--tool, or the variable GPU_PAPER).`);
}

/** Compiles and models one job. Throws FileError with what the tool said if it fails. */
export function callTool(program: string, job: Job): { rows: ToolRow[]; adapter: ToolAdapter } {
  const folder = mkdtempSync(join(tmpdir(), "bench-paper-"));
  const [facts, result] = [join(folder, "facts.json"), join(folder, "rows.json")];
  const script = fileURLToPath(new URL("program.ts", import.meta.url));
  const options = ["--project", projectFolder, "--family", card.family, "--only", nameOf(job)];
  const words = [program, ...options, "--json", result, "run", script, facts, JSON.stringify(job)];
  const matrixUnits = job.suite === "problems" && job.problem.includes("matrix units");
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: projectFolder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      NODE_OPTIONS: `--import ${import.meta.resolve("tsx")}`, // the script is TypeScript
      WGRAD_EXPERIMENTAL: matrixUnits ? "subgroup-matrix" : "",
    },
  });
  try {
    if (status !== 0) throw new FileError(`the tool failed with ${nameOf(job)}:\n${stdout}\n${stderr}`);
    return { rows: readRows(readJson(result), nameOf(job)), adapter: factsSchema.parse(readJson(facts)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of one section. Throws FileError if there are none, or one could not be modelled. */
export function readRows(json: unknown, section: string): ToolRow[] {
  const own = z.array(z.looseObject({ section: z.string() })).parse(json);
  const rows = z.array(rowSchema).safeParse(own.filter((row) => row.section === section));
  if (!rows.success) throw new FileError(`${section}: not modelled: ${z.prettifyError(rows.error)}`);
  if (rows.data.length === 0) throw new FileError(`${section}: the tool tells of no launch.`);
  return rows.data;
}
