/** @file wgrad's row: the step that fit() replays, on a data set in GPU memory. */
import { createEngine, type Engine } from "../../engine/index.ts";
import { matmul } from "../../kernels/dense/matmul.ts";
import { slice } from "../../kernels/shape/slice.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { versions } from "../../runner/versions.ts";
import { workloads } from "../workloads.ts";
import { type LoadedJob, meanSquare } from "./job.ts";
import { runPeer } from "./time-steps.ts";

/** With its rate of 1 the mlp's loss explodes on this batch, and the libraries clip what is left differently. */
const learningRates: Readonly<Record<string, number>> = { mlp: 0.01 };

async function trainingStep(engine: Engine, job: LoadedJob) {
  const { network, optimizer, loss } = workloads[job.workload]!;
  const model = network();
  await model.compile({ engine, optimizer: optimizer(), loss });
  const paths = model.weights.map(({ path }) => path);
  model.setWeights(new Map(paths.map((path, i) => [path, job.weights[i]!])));
  const { session } = model;
  model.optimizer.learningRate = learningRates[job.workload] ?? model.optimizer.learningRate;
  const { bytes: inputs, inputShape, labels, classes } = job;
  const images = { inputs, inputShape, scale: 1 / 255 };
  const data = classes ? { ...images, labels, classes } : images;
  const batches = Batches.open(engine, data, session.objective.oneHot);
  const log = new TrainingLog(engine, session.objective, 1);
  const step = await TrainingStep.prepare(session, batches, log, job.batch, false);
  return {
    parameters: model.parameterCount,
    run: async () => {
      session.step.set({ position: 0 });
      step.run(1);
      return log.means(await log.read(0, 1)).loss!;
    },
  };
}

function product(engine: Engine, { weights, inputShape }: LoadedJob) {
  const [a, b] = weights.map((values) => engine.keep(engine.tensor(values, inputShape)));
  const [rows, columns] = inputShape as [number, number];
  return {
    parameters: 2 * rows * columns,
    run: async () => {
      const row = engine.scope(() => slice(matmul(a!, b!), [rows - 1, 0], [1, columns]));
      const values = await row.data();
      row.dispose();
      return meanSquare(values);
    },
  };
}

await runPeer("channels-last", async (job) => {
  const engine = await createEngine();
  const step = job.workload === "product" ? product(engine, job) : await trainingStep(engine, job);
  return { ...step, versions: versions(), device: engine.adapter.description };
});
