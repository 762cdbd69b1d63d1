/** @file Measures what each op makes of NaN and infinities: the rows of the table in docs/nan.md. */
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import { conv2dTranspose } from "../../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { matmul } from "../../../kernels/dense/matmul.ts";
import { depthwiseConv2d } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import { applyDropoutMask } from "../../../kernels/dropout/index.ts";
import * as elementwise from "../../../kernels/elementwise/index.ts";
import { layerNorm } from "../../../kernels/layer-norm/index.ts";
import * as losses from "../../../kernels/losses/index.ts";
import * as metrics from "../../../kernels/metrics/index.ts";
import { cropping2d, zeroPadding2d } from "../../../kernels/pad/index.ts";
import { avgPool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from "../../../kernels/pool2d/index.ts";
import { argMax, max, mean, min, sum, variance } from "../../../kernels/reduce/index.ts";
import { array64 } from "../../../kernels/reference.ts";
import { concat, flatten, gather, reshape, slice, transpose } from "../../../kernels/shape/index.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { upsample2d } from "../../../kernels/upsample2d/index.ts";
import { runWithGradients } from "../../support/gradient.ts";

/** An op of one tensor x that holds a value v among others. */
interface Probe {
  /** the op as the table writes it */
  readonly text: string;
  /** x: "v" stands for the value; numbers of one place unless shaped */
  readonly x: readonly (number | "v")[];
  readonly shape?: readonly number[];
  readonly run: (x: Tensor) => Tensor;
  /** comparisons, which have no gradient */
  readonly constant?: boolean;
}

const values = [Number.NaN, Infinity, -Infinity];
const one: readonly ["v"] = ["v"];
const three: readonly (number | "v")[] = [1, "v", 2];

const unary = (text: string, run: (x: Tensor) => Tensor): Probe => ({ text, x: one, run });
const ofThree = (name: string, run: (x: Tensor) => Tensor, constant = false): Probe => ({
  text: /^\w+$/.test(name) ? `${name}([1, v, 2])` : `${name} of [1, v, 2]`,
  x: three,
  run,
  constant,
});
const row = (name: string, run: (x: Tensor) => Tensor, constant = false): Probe => ({
  ...ofThree(name, run, constant),
  shape: [1, 3],
});
const image = (name: string, run: (x: Tensor) => Tensor): Probe => ({
  ...ofThree(name, run),
  shape: [1, 1, 3, 1],
});

/** The rows of the table of unary functions that are ops, but for pow, with the parameters of its checks. */
function unaryProbes(): Probe[] {
  return Object.entries(elementwise.unaryTable as Record<string, elementwise.UnaryRow>).flatMap(
    ([name, { op, parameters = {} }]) => {
      const values = Object.values(parameters);
      const text = `${name}(${["v", ...values].join(", ")})`;
      return op && name !== "pow" ? [unary(text, (x) => op(x, ...values))] : [];
    },
  );
}

/** Every op that computes on floats. Those of the random (dropout, gaussianNoise) are shown with their mask, or add. */
function probes(engine: Engine): readonly Probe[] {
  const t = (list: number[], shape?: number[]) => engine.tensor(list, shape);
  const { add, addScalar, div, maximum, minimum, mul, neg, pow, scale, sub } = elementwise;
  const filter = t([1, 2], [1, 2, 1, 1]);
  const oneHot = t([0, 1, 0], [1, 3]);
  const labels = engine.tensor([1], [1], "u32");
  return [
    unary("v + 1", (x) => add(x, t([1]))),
    unary("v - 1", (x) => sub(x, t([1]))),
    unary("v * 0", (x) => mul(x, t([0]))),
    unary("v / 2", (x) => div(x, t([2]))),
    unary("1 / v", (x) => div(t([1]), x)),
    unary("neg(v)", neg),
    unary("scale(v, 0)", (x) => scale(x, 0)),
    unary("addScalar(v, 1)", (x) => addScalar(x, 1)),
    unary("pow(v, 0)", (x) => pow(x, 0)),
    unary("pow(v, 2)", (x) => pow(x, 2)),
    unary("pow(v, 0.5)", (x) => pow(x, 0.5)),
    unary("pow(v, [2])", (x) => pow(x, t([2]))),
    unary("pow([2], v)", (x) => pow(t([2]), x)),
    unary("pow([1], v)", (x) => pow(t([1]), x)),
    unary("maximum(v, 1)", (x) => maximum(x, t([1]))),
    unary("minimum(v, 1)", (x) => minimum(x, t([1]))),
    ...unaryProbes(),
    ofThree("sum", (x) => sum(x)),
    ofThree("mean", (x) => mean(x)),
    ofThree("variance", (x) => variance(x)),
    ofThree("max", (x) => max(x)),
    ofThree("min", (x) => min(x)),
    ofThree("argMax", (x) => argMax(x), true),
    ofThree("softmax", (x) => softmax(x)),
    ofThree("logSoftmax", (x) => logSoftmax(x)),
    image("maxPool2d, window [1, 3],", (x) => maxPool2d(x, { poolSize: [1, 3] })),
    image("avgPool2d, window [1, 3],", (x) => avgPool2d(x, { poolSize: [1, 3] })),
    image("globalMaxPool2d", (x) => globalMaxPool2d(x)),
    image("globalAveragePool2d", (x) => globalAveragePool2d(x)),
    row("matmul with [1, 1, 1]", (x) => matmul(x, t([1, 1, 1], [3, 1]))),
    row("dense, weights [1, 0, 1],", (x) => dense(x, t([1, 0, 1], [3, 1]))),
    ...(["relu", "sigmoid", "tanh"] as const).map((activation) =>
      row(`dense, ${activation}, weights [1, 1, 1],`, (x) => dense(x, t([1, 1, 1], [3, 1]), { activation })),
    ),
    image("conv2d, filter [1, 2],", (x) => conv2d(x, filter)),
    image("depthwiseConv2d, filter [1, 2],", (x) => depthwiseConv2d(x, filter)),
    image("conv2dTranspose, filter [1, 2],", (x) => conv2dTranspose(x, filter)),
    row("layerNorm", (x) => layerNorm(x, t([1, 1, 1]), t([0, 0, 0]))),
    {
      ...ofThree("batchNorm in training", (x) =>
        batchNorm(
          x,
          { gamma: t([1]), beta: t([0]), movingMean: engine.zeros([1]), movingVariance: t([1]) },
          { training: true },
        ),
      ),
      shape: [3, 1],
    },
    unary("dropout, rate 0.5, v kept", (x) => applyDropoutMask(x, t([1]), 0.5)),
    unary("dropout, rate 0.5, v dropped", (x) => applyDropoutMask(x, t([0]), 0.5)),
    row("softmaxCrossEntropy, class 1,", (x) => losses.softmaxCrossEntropy(x, oneHot)),
    row("categoricalCrossentropy, class 1,", (x) => losses.categoricalCrossentropy(x, oneHot)),
    row("sparseCategoricalCrossentropy, class 1,", (x) => losses.sparseCategoricalCrossentropy(x, labels)),
    row("cosineSimilarity, target [0, 1, 0],", (x) => losses.cosineSimilarity(x, oneHot)),
    ...Object.entries(losses.pointwiseTable).map(([name, { op }]) =>
      row(`${name} to 1`, (x) => op(x, t([1, 1, 1], [1, 3]))),
    ),
    unary("l1l2Penalty(v), l1 1", (x) => losses.l1l2Penalty(x, { l1: 1 })),
    unary("l1l2Penalty(v), l2 1", (x) => losses.l1l2Penalty(x, { l2: 1 })),
    row("categoricalAccuracy, class 1,", (x) => metrics.categoricalAccuracy(x, oneHot), true),
    row("topKAccuracy, class 1, k 2,", (x) => metrics.topKAccuracy(x, labels, 2), true),
    row("squaredError to 0", (x) => metrics.squaredError(x, engine.zeros([1, 3])), true),
    row("absoluteError to 0", (x) => metrics.absoluteError(x, engine.zeros([1, 3])), true),
    row("binaryAccuracy, targets 1,", (x) => metrics.binaryAccuracy(x, t([1, 1, 1], [1, 3])), true),
    row("roundedAccuracy, targets 1,", (x) => metrics.roundedAccuracy(x, t([1, 1, 1], [1, 3])), true),
    ofThree("reshape", (x) => reshape(x, [3, 1])),
    ofThree("flatten", (x) => flatten(x)),
    row("transpose", (x) => transpose(x)),
    ofThree("slice, the first two", (x) => slice(x, [0], [2])),
    ofThree("concat, twice", (x) => concat([x, x])),
    ofThree("gather, indices [1, 3],", (x) => gather(x, engine.tensor([1, 3], [2], "u32"))),
    image("zeroPadding2d", (x) => zeroPadding2d(x, [0, 1])),
    image("cropping2d", (x) => cropping2d(x, [0, 1])),
    image("upsample2d, size [1, 2],", (x) => upsample2d(x, { size: [1, 2] })),
  ];
}

/** The lines of the table. A cell holds the result and, after a semicolon, the gradient of the first of its elements. */
export async function nanTable(engine: Engine): Promise<string> {
  const lines = ["| op | v = NaN | v = ∞ | v = -∞ |", "| --- | --- | --- | --- |"];
  for (const probe of probes(engine)) {
    const cells: string[] = [];
    for (const value of values) cells.push(await outcome(engine, probe, value));
    lines.push(`| ${[probe.text, ...cells].join(" | ")} |`);
  }
  return lines.join("\n");
}

async function outcome(engine: Engine, { x, shape, run, constant }: Probe, value: number): Promise<string> {
  const input = array64(
    shape ?? [x.length],
    x.map((element) => (element === "v" ? value : element)),
  );
  const forward = await run(engine.tensor(input.data, input.shape)).data();
  if (constant) return written(forward);
  const dy = array64(run(engine.zeros(input.shape)).shape);
  dy.data[0] = 1;
  const { y, gradients } = await runWithGradients(engine, run, [input], dy);
  return `${written(y)}; ${written(gradients[0]!)}`;
}

function written(numbers: ArrayLike<number>): string {
  const list = Array.from(numbers, (number) => {
    if (Number.isNaN(number)) return "NaN";
    if (!Number.isFinite(number)) return number > 0 ? "∞" : "-∞";
    return `${Number(number.toFixed(2)) + 0}`;
  });
  return list.length === 1 ? list[0]! : `[${list.join(", ")}]`;
}
