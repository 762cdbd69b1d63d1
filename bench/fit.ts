/** @file `npm run bench:fit`: what fit() costs beyond the steps it replays, on a data set in GPU memory. */
import { type AdapterChoice, createEngine, type Engine, UsageError } from "../engine/index.ts";
import { GpuDataset } from "../kernels/gather/index.ts";
import { Batches } from "../models/data/batches.ts";
import { TrainingLog } from "../models/fit/log.ts";
import { Pace } from "../models/fit/pace.ts";
import { TrainingStep } from "../models/fit/step.ts";
import { parseWords, runScript } from "./arguments.ts";
import { knownName } from "./known-name.ts";
import { randomSamples } from "./random-samples.ts";
import { workloads } from "./workloads.ts";

const rounds = 5;

async function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      only: { type: "string", default: "ae32:25,mlp:25,conv-ae:25" },
      seconds: { type: "string", default: "4" },
      adapter: { type: "string", default: "auto" },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UsageError(`--seconds must be positive, got "${values.seconds}".`);
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  console.log(`adapter: ${engine.adapter.description || engine.adapter.device}`);
  console.log("workload        steps   bare ms/step   fit ms/step   fit beyond bare   CPU time beyond bare");
  for (const word of values.only.split(",")) {
    const [name = "", batch = ""] = word.split(":");
    console.log(
      await compare(
        engine,
        knownName("workload", name, Object.keys(workloads)),
        Number(batch) || workloads[name]!.batches[0]!,
        seconds,
      ),
    );
  }
  return 0;
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** An epoch by fit() with a progress callback, and as many bare replays, in turn; the best round of each counts. */
async function compare(engine: Engine, name: string, batch: number, seconds: number): Promise<string> {
  const { network, optimizer, loss, metrics, classes } = workloads[name]!;
  const model = network();
  await model.compile({ engine, optimizer: optimizer(), loss, metrics });
  const { session } = model;
  const first = GpuDataset.upload(engine, randomSamples(model, 4 * batch, classes));
  const batches = Batches.open(engine, first, session.objective.oneHot);
  const log = new TrainingLog(engine, session.objective, 4096);
  const step = await TrainingStep.prepare(session, batches, log, batch, false);
  const bare = async (steps: number) => {
    const pace = new Pace(engine);
    session.step.set({ position: 0, batch: 0 });
    for (let done = 0; done < steps; ) {
      const count = Math.min(pace.steps, steps - done);
      step.run(count);
      done += count;
      await pace.submitted(count);
    }
    await pace.drain();
    await engine.sync();
  };
  await bare(20);
  const probe = await cost(() => bare(20));
  const steps = Math.max(20, Math.round((1000 * seconds) / rounds / (probe.wall / 20)));
  const dataset = GpuDataset.upload(engine, randomSamples(model, steps * batch, classes));
  const best = { bare: worst, fit: worst };
  for (let round = 0; round < rounds; round++) {
    best.bare = least(best.bare, await cost(() => bare(steps)));
    best.fit = least(
      best.fit,
      await cost(() => model.fit(dataset, { batchSize: batch, onProgress: () => {} })),
    );
  }
  for (const owner of [step, log, batches, first, dataset, model]) owner.dispose();
  const percent = (part: keyof Cost) => `${(100 * (best.fit[part] / best.bare[part] - 1)).toFixed(1)} %`;
  const each = (value: Cost) => (value.wall / steps).toFixed(3);
  const cells = [
    each(best.bare).padStart(14),
    each(best.fit).padStart(13),
    percent("wall").padStart(17),
    percent("cpu").padStart(22),
  ];
  return `${`${name}:${batch}`.padEnd(12)} ${String(steps).padStart(8)} ${cells.join(" ")}`;
}

const worst: Cost = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };

function least(a: Cost, b: Cost): Cost {
  return { wall: Math.min(a.wall, b.wall), cpu: Math.min(a.cpu, b.cpu) };
}

/** Milliseconds of wall clock and of CPU time; a software adapter computes in this process. */
async function cost(work: () => Promise<unknown>): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

runScript("bench:fit", main);
