/** @file A short training in which a broken kernel shows: a small network that launches it, on a few drawn images. */
import { handwrittenDigits } from "../../datasets/synthetic/handwriting.ts";
import type { Engine } from "../../engine/device.ts";
import { NumericError } from "../../engine/errors.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import { sgd } from "../../kernels/optimizers/index.ts";
import * as layers from "../../models/layers/index.ts";
import type { Model } from "../../models/model.ts";
import { type OptimizerName, optimizersByName } from "../../models/optimizer-names.ts";
import { sequential } from "../../models/sequential.ts";

/** What the small network is made of, so that a kernel is among those that it launches. */
export interface Practice {
  readonly pooling: "max" | "average";
  /** before the pooling */
  readonly before: readonly (
    | "batch normalization"
    | "layer normalization"
    | "dropout"
    | "gaussian noise"
    | "depthwise convolution"
  )[];
  readonly loss:
    | "categorical_crossentropy"
    | "softmax_crossentropy"
    | "mean_squared_error"
    | "cosine_similarity";
  readonly optimizer: OptimizerName;
  readonly momentum: boolean;
}

const usual: Practice = {
  pooling: "max",
  before: [],
  loss: "categorical_crossentropy",
  optimizer: "sgd",
  momentum: false,
};

/** By the beginning of a kernel's id, what brings the kernel into the network. */
const bringing: readonly (readonly [string, Partial<Practice>])[] = [
  ["pool2d/average", { pooling: "average" }],
  ["batch-norm/", { before: ["batch normalization"] }],
  ["layer-norm/", { before: ["layer normalization"] }],
  ["dropout/gaussian-noise", { before: ["gaussian noise"] }],
  ["dropout/", { before: ["dropout"] }],
  ["conv2d/forward.depthwise", { before: ["depthwise convolution"] }],
  ["conv2d/input-gradient.depthwise", { before: ["depthwise convolution"] }],
  ["conv2d/filter-gradient.depthwise", { before: ["depthwise convolution"] }],
  ["losses/softmax-cross-entropy", { loss: "softmax_crossentropy" }],
  ["losses/pointwise", { loss: "mean_squared_error" }],
  ["losses/cosine-similarity", { loss: "cosine_similarity" }],
  ["optimizers/momentum", { momentum: true }],
];

/** The practice that launches this kernel, if one does; else the usual one. */
export function practiceFor(kernel: string): Practice {
  const [, found = {}] = bringing.find(([start]) => kernel.startsWith(start)) ?? [];
  const [folder, name] = kernel.split("/");
  const isOptimizer = folder === "optimizers" && Object.hasOwn(optimizersByName, name!);
  return { ...usual, ...found, ...(isOptimizer && { optimizer: name as OptimizerName }) };
}

/** Whether a practice of its own launches this kernel. */
export function bringsKernel(kernel: string): boolean {
  return JSON.stringify(practiceFor(kernel)) !== JSON.stringify(usual);
}

const imageCount = 256;
const batchSize = 16;
const epochs = 6;

/** Steps of a practice. */
export const practiceSteps = (epochs * imageCount) / batchSize;

export interface PracticeEnd {
  /** why it ended early: its numbers were not finite any more */
  readonly fallen: string | undefined;
  /** ids of the kernels that were launched */
  readonly kernels: readonly string[];
}

/** Trains on the engine, which is this practice's alone; tells the losses of its steps as they come. */
export async function practise(
  engine: Engine,
  practice: Practice,
  seed: number,
  tell: (losses: readonly number[]) => void,
  signal: AbortSignal,
): Promise<PracticeEnd> {
  const { images, labels, height, width, channels } = handwrittenDigits.draw("train", imageCount, seed);
  const inputShape = [height, width, channels];
  const model = networkOf(practice, inputShape);
  const { optimizer, loss } = practice;
  await model.compile({
    engine,
    optimizer: optimizer === "sgd" ? sgd(descentOf(practice)) : optimizersByName[optimizer]({}),
    loss,
    seed,
  });
  const samples = { inputs: images, inputShape, scale: 1 / 255, labels, classes: 10 };
  const dataset = GpuDataset.upload(engine, samples);
  let fallen: string | undefined;
  try {
    const told = {
      name: "practice",
      onSteps: (steps: readonly { readonly logs: Readonly<Record<string, unknown>> }[]) =>
        tell(steps.map(({ logs }) => Number(logs.loss))),
    };
    await model.fit({ dataset }, { epochs, batchSize, signal, callbacks: [told] });
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    fallen = error.message;
  } finally {
    dataset.dispose();
    model.dispose();
  }
  return { fallen, kernels: [...engine.pipelines.kernels] };
}

/** Rates at which the loss falls within these few steps. */
function descentOf({ loss, momentum }: Practice): { learningRate: number; momentum?: number } {
  if (momentum) return { learningRate: 0.03, momentum: 0.9 };
  return { learningRate: loss === "mean_squared_error" ? 2 : loss === "cosine_similarity" ? 0.5 : 0.1 };
}

function networkOf({ pooling, before, loss }: Practice, inputShape: readonly number[]): Model {
  const between = {
    "batch normalization": () => layers.BatchNormalization(),
    "layer normalization": () => layers.LayerNormalization(),
    dropout: () => layers.Dropout(0.25),
    "gaussian noise": () => layers.GaussianNoise(0.2),
    "depthwise convolution": () => layers.DepthwiseConv2D(3, { padding: "same", activation: "relu" }),
  };
  const pool = pooling === "max" ? layers.MaxPooling2D : layers.AveragePooling2D;
  const relu = { activation: "relu", kernelInitializer: "he_normal" } as const;
  return sequential([
    layers.Input(inputShape),
    layers.Conv2D(6, 5, { strides: 2, padding: "same", ...relu }),
    layers.Conv2D(10, 3, { strides: 2, padding: "same", ...relu }),
    ...before.map((name) => between[name]()),
    pool(3, { strides: 2, padding: "same" }),
    layers.Flatten(),
    layers.Dense(30, relu),
    layers.Dense(10, loss === "softmax_crossentropy" ? {} : { activation: "softmax" }),
  ]);
}
