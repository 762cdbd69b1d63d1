/** @file What becomes of a profile: figures, table, and the file for Perfetto. Times are made up. */
import { describe, expect, it } from "vitest";
import type { Command } from "../../../engine/record/commands.ts";
import type { StepProfile } from "../../../engine/record/profile.ts";
import { traceOf } from "../../../runner/trace/trace.ts";
import { traceEvents } from "../../../runner/trace/trace-file.ts";
import { traceNotes, traceTable } from "../../../runner/trace/trace-table.ts";
import { sampleResult } from "../../bench/sample-rows.ts";

const { ceilings } = sampleResult([]); // 40 GFLOP/s, 4 GB/s

const product = {
  kind: "dispatch",
  label: "dense/matmul.tiled",
  workgroups: [2, 3, 1],
  operands: [
    { name: "a", shape: [4, 8], role: "read", bytes: 128 },
    { name: "total", shape: [], role: "update", bytes: 4 },
    { name: "y", shape: [4, 2], role: "write", bytes: 32 },
    { name: "step", shape: [8], role: "uniform", bytes: 32 },
  ],
  flops: 1_000_000,
  bytes: 1000,
} as unknown as Command; // without what only a GPU has
const copy = { kind: "copy", label: "copy", bytes: 2000 } as Command;

const timed: StepProfile = {
  clock: "timestamps",
  runs: 5,
  commands: [
    { command: product, startMicroseconds: 0, microseconds: 75 },
    { command: copy, startMicroseconds: 80, microseconds: 25 },
  ],
};
const trace = traceOf(timed, ceilings);

describe("traceOf", () => {
  it("gives rates, shares, and parts of the ceiling", () => {
    expect(trace.rows[0]).toMatchObject({
      name: "dense/matmul.tiled",
      operands: "a[4,8] total[] -> total[] y[4,2]",
      workgroups: [2, 3, 1],
      share: 0.75,
      gflops: 1e6 / 75e-6 / 1e9,
      bound: "arithmetic",
      ceiling_fraction: 25 / 75, // a million operations take 25 us at 40 GFLOP/s
    });
    expect(trace.rows[1]).toMatchObject({
      share: 0.25,
      flops: 0,
      bytes: 4000, // read and written
      bound: "bandwidth",
      ceiling_fraction: 1 / 25, // 1 us at 4 GB/s
    });
    expect(trace.total).toMatchObject({ microseconds: 100, flops: 1e6, bytes: 5000, bound: "arithmetic" });
    expect(trace.total.ceiling_fraction).toBeCloseTo((25 + 1) / 100, 12);
  });

  it("takes commands that took no time", () => {
    const { rows, total } = traceOf(
      { ...timed, commands: [{ command: copy, startMicroseconds: 0, microseconds: 0 }] },
      ceilings,
    );
    expect(rows[0]).toMatchObject({ share: 0, gbytes_per_s: 0, ceiling_fraction: 0 });
    expect(total.ceiling_fraction).toBe(0);
  });
});

it("the table has a line for each command, in order, and one for all", () => {
  const lines = traceTable(trace);
  expect(lines).toHaveLength(1 + 2 + 1 + 1);
  expect(lines[0]).toMatch(
    /# +command +us +share +MFLOP +MB +GFLOP\/s +GB\/s +ceiling +bound by +workgroups +operands/,
  );
  expect(lines[1]).toMatch(/1 +dense\/matmul\.tiled +75\.0 +75\.0 % +1\.00 .* arithmetic +2x3x1 +a\[4,8\]/);
  expect(lines[2]).toMatch(/2 +copy +25\.0 +25\.0 % +- /);
  expect(lines[4]).toMatch(/2 commands +100\.0 +100\.0 %/);
});

it("the notes say how the times were taken", () => {
  expect(traceNotes(trace)[0]).toMatch(/timestamp queries.*out of 5/);
  expect(traceNotes({ clock: "alone", runs: 1 })[0]).toMatch(/alone.*cost of a submit; one run/);
});

it("the file has complete events in microseconds, as Chrome and Perfetto read them", () => {
  const file = traceEvents(trace, { experiment: "x" }) as {
    traceEvents: Record<string, unknown>[];
    otherData: Record<string, unknown>;
  };
  const complete = file.traceEvents.filter(({ ph }) => ph === "X");
  expect(complete).toMatchObject([
    { name: "dense/matmul.tiled", cat: "dispatch", ts: 0, dur: 75, args: { flops: 1e6, share: 0.75 } },
    { name: "copy", cat: "copy", ts: 80, dur: 25 },
  ]);
  for (const { pid, tid } of file.traceEvents) expect([pid, tid]).toEqual([1, 1]);
  expect(file.otherData).toMatchObject({ experiment: "x", clock: "timestamps" });
});
