/**
 * @file `npm run bench:start`: how long a training takes to begin, in fresh processes: the first with an empty shader cache
 * of the driver, the second with what the first left there. Before training: until the kernels are ready, and what the first
 * step takes longer than a later one.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AdapterChoice, createEngine, UsageError } from "../engine/index.ts";
import { Batches } from "../models/data/batches.ts";
import { TrainingLog } from "../models/fit/log.ts";
import { TrainingStep } from "../models/fit/step.ts";
import { parseWords, runScript } from "./arguments.ts";
import { randomSamples } from "./random-samples.ts";
import { selectJobs } from "./selection.ts";
import { workloads } from "./workloads.ts";

/** Seconds from createEngine(), and of the steps. */
interface Start {
  readonly adapter: string;
  /** all pipelines are ready */
  readonly ready: number;
  readonly firstStep: number;
  /** the fastest of the next three */
  readonly laterStep: number;
}

async function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      only: { type: "string", default: "svhn-c:32" },
      adapter: { type: "string", default: "auto" },
      child: { type: "boolean", default: false },
    },
  });
  const jobs = selectJobs("steps", values.only);
  if (jobs.length === 0) throw new UsageError("--only: needs training steps, such as svhn-c:32.");
  if (values.child) {
    const { workload, batch = 1 } = jobs[0]!;
    console.log(JSON.stringify(await begin(workload, batch, values.adapter as AdapterChoice)));
    return 0;
  }
  console.log("seconds           shader cache    kernels ready  first step  later step  before training");
  for (const { workload, batch } of jobs) {
    const cache = mkdtempSync(join(tmpdir(), "wgrad-shader-cache-"));
    for (const state of ["empty", "filled"]) {
      const start = inNewProcess(`${workload}:${batch}`, values.adapter, cache);
      console.log(`${`${workload}:${batch}`.padEnd(18)}${state.padEnd(14)}${cells(start)}  ${start.adapter}`);
    }
    rmSync(cache, { recursive: true });
  }
  return 0;
}

function cells({ ready, firstStep, laterStep }: Start): string {
  const seconds = [ready, firstStep, laterStep, ready + firstStep - laterStep];
  return seconds.map((value, i) => value.toFixed(2).padStart([15, 12, 12, 18][i]!)).join("");
}

/** Mesa and NVIDIA keep compiled shaders in the folder that these variables name. */
function inNewProcess(only: string, adapter: string, cache: string): Start {
  const env = { ...process.env, MESA_SHADER_CACHE_DIR: cache, __GL_SHADER_DISK_CACHE_PATH: cache };
  const words = [
    "--import",
    "tsx",
    fileURLToPath(import.meta.url),
    "--child",
    "--only",
    only,
    "--adapter",
    adapter,
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { env, encoding: "utf8" });
  const json = stdout.split("\n").find((text) => text.startsWith("{"));
  if (status !== 0 || json === undefined) throw new Error(`${only} did not begin: ${stderr.trim()}`);
  return JSON.parse(json) as Start;
}

async function begin(name: string, batch: number, adapter: AdapterChoice): Promise<Start> {
  const start = performance.now();
  const engine = await createEngine({ adapter });
  const { network, optimizer, loss, metrics, classes } = workloads[name]!;
  const model = network();
  await model.compile({ engine, optimizer: optimizer(), loss, metrics });
  const batches = Batches.open(engine, randomSamples(model, batch, classes), model.session.objective.oneHot);
  const log = new TrainingLog(engine, model.session.objective, 1);
  const step = await TrainingStep.prepare(model.session, batches, log, batch, false);
  const ready = (performance.now() - start) / 1000;
  const steps: number[] = [];
  for (let i = 0; i < 4; i++) {
    const before = performance.now();
    model.session.step.set({ position: 0 });
    step.run(1);
    await log.read(0, 1);
    steps.push((performance.now() - before) / 1000);
  }
  const [firstStep = 0, ...later] = steps;
  const { description, device } = engine.adapter;
  return { adapter: description || device, ready, firstStep, laterStep: Math.min(...later) };
}

runScript("bench:start", main);
