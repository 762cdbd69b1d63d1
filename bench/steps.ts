/** @file Whole training steps: gather, forward, backward, update, synchronised by reading the loss. */

import { boundOfAll } from "../engine/ceilings/bound.ts";
import type { Ceilings } from "../engine/ceilings/ceilings.ts";
import type { Engine } from "../engine/device.ts";
import { sizeOf } from "../engine/shape.ts";
import { Batches } from "../models/data/batches.ts";
import { TrainingLog } from "../models/fit/log.ts";
import { stepsPerSubmit } from "../models/fit/pace.ts";
import { TrainingStep } from "../models/fit/step.ts";
import type { Model } from "../models/model.ts";
import { rates } from "../runner/speed/rates.ts";
import type { Row } from "../runner/speed/row.ts";
import { measure } from "./measure.ts";
import { randomSamples } from "./random-samples.ts";
import { workloads } from "./workloads.ts";

/** Times one workload at one batch size. Replay is held against an eager step first: same bits, or an error. */
export async function timeStep(
  engine: Engine,
  name: string,
  batch: number,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row> {
  const workload = workloads[name]!;
  const model = workload.network();
  const { loss, metrics } = workload;
  engine.trimMemory();
  engine.resetPeakMemory();
  const before = engine.memory.bytesInUse;
  await model.compile({ engine, optimizer: workload.optimizer(), loss, metrics });
  const compiled = engine.memory.bytesInUse;
  const samples = randomSamples(model, batch, workload.classes);
  const batches = Batches.open(engine, samples, model.session.objective.oneHot);
  const dataSet = engine.memory.bytesInUse - compiled;
  const log = new TrainingLog(engine, model.session.objective, 1);
  await checkReplay(model, batches, log, batch);
  engine.resetPeakMemory(); // eager steps may need more
  const step = await TrainingStep.prepare(model.session, batches, log, batch, false);
  step.run(1);
  await engine.sync(); // or the first timed run waits for it too
  const { ms, runs } = await measure(
    `${name}:${batch}`,
    async () => {
      model.session.step.set({ position: 0 });
      step.run(1);
      await log.read(0, 1);
    },
    seconds,
  );
  const dispatches = step.recording!.dispatches;
  const work = {
    flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
    bytes: dispatches.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const peakBytes = engine.memory.peakBytes - before - dataSet;
  const host = await hostMilliseconds(engine, step, stepsPerSubmit(ms.median), seconds);
  const memory = memoryOf(model, step, batch);
  const row: Row = {
    suite: "steps",
    workload: name,
    batch,
    variant: step.parts.length > 1 ? `${step.parts.length} micro-batches` : "replay",
    ms,
    runs,
    images_per_s: (1000 * batch) / ms.median,
    ...rates(work, ms, boundOfAll(dispatches, ceilings)),
    dispatches: dispatches.length,
    host_us: 1000 * host,
    peak_bytes: peakBytes,
    ideal_bytes: memory.parameters + memory.moments + memory.activations,
    memory,
  };
  step.dispose();
  log.dispose();
  batches.dispose();
  model.dispose();
  return row;
}

/**
 * Time of this thread to encode and submit one replayed step, of `count` in a submit: the best of the submits of about
 * `seconds`. The queue is empty when one begins, so that a software adapter does not compute at the same time.
 */
async function hostMilliseconds(
  engine: Engine,
  step: TrainingStep,
  count: number,
  seconds: number,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  await engine.sync();
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; await engine.sync()) {
    const start = performance.now();
    step.run(count);
    best = Math.min(best, performance.now() - start);
  }
  return best / count;
}

/** Layers whose output is their input in another shape. */
const views = ["Flatten", "Reshape"];

/** What a step needs by the textbook, what of its activations backward really keeps, and its stored gradients. */
function memoryOf(model: Model, step: TrainingStep, batch: number): NonNullable<Row["memory"]> {
  const { state } = model.session;
  const outputs = model.summary().rows.filter(({ type }) => type !== "InputLayer" && !views.includes(type));
  const perSample = outputs.reduce(
    (sum, { outputShape }) => sum + sizeOf(outputShape),
    sizeOf(model.inputShape),
  );
  return {
    parameters: 4 * model.parameterCount,
    gradients: state.gradientBytes,
    moments: state.momentBytes,
    activations: 4 * batch * perSample,
    kept: step.plan!.keptBytes,
  };
}

/** Runs a step eagerly and a replayed one from the same weights; the updated weights must be the same bits. */
async function checkReplay(model: Model, batches: Batches, log: TrainingLog, batch: number): Promise<void> {
  const { session } = model;
  const start = await model.getWeights();
  const slots = await session.state.read();
  const results: Map<string, Float32Array>[] = [];
  for (const eager of [true, false]) {
    model.setWeights(start);
    session.state.write(slots);
    session.step.set({ step: 0, position: 0, batch: 0 });
    const step = await TrainingStep.prepare(session, batches, log, batch, eager);
    step.run(1);
    if (!eager) {
      model.setWeights(start);
      session.state.write(slots);
      session.step.set({ step: 0, position: 0, batch: 0 });
      step.run(1); // the replay, after the recording
    }
    results.push(await model.getWeights());
    step.dispose();
  }
  for (const [path, values] of results[0]!) {
    const other = results[1]!.get(path)!;
    if (!values.every((value, i) => Object.is(value, other[i]))) {
      throw new Error(`${path}: replay and eager step differ; timing is pointless.`);
    }
  }
}
