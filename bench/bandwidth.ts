/**
 * @file Kernels that are bound by memory: elementwise ops, reductions, softmax, normalisation, pooling and optimizers on
 * tensors of 16 MiB, held against the copy kernel's bandwidth. Bytes and operations are those of the mathematics: a sum,
 * product, quotient, comparison, root or exponential counts as one.
 */

import { Tape } from "../engine/autodiff/tape.ts";
import type { Engine } from "../engine/device.ts";
import type { Shape } from "../engine/shape.ts";
import { StepState } from "../engine/step-state.ts";
import type { Tensor } from "../engine/tensor.ts";
import {
  batchNormGradientReference,
  batchNormReference,
  batchStatisticsReference,
} from "../kernels/batch-norm/batch-norm.reference.ts";
import { batchNorm } from "../kernels/batch-norm/index.ts";
import { binaryReference } from "../kernels/elementwise/binary.reference.ts";
import { add, relu, sigmoid } from "../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../kernels/elementwise/unary.reference.ts";
import { adagrad, adam, type Optimizer, sgd } from "../kernels/optimizers/index.ts";
import {
  adagradReference,
  adamReference,
  sgdReference,
  type UpdateRule,
} from "../kernels/optimizers/optimizers.reference.ts";
import { maxPool2d } from "../kernels/pool2d/index.ts";
import { maxPool2dReference } from "../kernels/pool2d/max-pool2d.reference.ts";
import { sum } from "../kernels/reduce/index.ts";
import { reduceReference } from "../kernels/reduce/reduce.reference.ts";
import { type Array64, array64 } from "../kernels/reference.ts";
import { softmax } from "../kernels/softmax/index.ts";
import { softmaxReference } from "../kernels/softmax/softmax.reference.ts";
import { resolveWindow } from "../kernels/window.ts";
import { dispose, randomTensor } from "../lessons/speed/random-tensor.ts";

/** A memory-bound kernel on its inputs. */
export interface BandwidthSubject {
  /** what to time; returns what it wrote */
  readonly run: () => Tensor;
  readonly bytes: number;
  readonly flops: number;
  /** the result in float64, to be compared before timing */
  readonly expected: () => ArrayLike<number>;
  readonly free: () => void;
}

const rows = 65536;
const channels = 64;
const shape = [rows, channels]; // 16 MiB
const image = [64, 32, 32, 64]; // 16 MiB
const elements = rows * channels;

/** Of one element: 4-byte words read or written, and floating-point operations. */
interface Cost {
  readonly words: number;
  readonly operations: number;
}

/** By name; the shape is the same for all, so that the figures can be compared. */
export const bandwidthWorkloads: Readonly<Record<string, (engine: Engine) => BandwidthSubject>> = {
  relu: (engine) =>
    forward(
      engine,
      { words: 2, operations: 1 },
      ([x]) => relu(x!),
      ([x]) => unaryReference("relu", x!),
    ),
  sigmoid: (engine) =>
    forward(
      engine,
      { words: 2, operations: 4 },
      ([x]) => sigmoid(x!),
      ([x]) => unaryReference("sigmoid", x!),
    ),
  "sigmoid gradient": (engine) =>
    backward(
      engine,
      { words: 3, operations: 3 },
      (x) => sigmoid(x),
      (x, dy) => unaryGradientReference("sigmoid", dy, x),
    ),
  add: (engine) =>
    forward(
      engine,
      { words: 3, operations: 1 },
      ([a, b]) => add(a!, b!),
      ([a, b]) => binaryReference("add", a!, b!),
    ),
  "sum of rows": (engine) =>
    forward(
      engine,
      { words: 1, operations: 1 },
      ([x]) => sum(x!, { axes: 1 }),
      ([x]) => reduceReference("sum", x!, [1]),
    ),
  "sum of columns": (engine) =>
    forward(
      engine,
      { words: 1, operations: 1 },
      ([x]) => sum(x!, { axes: 0 }),
      ([x]) => reduceReference("sum", x!, [0]),
    ),
  "sum of all": (engine) =>
    forward(
      engine,
      { words: 1, operations: 1 },
      ([x]) => sum(x!),
      ([x]) => reduceReference("sum", x!, [0, 1]),
    ),
  softmax: (engine) =>
    forward(
      engine,
      { words: 2, operations: 5 },
      ([x]) => softmax(x!),
      ([x]) => softmaxReference(x!, 1),
    ),
  "max-pool 2x2": (engine) => pooling(engine),
  "batch-norm": (engine) => normalization(engine, false),
  "batch-norm gradient": (engine) => normalization(engine, true),
  "sgd momentum": (engine) => optimization(engine, sgd({ momentum: 0.9 }), 4, sgdReference(0.9)),
  adagrad: (engine) => optimization(engine, adagrad(), 7, adagradReference(1e-7)),
  adam: (engine) => optimization(engine, adam(), 12, adamReference(0.9, 0.999, 1e-7)),
};

type Op = (inputs: readonly Tensor[]) => Tensor;
type Reference = (inputs: readonly Array64[]) => Array64;

function workOf({ words, operations }: Cost) {
  return { bytes: 4 * words * elements, flops: operations * elements };
}

function forward(engine: Engine, cost: Cost, op: Op, reference: Reference): BandwidthSubject {
  const inputs = [1, 2].map((stream) => randomTensor(engine, shape, stream));
  return {
    run: () => op(inputs.map(({ tensor }) => tensor)),
    ...workOf(cost),
    expected: () => reference(inputs.map(({ values }) => array64(shape, values))).data,
    free: () => dispose(inputs.map(({ tensor }) => tensor)),
  };
}

/** The backward rule of `op` alone, for a random incoming gradient. */
function backward(
  engine: Engine,
  cost: Cost,
  op: (x: Tensor) => Tensor,
  reference: (x: Array64, dy: Array64) => Array64,
  shapes: { x: Shape; y: Shape } = { x: shape, y: shape },
): BandwidthSubject {
  const x = randomTensor(engine, shapes.x, 1);
  const dy = randomTensor(engine, shapes.y, 2);
  const tape = new Tape(engine, [x.tensor], {});
  engine.tape = tape;
  const y = engine.keep(engine.scope(() => op(x.tensor)));
  engine.tape = undefined;
  const entry = [...tape.entries.values()].at(-1)!;
  return {
    run: () => {
      const wanted = entry.inputs.map((input) => (input === x.tensor ? input.shape : undefined));
      return entry.backward(dy.tensor, (i) => wanted[i])[entry.inputs.indexOf(x.tensor)]!;
    },
    ...workOf(cost),
    expected: () => reference(array64(shapes.x, x.values), array64(shapes.y, dy.values)).data,
    free: () => {
      tape.close();
      dispose([x.tensor, dy.tensor, y]);
    },
  };
}

function pooling(engine: Engine): BandwidthSubject {
  const x = randomTensor(engine, image, 1);
  const window = resolveWindow("bench", image, { window: 2, strides: 2, padding: "valid" });
  return {
    run: () => maxPool2d(x.tensor, { poolSize: 2 }),
    ...workOf({ words: 1.5, operations: 0.75 }), // x read; y and the winners written, each a quarter
    expected: () => maxPool2dReference(array64(image, x.values), window).y.data,
    free: () => dispose([x.tensor]),
  };
}

/** In training both directions need all of x twice: for the sums over the batch, then for each element. */
function normalization(engine: Engine, gradient: boolean): BandwidthSubject {
  const constant = (value: number) => engine.keep(engine.tensor(new Float32Array(channels).fill(value)));
  const [gamma, beta, movingMean, movingVariance] = [constant(1), constant(0), constant(0), constant(1)];
  const ones = array64([channels], new Float32Array(channels).fill(1));
  const zeros = array64([channels], new Float32Array(channels));
  const op = (x: Tensor) => batchNorm(x, { gamma, beta, movingMean, movingVariance }, { training: true });
  const subject = gradient
    ? backward(
        engine,
        { words: 5, operations: 11 },
        op,
        (x, dy) => batchNormGradientReference(dy, x, ones, 1e-3)[0],
      )
    : forward(
        engine,
        { words: 3, operations: 7 },
        ([x]) => op(x!),
        ([x]) => batchNormReference(x!, ones, zeros, batchStatisticsReference(x!), 1e-3),
      );
  const free = () => {
    subject.free();
    dispose([gamma, beta, movingMean, movingVariance]);
  };
  return { ...subject, free };
}

/** One update of 4,194,304 parameters: parameters and moments read and written, gradients read. */
function optimization(
  engine: Engine,
  optimizer: Optimizer,
  operations: number,
  rule: UpdateRule,
): BandwidthSubject {
  const size = [rows * channels];
  const rate = 0.01;
  const parameters = randomTensor(engine, size, 1);
  const gradients = randomTensor(engine, size, 2);
  const slots = Object.fromEntries(
    optimizer.slots.map((slot) => [slot, engine.keep(engine.zeros(size))] as const),
  );
  const step = new StepState(engine);
  step.set({ learningRate: rate });
  const group = { parameters: parameters.tensor, gradients: gradients.tensor, slots };
  const fresh = Object.fromEntries(optimizer.slots.map((slot) => [slot, 0]));
  return {
    run: () => {
      engine.useStep(step, () => optimizer.apply(group));
      return parameters.tensor;
    },
    ...workOf({ words: 3 + 2 * optimizer.slots.length, operations }),
    expected: () =>
      parameters.values.map((p, i) => rule(p, gradients.values[i]!, { ...fresh }, { rate, step: 0 })),
    free: () => {
      step.dispose();
      dispose([parameters.tensor, gradients.tensor, ...Object.values(slots)]);
    },
  };
}
