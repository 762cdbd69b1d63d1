/** @file Timing with the package `benchmark`: asynchronous work, repeated for some seconds, with its spread. */
import Benchmark from "benchmark";
import { type Spread, spreadOf } from "../runner/speed/rates.ts";

export interface Measurement {
  readonly ms: Spread;
  /** samples: of short work the mean of several runs each */
  readonly runs: number;
}

/** Runs `work` (which must wait for the GPU itself) for about `seconds`, after a warm-up; 5 times unless that takes too long. */
export async function measure(
  name: string,
  work: () => Promise<void>,
  seconds: number,
): Promise<Measurement> {
  const start = performance.now();
  await work();
  const once = (performance.now() - start) / 1000;
  const times = once > 2 * seconds ? [once] : await collect(name, work, seconds);
  return { ms: spreadOf(times.map((time) => time * 1000)), runs: times.length };
}

/** A sample is the mean of runs that follow each other for so long, as steps do in a training: after a pause the first is slower. */
const sampleSeconds = 0.02;

/** Seconds of one run, by sample. */
function collect(name: string, work: () => Promise<void>, seconds: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const benchmark = new Benchmark(
      name,
      (deferred: Benchmark.Deferred) => {
        work().then(() => deferred.resolve(), reject);
      },
      {
        defer: true,
        async: true,
        maxTime: seconds,
        minSamples: 5,
        initCount: 1,
        minTime: sampleSeconds,
        delay: 0,
      },
    );
    benchmark.on("complete", () => resolve(benchmark.stats?.sample ?? []));
    benchmark.on("error", () => reject(benchmark.error));
    benchmark.run({ async: true });
  });
}
