/** @file CPU time of training steps of this checkout: `node --import tsx bench/turns/child.ts WORKLOAD:BATCH STEPS`. */
import { createEngine } from "../../engine/index.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { randomSamples } from "../random-samples.ts";
import { workloads } from "../workloads.ts";

const [job = "ae32:25", count = "20"] = process.argv.slice(2);
const [name = "", batch = "1"] = job.split(":");
const { network, optimizer, loss, metrics, classes } = workloads[name]!;
const engine = await createEngine();
const model = network();
await model.compile({ engine, optimizer: optimizer(), loss, metrics });
const { session } = model;
const batches = Batches.open(engine, randomSamples(model, Number(batch), classes), session.objective.oneHot);
const log = new TrainingLog(engine, session.objective, 1);
const step = await TrainingStep.prepare(session, batches, log, Number(batch), false);
step.run(1);
await log.read(0, 1);
const before = process.cpuUsage();
for (let i = 0; i < Number(count); i++) {
  session.step.set({ position: 0 });
  step.run(1);
  await log.read(0, 1);
}
const { user, system } = process.cpuUsage(before);
const { halted } = await session.step.read();
if (halted > 0) throw new Error(`${job}: halted in step ${halted - 1}.`);
console.log(
  JSON.stringify({
    ms: (user + system) / 1000 / Number(count),
    dispatches: step.recording!.dispatches.length,
    peak: step.plan!.peakBytes,
  }),
);
process.exit(0);
