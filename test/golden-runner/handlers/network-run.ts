/**
 * @file Trains a golden network the way fit() does: output, loss and gradients at the initial weights, then the case's
 * steps, once eagerly and once replayed.
 */
import { type Engine, gradients, type Tensor } from "../../../engine/index.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import { Batches } from "../../../models/data/batches.ts";
import { identityOrder } from "../../../models/data/order.ts";
import { TrainingLog } from "../../../models/fit/log.ts";
import { TrainingStep } from "../../../models/fit/step.ts";
import type { Model } from "../../../models/model.ts";
import { Attributes } from "../attributes.ts";
import type { GoldenCase } from "../cases.ts";
import type { Check, Results } from "../compare.ts";
import { buildModel, type NetworkAttributes } from "./network-model.ts";
import { optimizerOf, scheduleOf } from "./optimizer.ts";

type Weights = ReadonlyMap<string, Float32Array>;

/** What a network starts from; weights by the case's names, `layer.weight`. */
export interface NetworkStart {
  readonly inputs: Float32Array;
  /** of an autoencoder, undefined: its target is the input */
  readonly labels: ArrayLike<number> | undefined;
  readonly weights: Weights;
  /** the network, if it is not to be built from the case's list of layers */
  readonly model?: Model;
}

export interface NetworkOutcome {
  /** of every tensor that the two kinds share */
  readonly results: Results;
  /** by the case's names of the weights */
  readonly gradients: Weights;
  readonly checks: readonly Check[];
}

/** Where training got to. */
interface Trajectory {
  readonly losses: readonly number[];
  readonly weights: Weights;
  readonly inference: Float32Array;
  readonly lossAfter: number;
}

/** conv2d_1.kernel is conv2d_1/kernel in a model. */
const pathOf = (name: string) => name.replace(/\.([^.]*)$/, "/$1");

export async function runNetworkFrom(
  golden: GoldenCase,
  network: NetworkAttributes,
  engine: Engine,
  start: NetworkStart,
): Promise<NetworkOutcome> {
  const run = new NetworkRun(golden, network, engine, start);
  try {
    const first = await run.differentiate();
    const eager = await run.train(true);
    const replayed = await run.train(false);
    return {
      results: {
        output: first.output,
        loss: [first.loss],
        output_inference: first.inference,
        losses: replayed.losses,
        loss_after: [replayed.lossAfter],
        output_inference_after: replayed.inference,
        ...summarize(network.trainable, start.weights, replayed.weights),
        ...Object.fromEntries([...replayed.weights].map(([name, values]) => [`final.${name}`, values])),
      },
      gradients: first.gradients,
      checks: [sameBits(eager, replayed)],
    };
  } finally {
    run.dispose();
  }
}

class NetworkRun {
  readonly #golden: GoldenCase;
  readonly #network: NetworkAttributes;
  readonly #engine: Engine;
  readonly #weights: Weights;
  readonly #model: Model;
  readonly #dataset: GpuDataset;
  readonly #batches: Batches;

  constructor(golden: GoldenCase, network: NetworkAttributes, engine: Engine, start: NetworkStart) {
    const { batch, steps, loss } = network;
    this.#golden = golden;
    this.#network = network;
    this.#engine = engine;
    this.#weights = start.weights;
    this.#model = start.model ?? buildModel(golden, network);
    this.#dataset = GpuDataset.upload(engine, {
      inputs: start.inputs,
      inputShape: network.input_shape,
      ...(start.labels && { labels: start.labels, classes: this.#model.graph.outputs[0]!.shape.at(-1)! }),
    });
    const order = identityOrder(batch * (steps + 1)).map((i) => i % batch); // the same batch in every step
    const source = { dataset: this.#dataset, indices: order };
    this.#batches = Batches.open(engine, source, !loss.startsWith("sparse_"));
  }

  /** Output, loss and gradients at the initial weights, in training and in inference. */
  async differentiate() {
    await this.#compile();
    const { state } = this.#model.session;
    state.allocateGradients();
    const inference = await this.#infer();
    const outputs: Tensor[] = [];
    const { value } = gradients(this.#engine, () => this.#loss(outputs), state.sources, {
      into: state.gradients,
    });
    const paths = this.#model.weights.filter(({ trainable }) => trainable).map(({ path }) => path);
    const values = await Promise.all(
      state.gradients.map(async (tensor) => (await tensor.data()) as Float32Array),
    );
    const byPath = new Map(paths.map((path, i) => [path, values[i]!]));
    return {
      output: (await outputs[0]!.data()) as Float32Array,
      loss: (await value.data())[0]!,
      inference,
      gradients: new Map(this.#network.trainable.map((name) => [name, byPath.get(pathOf(name))!])),
    };
  }

  async train(eager: boolean): Promise<Trajectory> {
    await this.#compile();
    const { session } = this.#model;
    const { batch, steps, params } = this.#network;
    const attrs = new Attributes(this.#golden).inner("optimizer");
    const schedule = scheduleOf(attrs);
    const log = new TrainingLog(this.#engine, session.objective, steps);
    const step = await TrainingStep.prepare(session, this.#batches, log, batch, eager);
    try {
      for (let index = 0; index < steps; index++) {
        session.step.set({ learningRate: schedule(index) ?? session.optimizer.learningRate });
        step.run(1);
      }
      const rows = await log.read(0, steps);
      const values = await this.#model.getWeights();
      const weights = new Map(params.map((name) => [name, values.get(pathOf(name))!]));
      const inference = await this.#infer(); // before the next forward pass, which moves the statistics
      const lossAfter = (await this.#engine.scope(() => this.#loss([])).data())[0]!;
      return { losses: rows.map(([samples, sum]) => sum! / samples!), weights, inference, lossAfter };
    } finally {
      step.dispose();
      log.dispose();
    }
  }

  dispose(): void {
    this.#batches.dispose();
    this.#dataset.dispose();
    this.#model.dispose();
  }

  /** A new optimizer, step 0 and the initial weights. */
  async #compile(): Promise<void> {
    const optimizer = optimizerOf(new Attributes(this.#golden).inner("optimizer"));
    await this.#model.compile({ optimizer, loss: this.#network.loss, engine: this.#engine });
    this.#model.setWeights(new Map([...this.#weights].map(([name, values]) => [pathOf(name), values])));
  }

  #loss(outputs: Tensor[]): Tensor {
    const { step, objective } = this.#model.session;
    return this.#engine.useStep(step, () => {
      const { x, y } = this.#batches.batch(this.#network.batch);
      const output = this.#model.run(x, { training: true, stream: 0 });
      outputs.push(output);
      return objective.loss(output, y, this.#network.batch);
    });
  }

  async #infer(): Promise<Float32Array> {
    const output = this.#engine.useStep(this.#model.session.step, () => {
      const { x } = this.#batches.batch(this.#network.batch);
      return this.#model.run(x, { training: false, stream: 0 });
    });
    return (await output.data()) as Float32Array;
  }
}

/** Sum and norm of every trained weight, and the norm of its change. */
function summarize(names: readonly string[], before: Weights, after: Weights): Results {
  return {
    final_sum: names.map((name) => sum(after.get(name)!)),
    final_l2: names.map((name) => norm(after.get(name)!)),
    delta_l2: names.map((name) => norm(after.get(name)!, before.get(name)!)),
  };
}

/** In float64. */
export function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Of values - origin, in float64. */
export function norm(values: Float32Array, origin?: Float32Array): number {
  return Math.sqrt(values.reduce((total, value, i) => total + (value - (origin?.[i] ?? 0)) ** 2, 0));
}

function sameBits(eager: Trajectory, replayed: Trajectory): Check {
  const differ = [...eager.weights].filter(
    ([name, values]) => !equalBits(values, replayed.weights.get(name)!),
  );
  const names = differ.map(([name]) => name);
  if (!equalBits(Float32Array.from(eager.losses), Float32Array.from(replayed.losses))) names.push("losses");
  return {
    tensor: "eager and replayed",
    ratio: names.length > 0 ? Number.POSITIVE_INFINITY : 0,
    detail: names.length > 0 ? `other bits in ${names.join(", ")}` : "the same bits",
  };
}

function equalBits(a: Float32Array, b: Float32Array): boolean {
  const words = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
  return a.length === b.length && words(a).every((word, i) => word === words(b)[i]);
}
