/** @file jax-js's rows: the whole step (loss, gradients, update) is one jit. */

import { readFileSync } from "node:fs";
import "./web-workers.ts";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { type Device, defaultDevice, init, jit, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { networks, type Training } from "./jax-networks.ts";
import { type LoadedJob, meanSquare, oneHot, sizeOf } from "./job.ts";
import { type PreparedStep, runPeer } from "./time-steps.ts";
import { provideNavigator, provideWebGpu } from "./webgpu-globals.ts";

/** Filters [kh, kw, c, k] as [k, c, kh, kw]. */
function channelsFirst(shape: readonly number[]): readonly number[] {
  return shape.length === 4 ? [shape[3]!, shape[2]!, shape[0]!, shape[1]!] : shape;
}

/** Everything that a step changes; a type, not an interface, as jax-js's trees need. */
type State = {
  readonly trainable: np.Array[];
  /** of each trainable parameter */
  readonly moments: np.Array[][];
  /** moving statistics of the batch normalisations */
  readonly moving: np.Array[];
};

const movingMomentum = 0.99;

async function chooseDevice(backend: string): Promise<string> {
  const [name, threads] = backend.split("-") as [Device, string | undefined];
  let where = "one thread";
  if (name === "webgpu") where = await provideWebGpu();
  else provideNavigator(undefined);
  if (threads) where = `${availableParallelism()} threads`;
  const started = await init(name);
  if (!started.includes(name)) throw new Error(`jax-js: the device ${name} does not start.`);
  defaultDevice(name);
  return where;
}

/** One training step as a pure function. `key` seeds its dropouts. */
function stepOf({ network, loss, rule }: Training) {
  const lossOf = (trainable: np.Array[], x: np.Array, y: np.Array, key: np.Array) => {
    const statistics: np.Array[] = [];
    const parameters = trainable.values();
    let keys = key;
    const output = network(x, {
      next: () => parameters.next().value!,
      key: () => {
        const [rest, own] = random.split(keys) as unknown as [np.Array, np.Array];
        keys = rest;
        return own;
      },
      statistics,
    });
    keys.dispose();
    return [loss(output, y), statistics] as [np.Array, np.Array[]];
  };
  return (state: State, x: np.Array, y: np.Array, key: np.Array): [np.Array, State] => {
    const parameters = state.trainable.map((parameter) => parameter.ref);
    const differentiate = valueAndGrad(lossOf, { hasAux: true });
    const [[value, statistics], gradients] = differentiate(parameters, x, y, key);
    const updated = state.trainable.map((parameter, i) =>
      rule.update(parameter, gradients[i]!, state.moments[i]!),
    );
    const moving = state.moving.map((past, i) =>
      past.mul(movingMomentum).add(statistics[i]!.mul(1 - movingMomentum)),
    );
    return [
      value,
      {
        trainable: updated.map(([parameter]) => parameter),
        moments: updated.map(([, ...moments]) => moments),
        moving,
      },
    ];
  };
}

function trainingStep(job: LoadedJob): Pick<PreparedStep, "run" | "parameters"> {
  const training = networks[job.workload]!;
  const array = (values: Float32Array<ArrayBuffer>, shape: readonly number[]) =>
    np.array(values, { shape: [...shape] });
  const arrays = (trainable: boolean) =>
    job.parameters.flatMap((parameter, i) =>
      parameter.trainable === trainable ? [array(job.weights[i]!, channelsFirst(parameter.shape))] : [],
    );
  const trainable = arrays(true);
  const moments = trainable.map(({ shape }) =>
    Array.from({ length: training.rule.moments }, () => np.zeros(shape)),
  );
  let state: State = { trainable, moments, moving: arrays(false) };
  const [height, width, channels] = job.inputShape;
  const x = array(job.inputs, [job.batch, ...(channels ? [channels, height!, width!] : [height!])]);
  const y = job.classes ? array(oneHot(job), [job.batch, job.classes]) : x.ref;
  const step = jit(stepOf(training));
  let seed = 0;
  const parameters = [...trainable, ...state.moving].reduce((sum, { size }) => sum + size, 0);
  return {
    parameters,
    run: async () => {
      const [loss, next] = step(state, x.ref, y.ref, random.key(seed++));
      state = next;
      return (await loss.data())[0]!;
    },
  };
}

function product({ weights, inputShape }: LoadedJob): Pick<PreparedStep, "run" | "parameters"> {
  const shape = [...inputShape];
  const [a, b] = weights.map((values) => np.array(values, { shape }));
  const matmul = jit((left: np.Array, right: np.Array) => np.matmul(left, right));
  return {
    parameters: 2 * sizeOf(shape),
    run: async () => meanSquare(await matmul(a!.ref, b!.ref).slice(-1).data()),
  };
}

/** The package does not export its own version. */
function version(): string {
  const entry = createRequire(import.meta.url).resolve("@jax-js/jax");
  const file = `${entry.slice(0, entry.lastIndexOf("/dist/"))}/package.json`;
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

await runPeer("channels-first", async (job, backend) => {
  const device = await chooseDevice(backend);
  const step = job.workload === "product" ? product(job) : trainingStep(job);
  return { ...step, versions: { "@jax-js/jax": version() }, device };
});
