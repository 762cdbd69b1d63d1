/**
 * @file What runs inside the tool: dispatches one job once and notes the work of each launch. Results are zeros there.
 *
 *   program.ts FACTS.json JOB      JOB is a JSON text; what the adapter is goes to FACTS.json
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine, type Engine } from "../../engine/index.ts";
import type { Dispatch } from "../../engine/record/commands.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { filterGradient, forward, inputGradient } from "../../kernels/conv2d/passes.ts";
import { matrixProduct } from "../../kernels/dense/product.ts";
import { resolveWindow } from "../../kernels/window.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { writeJson } from "../../runner/json-files.ts";
import { randomSamples } from "../random-samples.ts";
import { workloads } from "../workloads.ts";
import {
  type ConvolutionSizes,
  convolutions,
  type Job,
  nameOf,
  type ProductSizes,
  products,
  type StepJob,
} from "./jobs.ts";

/** What the tool puts in place before this file is loaded. */
interface Tool {
  /** names what is dispatched from here on */
  mark(section: string): void;
  numberOf(pipeline: GPUComputePipeline): number | undefined;
}

const tool = (globalThis as { gpuPaper?: Tool }).gpuPaper!;

/** Tells the tool the work of the launches, as wgrad counts it. */
function note(section: string, dispatches: readonly Dispatch[]): void {
  const events = dispatches.map(({ pipeline, workgroups, flops, bytes, label }) =>
    JSON.stringify({ work: tool.numberOf(pipeline), section, label, workgroups, flops, bytes }),
  );
  appendFileSync(join(process.env.GPU_PAPER_OUT!, "events.jsonl"), `${events.join("\n")}\n`);
}

async function runStep(engine: Engine, job: StepJob): Promise<void> {
  const { network, optimizer, loss, metrics, classes } = workloads[job.workload]!;
  tool.mark("preparing");
  const model = network();
  await model.compile({ engine, optimizer: optimizer(), loss, metrics });
  const { session } = model;
  session.setPrecision(job.precision);
  const batches = Batches.open(engine, randomSamples(model, job.batch, classes), session.objective.oneHot);
  const log = new TrainingLog(engine, session.objective, 1);
  const step = await TrainingStep.prepare(session, batches, log, job.batch, false);
  tool.mark(nameOf(job));
  step.run(1);
  tool.mark("afterwards");
  note(nameOf(job), step.recording!.dispatches);
}

async function runProblem(engine: Engine, name: string): Promise<void> {
  const product = products[name];
  const body = product ? () => multiply(engine, product) : () => convolve(engine, convolutions[name]!);
  tool.mark(name);
  const recording = engine.record(() => engine.scope(() => void body()));
  note(name, recording.dispatches);
  await engine.sync();
}

function multiply(
  engine: Engine,
  { m, n, k, transposeA = false, transposeB = false, half }: ProductSizes,
): Tensor {
  const dtype = half ? "f16" : "f32";
  const a = engine.zeros(transposeA ? [k, m] : [m, k], dtype);
  const b = engine.zeros(transposeB ? [n, k] : [k, n], dtype);
  return matrixProduct({ a, b, transposeA, transposeB });
}

function convolve(
  engine: Engine,
  { pass, batch, side, channels, filters, window }: ConvolutionSizes,
): Tensor {
  const shape = [batch, side, side, channels];
  const resolved = resolveWindow("conv2d", shape, {
    window: [window, window],
    strides: 1,
    padding: "same",
    dilation: 1,
  });
  const problem = { ...resolved, batch, channels, filters, groups: 1 };
  const image = engine.zeros(shape);
  const weights = engine.zeros([window, window, channels, filters]);
  const dy = engine.zeros([batch, side, side, filters]);
  if (pass === "forward") return forward(problem, { image, filters: weights, bias: undefined });
  if (pass === "input-gradient") return inputGradient(problem, { dy, filters: weights, output: shape });
  return filterGradient(problem, { image, dy, output: weights.shape });
}

const [facts = "", text = ""] = process.argv.slice(2);
const job = JSON.parse(text) as Job;
const engine = await createEngine();
const { key, device, description } = engine.adapter;
writeJson(facts, { key, device, description });
await (job.suite === "steps" ? runStep(engine, job) : runProblem(engine, job.problem));
process.exit(0); // Dawn's threads would keep the process alive
