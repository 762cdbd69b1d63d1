/** @file The kernels of the losses: cross-entropies over classes, and losses element by element. */
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import {
  categoricalCrossentropyGradientReference,
  categoricalCrossentropyReference,
  softmaxCrossEntropyGradientReference,
  softmaxCrossEntropyReference,
} from "../../../kernels/losses/categorical.reference.ts";
import {
  categoricalCrossentropy,
  type LossOptions,
  meanSquaredError,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
} from "../../../kernels/losses/index.ts";
import {
  pointwiseGradientReference,
  pointwiseReference,
} from "../../../kernels/losses/pointwise.reference.ts";
import type { PointwiseRow } from "../../../kernels/losses/pointwise.ts";
import { type PointwiseName, pointwiseTable } from "../../../kernels/losses/pointwise-table.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { softmaxGradientReference, softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { compareLoss, type LossCase } from "../loss.ts";
import { allOf, filled, inTurn, type KernelProperty, type PropertyCase, sized } from "../property.ts";
import { type Choices, randomArray } from "../random.ts";
import { timedGradient } from "../timed-op.ts";

type Loss = (x: Tensor, targets: Tensor, options?: LossOptions) => Tensor;

interface Family {
  readonly dense: Loss;
  readonly sparse: Loss;
  readonly range: readonly [number, number];
  /** some cases have so many times the range: exponentials then are no float32 numbers */
  readonly wider?: number;
  /** some cases have zeros, which are clipped */
  readonly zeros?: true;
  readonly value: (x: Array64, targets: Array64) => Array64;
  readonly gradient: (dLoss: Array64, x: Array64, targets: Array64) => Array64;
}

const families: Record<"softmax-cross-entropy" | "categorical-crossentropy", Family> = {
  "softmax-cross-entropy": {
    dense: softmaxCrossEntropy,
    sparse: softmaxCrossEntropy,
    range: [-5, 5],
    wider: 40,
    value: softmaxCrossEntropyReference,
    gradient: softmaxCrossEntropyGradientReference,
  },
  "categorical-crossentropy": {
    dense: categoricalCrossentropy,
    sparse: sparseCategoricalCrossentropy,
    range: [0.01, 1],
    zeros: true,
    value: categoricalCrossentropyReference,
    gradient: categoricalCrossentropyGradientReference,
  },
};

function oneHot(labels: readonly number[], classes: number): Array64 {
  const rows = labels.map((label) => Array.from({ length: classes }, (_, j) => (j === label ? 1 : 0)));
  return array64([labels.length, classes], rows.flat());
}

function drawCategorical(
  { dense, sparse, range, wider = 1, zeros, value, gradient }: Family,
  choices: Choices,
): PropertyCase {
  const [samples, classes] = [choices.of([1, 5, 9, 64, 65]), choices.of([2, 3, 10, 17])];
  const seed = choices.seed();
  const kind = choices.of(["labels", "one-hot targets", "soft targets"]);
  const wide = choices.integer(1, 3) === 1 ? wider : 1;
  const x = randomArray([samples, classes], seed, wide * range[0], wide * range[1]);
  if (zeros && choices.boolean())
    for (const i of x.data.keys()) if (i % classes !== 0 && i % 3 === 0) x.data[i] = 0; // a row's first keeps its sum above 0
  const labels = [...randomArray([samples], seed + 1, 0, classes).data].map(Math.floor);
  const targets = kind === "soft targets" ? randomArray(x.shape, seed + 2, 0, 1) : oneHot(labels, classes);
  const weighted = choices.boolean();
  const divisor = choices.of([undefined, 3, 40]);
  const given: LossCase = {
    ...(kind === "labels" ? { loss: sparse, labels } : { loss: dense }),
    x,
    targets,
    divisor,
    ...(weighted && { weights: randomArray([samples], seed + 3, 0, 2) }),
  };
  return {
    label: labelOf([`x [${samples},${classes}]`, kind], weighted, divisor),
    run: (engine) => compareLoss(engine, given, value(x, targets), (dLoss) => gradient(dLoss, x, targets)),
  };
}

/** The loss behind a softmax, whose derivative its backward kernel takes with it. */
const behindSoftmax: Family = {
  dense: (x, targets, options) => categoricalCrossentropy(softmax(x), targets, options),
  sparse: (x, labels, options) => sparseCategoricalCrossentropy(softmax(x), labels, options),
  range: [-3, 3],
  value: (x, targets) => categoricalCrossentropyReference(softmaxReference(x, 1), targets),
  gradient: (dLoss, x, targets) => {
    const slopes = categoricalCrossentropyGradientReference(dLoss, softmaxReference(x, 1), targets);
    return softmaxGradientReference(slopes, x, 1);
  },
};

/** Of probabilities as they are, or of those that a softmax gives. */
function drawOfProbabilities(choices: Choices): PropertyCase {
  if (choices.boolean()) return drawCategorical(families["categorical-crossentropy"], choices);
  const { label, run } = drawCategorical(behindSoftmax, choices);
  return { label: `behind a softmax, ${label}`, run };
}

function labelOf(words: readonly string[], weighted: boolean, divisor: number | undefined): string {
  return [...words, ...(weighted ? ["weights"] : []), ...(divisor ? [`divisor ${divisor}`] : [])].join(", ");
}

/** Activations whose derivative the backward kernel takes with it. */
const outputs = [
  {
    name: "sigmoid",
    op: sigmoid,
    forward: (x: Array64) => unaryReference("sigmoid", x),
    gradient: (dy: Array64, x: Array64) => unaryGradientReference("sigmoid", dy, x),
  },
  {
    name: "softmax",
    op: (x: Tensor) => softmax(x),
    forward: (x: Array64) => softmaxReference(x, x.shape.length - 1),
    gradient: (dy: Array64, x: Array64) => softmaxGradientReference(dy, x, x.shape.length - 1),
  },
  {
    name: "tanh",
    op: tanh,
    forward: (x: Array64) => unaryReference("tanh", x),
    gradient: (dy: Array64, x: Array64) => unaryGradientReference("tanh", dy, x),
  },
] as const;

const pointwiseNames = Object.keys(pointwiseTable) as PointwiseName[];

/** One of the losses that share a kernel. */
function drawPointwise(name: PointwiseName, choices: Choices): PropertyCase {
  const { op, parameters, range: own } = pointwiseTable[name] as PointwiseRow;
  const range = own ?? [-4, 4];
  const shape = [choices.of([1, 7, 64, 65]), choices.integer(1, 7), ...(choices.boolean() ? [3] : [])];
  const seed = choices.seed();
  const weighted = choices.boolean();
  const divisor = choices.of([undefined, 3, 40]);
  const behind = choices.of([undefined, ...outputs.filter((output) => output.name !== "tanh" || !own)]);
  const x = randomArray(shape, seed, ...(behind ? ([-2, 2] as const) : range));
  const predictions = behind ? behind.forward(x) : x;
  const targets = randomArray(shape, seed + 1, 0, 1);
  const given: LossCase = {
    loss: (logits, goal, options) =>
      op(behind ? behind.op(logits) : logits, goal, { ...options, ...parameters }),
    x,
    targets,
    divisor,
    ...(weighted && { weights: randomArray([shape[0]!], seed + 2, 0, 2) }),
  };
  return {
    label: labelOf([behind ? `${name} behind ${behind.name}` : name, `x [${shape}]`], weighted, divisor),
    run: (engine) =>
      compareLoss(engine, given, pointwiseReference(name, predictions, targets), (dLoss) => {
        const slopes = pointwiseGradientReference(name, dLoss, predictions, targets);
        return behind ? behind.gradient(slopes, x) : slopes;
      }),
  };
}

/** Forward and backward kernels of a file; what is timed takes logits for predictions: it is as much work. */
function both(
  file: string,
  title: string,
  loss: Loss,
  draw: (choices: Choices, number: number) => PropertyCase,
): KernelProperty[] {
  const prepare = (engine: Engine) => {
    const shape = sized(engine, [65536, 10], [4096, 10]);
    const [x, targets] = [filled(engine, shape, 1), filled(engine, shape, 2)];
    return { problem: `[${shape}]`, run: timedGradient(() => loss(x, targets), [x]) };
  };
  return [
    { kernel: `losses/${file}`, op: title, draw: (choices, _, number) => draw(choices, number), prepare },
    {
      kernel: `losses/${file}-gradient`,
      op: `${title}, backward`,
      draw: (choices, _, number) => draw(choices, number),
      prepare,
    },
  ];
}

export const lossProperties: readonly KernelProperty[] = [
  ...both("softmax-cross-entropy", "cross-entropy of logits", softmaxCrossEntropy, (choices) =>
    drawCategorical(families["softmax-cross-entropy"], choices),
  ),
  ...both(
    "categorical-crossentropy",
    "cross-entropy of probabilities",
    categoricalCrossentropy,
    drawOfProbabilities,
  ),
  ...both("pointwise", "losses element by element", meanSquaredError, (choices, number) =>
    allOf(inTurn(pointwiseNames, number).map((name) => drawPointwise(name, choices))),
  ),
];
