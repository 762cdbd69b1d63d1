/** @file A contest of recipes on one problem: those that agree with the naive kernel are timed, the fastest wins. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** A recipe that can run the problem. */
export interface Contestant {
  readonly name: string;
  /** computes the problem once */
  readonly run: () => Tensor;
}

export interface Outcome {
  readonly winner: string;
  /** milliseconds of each contestant's best run; CPU time of the process on a software adapter */
  readonly times: Readonly<Record<string, number>>;
  /** contestants whose results were wrong: a defect */
  readonly wrong: readonly string[];
}

/** A recipe must be faster than the default by this part, else the default stays: two runs differ by as much. */
const gain = 0.05;
const rounds = 5;
/** Contestants that take so many times as long as the best in each of the first rounds are not run again; one may be bad luck. */
const hopeless = 2;
const firstRounds = 2;

/**
 * Lets the contestants run in turn, so that what else the machine does hits all. The first is the default.
 * @param naive computes the problem with the naive kernel
 * @param tolerance largest difference from it that rounding can explain
 */
export async function contest(
  engine: Engine,
  contestants: readonly Contestant[],
  naive: () => Tensor,
  tolerance: number,
): Promise<Outcome> {
  const expected = await valuesOf(engine, naive);
  const right: Contestant[] = [];
  const wrong: string[] = [];
  for (const contestant of contestants) {
    const values = await valuesOf(engine, contestant.run);
    const agrees = values.every((value, i) => Math.abs(value - expected[i]!) <= tolerance);
    if (agrees) right.push(contestant);
    else wrong.push(contestant.name);
  }
  const times = await race(engine, right);
  const standard = contestants[0]!;
  const rival = right
    .filter(({ name }) => isFaster(name, standard.name, times))
    .sort((a, b) => times[a.name]! - times[b.name]!)[0];
  // luck wins once, so the two run again
  const again = rival && right.includes(standard) ? await race(engine, [standard, rival]) : times;
  const winner = rival && isFaster(rival.name, standard.name, again) ? rival : standard;
  return { winner: winner.name, times, wrong };
}

/** Milliseconds of each contestant's best run; they run in turn. */
async function race(engine: Engine, contestants: readonly Contestant[]): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    const best = Math.min(...Object.values(times));
    for (const { name, run } of contestants) {
      const before = times[name] ?? Number.POSITIVE_INFINITY;
      if (round >= firstRounds && before > hopeless * best) continue;
      times[name] = Math.min(before, await time(engine, run));
    }
  }
  return times;
}

/** Whether a contestant beats the default by enough. A default with wrong results is beaten by all. */
function isFaster(name: string, standard: string, times: Readonly<Record<string, number>>): boolean {
  return times[name]! < (times[standard] ?? Number.POSITIVE_INFINITY) * (1 - gain);
}

async function valuesOf(engine: Engine, run: () => Tensor): Promise<Float32Array> {
  const result = engine.scope(run);
  const values = (await result.data()) as Float32Array;
  engine.scopes.discard(result);
  return values;
}

/**
 * Milliseconds of one run. A software adapter computes in this process: its CPU time is what counts, whatever else runs
 * on the machine.
 */
async function time(engine: Engine, run: () => Tensor): Promise<number> {
  const once = () => engine.scope(() => void run());
  await engine.sync();
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  once();
  await engine.sync();
  const { user, system } = process.cpuUsage(cpu);
  return engine.adapter.software ? (user + system) / 1000 : performance.now() - start;
}
