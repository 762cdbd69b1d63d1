/** @file Where the time of a recorded step goes: runs it once more and times each of its commands. */

import { requireEngine } from "../arguments.ts";
import type { Engine } from "../device.ts";
import { AdapterError } from "../errors.ts";
import { requireParts } from "../options.ts";
import type { Command } from "./commands.ts";
import type { Recording } from "./recording.ts";

/**
 * timestamps: the GPU's clock is read before and after each command, in a step that runs as a whole;
 * alone: each command is submitted and waited for by itself, so that its time includes the cost of a submit.
 */
export type Clock = "timestamps" | "alone";

/** A command of a step with the time it took on the GPU. */
export interface TimedCommand {
  readonly command: Command;
  /** from the start of the step */
  readonly startMicroseconds: number;
  readonly microseconds: number;
}

/** What profile() measured: every command of a step with its time, and the step as a whole. */
export interface StepProfile {
  readonly clock: Clock;
  /** how often the step ran by this clock */
  readonly runs: number;
  /** in the order of the recording */
  readonly commands: readonly TimedCommand[];
}

/** Nanoseconds, counted from the begin of the first command. */
interface Interval {
  readonly begin: number;
  readonly end: number;
}

const mostRuns = 5;
const enoughMilliseconds = 1000;
/** of a query set: a limit of WebGPU */
const mostQueries = 4096;

/**
 * Replays the step up to five times within about a second, and returns the run whose length is the median. Uses
 * timestamps where the adapter has them and they make sense, unless `clock` says otherwise.
 * @throws AdapterError for timestamps on an adapter without them, WgradError for a recording that was disposed
 */
export async function profile(engine: Engine, recording: Recording, clock?: Clock): Promise<StepProfile> {
  requireEngine("profile", engine);
  requireParts("profile", recording, "a recording", ["commands", "assertUsable"]);
  recording.assertUsable("profile");
  const { commands } = recording;
  await engine.sync(); // drivers finish compiling a kernel when it first runs
  const able = engine.device.features.has("timestamp-query");
  if (clock === "timestamps" && !able)
    throw new AdapterError(`${engine.adapter.device} has no timestamp queries.`);
  if (clock !== "alone" && able) {
    const run = await repeat(() => stamped(engine, commands));
    if (clock || plausible(run)) return result("timestamps", commands, run);
  }
  return result("alone", commands, await repeat(() => alone(engine, commands)));
}

export interface TimedRun {
  readonly intervals: readonly Interval[];
  /** by the host's clock */
  readonly milliseconds: number;
}

/** The run of median length, and how many there were. */
async function repeat(run: () => Promise<Interval[]>): Promise<TimedRun & { readonly runs: number }> {
  const runs: TimedRun[] = [];
  const start = performance.now();
  do {
    const before = performance.now();
    const intervals = await run();
    runs.push({ intervals, milliseconds: performance.now() - before });
  } while (runs.length < mostRuns && performance.now() - start < enoughMilliseconds);
  runs.sort((a, b) => a.milliseconds - b.milliseconds);
  return { ...runs[Math.floor((runs.length - 1) / 2)]!, runs: runs.length };
}

/** Some drivers return zeros, or counts in another unit than the nanoseconds that they promise. */
export function plausible({ intervals, milliseconds }: TimedRun): boolean {
  const ordered = intervals.every(({ begin, end }) => end >= begin);
  const span = intervals.at(-1)?.end ?? 0;
  return ordered && span > 0 && span <= milliseconds * 1e6;
}

function result(
  clock: Clock,
  commands: readonly Command[],
  { intervals, runs }: TimedRun & { readonly runs: number },
): StepProfile {
  const timed = intervals.map(({ begin, end }, i) => ({
    command: commands[i]!,
    startMicroseconds: begin / 1000,
    microseconds: (end - begin) / 1000,
  }));
  return { clock, runs, commands: timed };
}

async function stamped(engine: Engine, commands: readonly Command[]): Promise<Interval[]> {
  const times: bigint[] = [];
  for (let first = 0; first < commands.length; first += mostQueries / 2) {
    times.push(...(await readClock(engine, commands.slice(first, first + mostQueries / 2))));
  }
  const since = (time: bigint) => Number(time - times[0]!);
  return commands.map((_, i) => ({ begin: since(times[2 * i]!), end: since(times[2 * i + 1]!) }));
}

/** The GPU's clock before and after each command. */
async function readClock(engine: Engine, part: readonly Command[]): Promise<BigInt64Array> {
  const { device, commands } = engine;
  const count = 2 * part.length;
  const querySet = device.createQuerySet({ type: "timestamp", count });
  const resolved = device.createBuffer({ size: 8 * count, usage: 0x0200 | 0x0004 }); // QUERY_RESOLVE | COPY_SRC
  const staging = device.createBuffer({ size: 8 * count, usage: 0x0001 | 0x0008 }); // MAP_READ | COPY_DST
  try {
    for (const [i, command] of part.entries()) commands.encodeTimed(command, querySet, i);
    commands.flush();
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
    device.queue.submit([encoder.finish()]);
    await engine.guard(staging.mapAsync(0x0001)); // GPUMapMode.READ
    return new BigInt64Array(staging.getMappedRange().slice(0));
  } finally {
    for (const owner of [querySet, resolved, staging]) owner.destroy();
  }
}

/** Each command by itself. Waits without the naps of engine.sync(), which are longer than many a kernel. */
async function alone(engine: Engine, commands: readonly Command[]): Promise<Interval[]> {
  const intervals: Interval[] = [];
  let start: number | undefined;
  const now = () => {
    const time = performance.now();
    start ??= time;
    return (time - start) * 1e6;
  };
  for (const command of commands) {
    const begin = now();
    engine.commands.encode(command);
    engine.commands.flush();
    await engine.device.queue.onSubmittedWorkDone();
    intervals.push({ begin, end: now() });
  }
  await engine.sync();
  return intervals;
}
