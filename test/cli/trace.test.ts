/** @file `train --trace`: its table, its JSON and its file say the same; wrong options are refused. No times are checked. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TracedStep } from "../../runner/trace/trace-step.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { adapter, fail, succeed } from "./run.ts";
import { writeDigitFiles } from "./support/street-digit-files.ts";

const folder = useTemporaryFolder();

it("lists every command of a step, as a table, as JSON and for Perfetto", async () => {
  const data = join(folder(), "data");
  writeDigitFiles(data, { train: 20, test: 12 });
  const options = ["--data", data, "--batch", "5", "--adapter", adapter, "--out", "run", "--json"];
  const { stdout, stderr } = await succeed(["train", "svhn-c", "--trace", ...options], { cwd: folder() });

  const step = JSON.parse(stdout) as TracedStep;
  expect(step.batch).toBe(5);
  expect(["timestamps", "alone"]).toContain(step.clock);
  expect(step.rows.filter(({ kind }) => kind === "dispatch")).toHaveLength(step.dispatches);
  expect(step.dispatches).toBeLessThanOrEqual(26); // issue 4, point 4
  const names = step.rows.map(({ name }) => name);
  for (const part of ["gather/", "conv2d/forward", "conv2d/filter-gradient", "optimizers/adagrad"])
    expect(
      names.some((name) => name.startsWith(part)),
      part,
    ).toBe(true);
  for (const { name, bytes, flops, share } of step.rows) {
    expect(bytes, name).toBeGreaterThan(0);
    expect(share, name).toBeGreaterThanOrEqual(0);
    const moves = /^(copy|clear|engine\/advance|gather\/(one-hot-)?labels)$/.test(name);
    expect(flops > 0, name).toBe(!moves);
  }
  expect(step.rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);

  const listed = stderr.split("\n").filter((line) => /^ *\d+ {2}\w/.test(line));
  expect(listed.map((line) => line.trim().split(/\s+/)[1])).toEqual(names);
  const file = JSON.parse(readFileSync(join(folder(), "run", "trace.json"), "utf8")) as {
    traceEvents: { ph: string; name: string }[];
  };
  expect(file.traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name)).toEqual(names);
  expect(readdirSync(join(folder(), "run")), "nothing was trained").toEqual(["trace.json"]);
});

describe("wrong use ends with exit code 2", () => {
  it.each([
    ["svhn-a", [], /--trace: svhn-a trains no network/],
    ["svhn-c", ["--epochs", "2"], /--trace: .*leave --epochs out/],
    ["svhn-c", ["--resume"], /leave --resume out/],
    ["svhn-c", ["--eager"], /leave --eager out/],
    ["svhn-c", ["--save-initial"], /leave --save-initial out/],
  ])("%s %j", async (experiment, words, pattern) => {
    await fail(["train", experiment, "--trace", ...words], 2, pattern, { cwd: folder() });
    expect(existsSync(join(folder(), "runs"))).toBe(false);
  });
});
