import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convolutions, jobs, nameOf, peers, products } from "../../bench/paper/jobs.ts";
import { paperRow, readPaper } from "../../bench/paper/result.ts";
import { paperTables, withPaperTables } from "../../bench/paper/table.ts";
import { callTool, findTool, readRows, type ToolRow } from "../../bench/paper/tool.ts";
import { readResults } from "../../bench/readme-table.ts";
import { readResult } from "../../bench/result-file.ts";
import { workloads } from "../../bench/workloads.ts";

const root = join(import.meta.dirname, "../..");
const file = join(root, "bench/results/paper-navi31.json");
const readme = readFileSync(join(root, "bench/README.md"), "utf8");
const result = readPaper(file);

/** Two equal launches, 3 us each, of which 1.5 us are the bytes' and 1 us the operations'. */
const launch: ToolRow = {
  label: "dense/matmul.tiled",
  times: 2,
  workgroups: [4, 2, 1],
  flops: 61.44e6,
  microseconds: 3,
  memoryMicroseconds: 1.5,
  vgprs: 60,
  spills: 0,
  memory: { waits: 2, waitedFor: 5 },
};

describe("the committed file", () => {
  it("bench/README.md has its tables; else run `npm run bench:paper -- --table`", () => {
    expect(withPaperTables(readme, paperTables(result))).toBe(readme);
  });

  it("has every job, each marked as modelled, and no figure of the tables stands without that word", () => {
    expect(result.rows.map(({ name }) => name)).toEqual(jobs.map(nameOf));
    expect(result.rows.every(({ modelled }) => modelled)).toBe(true);
    for (const heading of paperTables(result).match(/[^|\n]*\bus\b[^|\n]*/g)!)
      expect(heading).toMatch(/modelled|roofline/);
  });

  it("is not taken for one that was measured", () => {
    expect(() => readResult(file)).toThrow("is no result of npm run bench");
    const measured = readResults(join(root, "bench/results"));
    expect(measured.length).toBeGreaterThan(0);
    expect(measured.map(({ adapter }) => adapter.vendor)).not.toContain("amd");
    expect(() => readPaper(join(root, "bench/results/mesa-software-lavapipe.json"))).toThrow("bench:paper");
  });
});

describe("jobs", () => {
  it("are workloads, products and convolutions that exist; peers are of these", () => {
    for (const job of jobs) {
      if (job.suite === "steps") expect(workloads).toHaveProperty(job.workload);
      else expect({ ...products, ...convolutions }).toHaveProperty([job.problem]);
    }
    for (const name of Object.keys(peers)) expect(jobs.map(nameOf)).toContain(name);
  });
});

describe("rows", () => {
  const job = { suite: "steps", workload: "mlp", batch: 25, precision: "mixed" } as const;

  it("sum up the launches: time, the longer of bytes and operations, part of the peak", () => {
    const other = {
      ...launch,
      label: "softmax/rows",
      times: 1,
      flops: 0,
      memory: { waits: 0, waitedFor: 0 },
    };
    const row = paperRow(job, [launch, other]);
    expect(row).toMatchObject({ modelled: true, suite: "steps", name: "mlp:25 mixed" });
    expect(row.microseconds).toBe(9);
    expect(row.roofline_microseconds).toBe(4.5);
    expect(row.peak_fraction).toBeCloseTo(2 / 9, 4);
    expect(row.launches[0]).toMatchObject({ times: 2, workgroups: 8, microseconds: 6, flight: 2.5 });
    expect(row.launches[1]?.flight).toBeNull();
    const tables = paperTables({ ...result, rows: [row] });
    expect(tables).toContain(
      "| `mlp:25 mixed` | 3 | 9 | 4.5 | 22 % | dense/matmul.tiled 67 %, softmax/rows 33 % |",
    );
  });

  it("are those of the section; one that was not modelled is an error", () => {
    const other = { ...launch, section: "preparing", microseconds: undefined };
    expect(readRows([{ ...launch, section: "mlp:25" }, other], "mlp:25")).toEqual([launch]);
    expect(() => readRows([{ ...launch, section: "mlp:25" }], "mlp:100")).toThrow(
      "mlp:100: the tool tells of no launch",
    );
    expect(() => readRows([other], "preparing")).toThrow("preparing: not modelled");
  });
});

describe("the tool", () => {
  it("is asked for by --tool or GPU_PAPER: without it a message, and the exit code of a usage error", () => {
    expect(() => findTool(undefined)).toThrow("--tool FOLDER, or the environment variable GPU_PAPER");
    const empty = mkdtempSync(join(tmpdir(), "no-tool-"));
    expect(() => findTool(empty)).toThrow("there is no gpu-paper.mjs in");
    const { GPU_PAPER: _, ...environment } = process.env;
    const words = ["--import", "tsx", join(root, "bench/paper/main.ts")];
    const { status, stderr } = spawnSync(process.execPath, words, {
      cwd: root,
      encoding: "utf8",
      env: environment,
    });
    expect(status).toBe(2);
    expect(stderr).toContain("bench:paper: this bench needs a tool");
  });

  it("that fails is told of, with what it said", () => {
    expect(() => callTool(join(root, "no-such-tool.mjs"), jobs[0]!)).toThrow(
      "the tool failed with svhn-c:1280",
    );
  });
});
