/**
 * @file `npm run bench:features`: frozen features of photographs, images a second from bytes in GPU memory to the averaged
 * maps, and with `--profile` where the time goes. The weights are random: they make no difference to the speed.
 */
import { PreprocessInput } from "../applications/preprocess-input.ts";
import { boundOfAll } from "../engine/ceilings/bound.ts";
import { type Ceilings, measureCeilings } from "../engine/ceilings/ceilings.ts";
import { type AdapterChoice, createEngine, type Engine, UsageError } from "../engine/index.ts";
import type { Dispatch } from "../engine/record/commands.ts";
import { profile } from "../engine/record/profile.ts";
import type { Recording } from "../engine/record/recording.ts";
import { StepState } from "../engine/step-state.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Batches } from "../models/data/batches.ts";
import { input, type Model, model } from "../models/index.ts";
import { resnet50 } from "../models/networks/resnet50.ts";
import { squeezenet } from "../models/networks/squeezenet.ts";
import { parseWords, runScript } from "./arguments.ts";
import { knownName } from "./known-name.ts";
import { measure } from "./measure.ts";
import { randomSamples } from "./random-samples.ts";

/** From bytes, RGB, to one number for each map. */
const networks: Readonly<Record<string, () => Model>> = {
  squeezenet: () => fromBytes(squeezenet({ pooling: "avg" }), "squeezenet"),
  resnet50: () => fromBytes(resnet50({ pooling: "avg" }), "resnet50"),
};

function fromBytes(network: Model, name: "squeezenet" | "resnet50"): Model {
  const image = input(network.inputShape);
  return model({ inputs: image, outputs: network.apply(PreprocessInput(name).apply(image)) });
}

async function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      only: { type: "string", default: Object.keys(networks).join(",") },
      batch: { type: "string", default: "8" },
      seconds: { type: "string", default: "10" },
      adapter: { type: "string", default: "auto" },
      profile: { type: "boolean", default: false },
    },
  });
  const seconds = positive("--seconds", values.seconds);
  const batch = positive("--batch", values.batch);
  if (!Number.isInteger(batch))
    throw new UsageError(`--batch must be a whole number, got "${values.batch}".`);
  const names = values.only.split(",").map((name) => knownName("network", name, Object.keys(networks)));
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  const ceilings = await measureCeilings(engine, 1);
  console.log(
    `adapter: ${engine.adapter.description || engine.adapter.device}, ${ceilings.f32GigaFlops.toFixed(0)} GFLOP/s`,
  );
  console.log("network      batch  images/s    ms/image  GFLOP/image    GFLOP/s  of the ceiling");
  for (const name of names) {
    const rows = await timeFeatures(engine, name, { batch, seconds, ceilings, profiled: values.profile });
    for (const row of rows) console.log(row);
  }
  return 0;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new UsageError(`${option} must be positive, got "${text}".`);
}

interface Settings {
  readonly batch: number;
  readonly seconds: number;
  readonly ceilings: Ceilings;
  readonly profiled: boolean;
}

/** A recorded pass over one batch, replayed and read as predict() does. */
async function timeFeatures(engine: Engine, name: string, settings: Settings): Promise<string[]> {
  const { batch, seconds, ceilings, profiled } = settings;
  const network = networks[name]!();
  network.initialize(engine, 1);
  const batches = Batches.open(engine, { ...randomSamples(network, batch, undefined), scale: 1 }, false);
  const step = new StepState(engine);
  batches.setOrder(batches.indices);
  const run = () =>
    engine.useStep(step, () => network.run(batches.batch(batch).x, { training: false, stream: 0 }));
  const { pipelines, layout } = engine.plan(run);
  await engine.pipelines.prepare(pipelines, network);
  const recording: Recording<Tensor> = engine.record(run, layout);
  await recording.result.data();
  const work = async () => {
    recording.replay();
    await recording.result.data();
  };
  const { ms } = await measure(name, work, seconds);
  const { dispatches } = recording;
  const flops = dispatches.reduce((sum, dispatch) => sum + dispatch.flops, 0);
  const share = boundOfAll(dispatches, ceilings).milliseconds / ms.median;
  const cells = [
    String(batch).padStart(5),
    ((1000 * batch) / ms.median).toFixed(1).padStart(9),
    (ms.median / batch).toFixed(1).padStart(11),
    (flops / batch / 1e9).toFixed(2).padStart(12),
    (flops / ms.median / 1e6).toFixed(1).padStart(10),
    `${Math.round(100 * share)} %`.padStart(15),
  ];
  const rows = [`${name.padEnd(12)} ${cells.join(" ")}`];
  if (profiled) rows.push(...(await launches(engine, recording)));
  recording.dispose();
  step.dispose();
  batches.dispose();
  network.dispose();
  return rows;
}

/** Kernels by the time that they take. */
async function launches(engine: Engine, recording: Recording): Promise<string[]> {
  const { commands, clock } = await profile(engine, recording);
  const total = commands.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const slowest = commands
    .flatMap(({ command, microseconds }) => (command.kind === "dispatch" ? [{ command, microseconds }] : []))
    .sort((a, b) => b.microseconds - a.microseconds)
    .slice(0, 25);
  return [
    `  ${recording.dispatches.length} launches, ${(total / 1000).toFixed(1)} ms by ${clock}; the slowest:`,
    ...slowest.map(({ command, microseconds }) => {
      const gigaFlops = command.flops / microseconds / 1e3;
      return `  ${(microseconds / 1000).toFixed(2).padStart(8)} ms ${gigaFlops.toFixed(1).padStart(7)} GFLOP/s  ${command.label}  ${shapes(command)}`;
    }),
  ];
}

function shapes({ operands }: Dispatch): string {
  const tensors = operands.filter(({ role }) => role !== "uniform");
  return tensors.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ");
}

runScript("bench:features", main);
