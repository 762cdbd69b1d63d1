/** @file TensorFlow.js's rows: its layers API, compile and trainOnBatch, on the backend asked for. */
import "./web-workers.ts";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type LoadedJob, meanSquare, oneHot } from "./job.ts";
import { type PreparedStep, runPeer } from "./time-steps.ts";
import { provideWebGpu } from "./webgpu-globals.ts";

const { layers } = tf;
type Layer = tf.layers.Layer;

const same = "same" as const;
const dense = (units: number, activation: "relu" | "sigmoid" | "softmax") =>
  layers.dense({ units, activation });
const convolution = (
  filters: number,
  kernelSize: number,
  activation: "relu" | "sigmoid" | "linear" = "relu",
  padding: "same" | "valid" = same,
) => layers.conv2d({ filters, kernelSize, activation, padding });
const unpadded = (filters: number) => convolution(filters, 3, "relu", "valid");
const pooling = () => layers.maxPooling2d({ poolSize: 2 });
const upSampling = () => layers.upSampling2d({ size: [2, 2] });
const normalized = (filters: number, padding: "same" | "valid"): Layer[] => [
  convolution(filters, 3, "linear", padding),
  layers.batchNormalization(),
  layers.activation({ activation: "relu" }),
];
const block = (filters: number): Layer[] => [
  ...normalized(filters, "same"),
  ...normalized(filters, "valid"),
  pooling(),
  layers.dropout({ rate: 0.25 }),
];

interface Training {
  readonly network: () => Layer[];
  readonly optimizer: () => tf.Optimizer;
  readonly loss: "binaryCrossentropy" | "categoricalCrossentropy";
}

const networks: Readonly<Record<string, Training>> = {
  "svhn-c": {
    network: () => [
      convolution(16, 5),
      pooling(),
      convolution(512, 7),
      pooling(),
      layers.flatten(),
      dense(20, "relu"),
      dense(10, "softmax"),
    ],
    // its epsilon is under the root, and its accumulators must not start from 0
    optimizer: () => tf.train.adagrad(0.01, 1e-16),
    loss: "binaryCrossentropy",
  },
  "cifar10-b": {
    network: () => [
      convolution(64, 3),
      pooling(),
      convolution(64, 3),
      pooling(),
      layers.flatten(),
      dense(512, "relu"),
      dense(10, "softmax"),
    ],
    optimizer: () => tf.train.sgd(1e-3),
    loss: "categoricalCrossentropy",
  },
  "cifar25-bn": {
    network: () => [
      ...block(32),
      ...block(64),
      layers.flatten(),
      dense(512, "relu"),
      layers.dropout({ rate: 0.5 }),
      dense(25, "softmax"),
    ],
    optimizer: () => tf.train.momentum(0.01, 0.9, true),
    loss: "categoricalCrossentropy",
  },
  "cifar100-cnn": {
    network: () => [
      unpadded(32),
      unpadded(64),
      pooling(),
      ...[128, 256, 512].map(unpadded),
      pooling(),
      unpadded(1024),
      pooling(),
      layers.flatten(),
      dense(500, "relu"),
      layers.dropout({ rate: 0.5 }),
      dense(100, "softmax"),
    ],
    optimizer: () => tf.train.sgd(0.01),
    loss: "categoricalCrossentropy",
  },
  mlp: {
    network: () => [dense(1000, "sigmoid"), dense(1000, "sigmoid"), dense(10, "softmax")],
    optimizer: () => tf.train.sgd(0.01),
    loss: "categoricalCrossentropy",
  },
  ae32: {
    network: () => [dense(32, "sigmoid"), dense(784, "sigmoid")],
    optimizer: () => tf.train.sgd(1),
    loss: "binaryCrossentropy",
  },
  "deep-ae": {
    network: () => [
      ...[1000, 500, 250, 32, 250, 500, 1000].map((units) => dense(units, "relu")),
      dense(784, "sigmoid"),
    ],
    optimizer: () => tf.train.sgd(1),
    loss: "binaryCrossentropy",
  },
  "conv-ae": {
    network: () => [
      convolution(16, 3),
      pooling(),
      convolution(8, 3),
      pooling(),
      convolution(8, 3),
      upSampling(),
      convolution(16, 3),
      upSampling(),
      convolution(1, 3, "sigmoid"),
    ],
    optimizer: () => tf.train.adadelta(1, 0.95, 1e-7),
    loss: "binaryCrossentropy",
  },
};

/** Starts the backend and says what it runs on. */
async function chooseBackend(backend: string): Promise<string> {
  const [name = "", threads] = backend.split("-");
  let device = "one thread";
  if (name === "webgpu") {
    device = await provideWebGpu();
    await import("@tensorflow/tfjs-backend-webgpu");
  }
  if (name === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    const { resolve } = createRequire(import.meta.url);
    wasm.setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
    if (threads) {
      // TensorFlow.js has them in browsers only: web-workers.ts
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
      wasm.setThreadsCount(availableParallelism());
      device = `${availableParallelism()} threads`;
    }
  }
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js: the backend ${name} does not start.`);
  await tf.ready();
  return device;
}

function trainingStep(job: LoadedJob): Pick<PreparedStep, "run" | "parameters"> {
  const { network, optimizer, loss } = networks[job.workload]!;
  const model = tf.sequential();
  model.add(layers.inputLayer({ inputShape: [...job.inputShape] }));
  for (const layer of network()) model.add(layer);
  let next = 0;
  for (const layer of model.layers) {
    const count = layer.weights.length;
    const shapes = job.parameters.slice(next, next + count).map(({ shape }) => [...shape]);
    layer.setWeights(shapes.map((shape, i) => tf.tensor(job.weights[next + i]!, shape)));
    next += count;
  }
  model.compile({ optimizer: optimizer(), loss });
  const x = tf.tensor(job.inputs, [job.batch, ...job.inputShape]);
  const y = job.classes ? tf.tensor(oneHot(job), [job.batch, job.classes]) : x;
  return {
    parameters: model.countParams(),
    run: async () => (await model.trainOnBatch(x, y)) as number,
  };
}

function product({ weights, inputShape }: LoadedJob): Pick<PreparedStep, "run" | "parameters"> {
  const [rows, columns] = inputShape as [number, number];
  const [a, b] = weights.map((values) => tf.tensor2d(values, [rows, columns]));
  return {
    parameters: 2 * rows * columns,
    run: async () => {
      const row = tf.tidy(() => tf.slice(tf.matMul(a!, b!), [rows - 1, 0], [1, columns]));
      const values = await row.data();
      row.dispose();
      return meanSquare(values);
    },
  };
}

await runPeer("channels-last", async (job, backend) => {
  const device = await chooseBackend(backend);
  const step = job.workload === "product" ? product(job) : trainingStep(job);
  return { ...step, versions: { "@tensorflow/tfjs": tf.version.tfjs }, device };
});
