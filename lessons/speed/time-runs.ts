/** @file How long a launch takes, by the host's clock: many are replayed one after the other and waited for together. */
import type { Engine } from "../../engine/device.ts";

/** So many milliseconds of launches are waited for at once: a clock of a page has steps of a tenth of one, and waiting takes time too. */
const sampleMilliseconds = 20;
const fewestSamples = 3;

export interface TimedRuns {
  /** milliseconds of one run, by sample */
  readonly samples: readonly number[];
  readonly dispatches: number;
}

/** Times what `run` launches for about so many seconds, and three times at least, after a first run that compiles. */
export async function timeRuns(engine: Engine, run: () => unknown, seconds: number): Promise<TimedRuns> {
  const recording = engine.record(() => engine.scope(() => void run()));
  const timed = async (times: number) => {
    const start = performance.now();
    recording.replay(times);
    await engine.sync();
    return (performance.now() - start) / times;
  };
  await timed(1);
  const once = Math.max(await timed(1), 0.001);
  const times = Math.max(1, Math.ceil(sampleMilliseconds / once));
  const samples: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (samples.length < fewestSamples || performance.now() < end) samples.push(await timed(times));
  const dispatches = recording.dispatches.length;
  recording.dispose();
  return { samples, dispatches };
}
