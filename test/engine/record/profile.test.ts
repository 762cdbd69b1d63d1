import { describe, expect, it } from "vitest";
import { type Clock, plausible, profile, type StepProfile } from "../../../engine/record/profile.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { useEngine } from "../../support/engine.ts";
import { product, scaleAndAdd } from "../ops.ts";

const engine = useEngine();

/** A dispatch, a copy, a clear and again dispatches. */
function step(x: Tensor): void {
  const square = product(x, x);
  const copied = engine().zeros(x.shape);
  engine().copy(square, copied);
  scaleAndAdd(copied, 2, 1);
  scaleAndAdd(x, 0.5, 0);
}

const kinds = ["dispatch", "clear", "copy", "dispatch", "dispatch"];

/** Every command once and in order, at times that can be: each after the begin of the one before it. */
function expectWhole({ commands }: StepProfile, recorded: readonly unknown[]): void {
  expect(commands.map(({ command }) => command)).toEqual(recorded);
  for (const [i, { startMicroseconds, microseconds, command }] of commands.entries()) {
    expect(microseconds).toBeGreaterThanOrEqual(0);
    expect(startMicroseconds).toBeGreaterThanOrEqual(commands[i - 1]?.startMicroseconds ?? 0);
    expect(command.bytes).toBeGreaterThan(0);
  }
  expect(commands[0]!.startMicroseconds).toBe(0);
  expect(commands.some(({ microseconds }) => microseconds > 0)).toBe(true);
}

describe("profile", () => {
  it.each<Clock>(["timestamps", "alone"])("times every command of a recording once: %s", async (clock) => {
    if (clock === "timestamps" && !engine().device.features.has("timestamp-query")) return;
    const x = engine().tensor([1, 2, 3, 4]);
    const recording = engine().record(() => step(x));
    expect(recording.commands.map(({ kind }) => kind)).toEqual(kinds);
    const timed = await profile(engine(), recording, clock);
    expect(timed.clock).toBe(clock);
    expectWhole(timed, recording.commands);
    recording.dispose();
  });

  it("chooses a clock itself", async () => {
    const x = engine().tensor([1, 2]);
    const recording = engine().record(() => step(x));
    const timed = await profile(engine(), recording);
    expect(["timestamps", "alone"]).toContain(timed.clock);
    expectWhole(timed, recording.commands);
    recording.dispose();
  });

  it("replays the step whole, as often as it says", async () => {
    const x = engine().tensor([1024]);
    const recording = engine().record(() => step(x)); // runs the step, too
    const { runs } = await profile(engine(), recording, "alone");
    expect(await x.data()).toEqual(Float32Array.of(1024 / 2 ** (1 + runs))); // a step halves x
    recording.dispose();
  });

  it("names the operands and their roles", async () => {
    const x = engine().tensor([1, 2, 3]);
    const recording = engine().record(() => step(x));
    const [square, double] = recording.dispatches;
    expect(square).toMatchObject({
      operands: [
        { name: "a", shape: [3], role: "read", bytes: 12 }, // bound as b, too
        { name: "y", shape: [3], role: "write", bytes: 12 },
      ],
      bytes: 24,
    });
    expect(double).toMatchObject({ operands: [{ name: "x", role: "update" }], bytes: 24 }); // read and written
    recording.dispose();
  });

  it("takes a step with nothing in it", async () => {
    const recording = engine().record(() => {});
    expect((await profile(engine(), recording)).commands).toEqual([]);
    recording.dispose();
  });

  it("refuses a recording that was disposed", async () => {
    const recording = engine().record(() => {});
    recording.dispose();
    await expect(profile(engine(), recording)).rejects.toThrow("profile: this recording was disposed.");
  });
});

it("timestamps are plausible if they go forward, and not faster than the host's clock", () => {
  const run = (...ends: number[]) => ({
    intervals: ends.map((end, i) => ({ begin: ends[i - 1] ?? 0, end })),
    milliseconds: 1,
  });
  expect(plausible(run(1000, 900_000))).toBe(true); // 0.9 ms by the GPU's clock, 1 ms by the host's
  expect(plausible(run(0, 0)), "a driver that writes zeros").toBe(false);
  expect(plausible(run(1000, 500))).toBe(false);
  expect(plausible(run(1000, 5_000_000)), "counts of another unit").toBe(false);
});
