/** @file Gradient checks of the losses: each a scalar, the mean over samples. */
import type { Tensor } from "../../../engine/tensor.ts";
import { denseReference } from "../../../kernels/dense/dense.reference.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import {
  categoricalCrossentropyReference,
  softmaxCrossEntropyReference,
} from "../../../kernels/losses/categorical.reference.ts";
import { cosineSimilarityReference } from "../../../kernels/losses/cosine-similarity.reference.ts";
import { categoricalHingeReference } from "../../../kernels/losses/hinge.reference.ts";
import * as losses from "../../../kernels/losses/index.ts";
import { l1l2PenaltyReference } from "../../../kernels/losses/penalty.reference.ts";
import { pointwiseReference } from "../../../kernels/losses/pointwise.reference.ts";
import type { PointwiseRow } from "../../../kernels/losses/pointwise.ts";
import { type PointwiseName, pointwiseTable } from "../../../kernels/losses/pointwise-table.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import type { CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { awayFrom, between, type Draw, keptFrom } from "../draws.ts";

const labels = [1, 0, 3];
const oneHot = array64([3, 4], [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
const soft = array64([3, 4], [0.1, 0.2, 0.3, 0.4, 0.7, 0.1, 0.1, 0.1, 0, 0.5, 0.5, 0]);
const sampleWeights = [0.5, 2, 1];
/** of the pointwise losses */
const targets = [0, 1, 1, 0, 1, 0.3, 0, 0, 1, 1, 0, 0.8];

/** Mean of the samples' losses, each times its weight. */
function meanLoss(perSample: Array64, weights?: readonly number[]): Array64 {
  const total = perSample.data.reduce((sum, loss, i) => sum + (weights?.[i] ?? 1) * loss, 0);
  return array64([], [total / perSample.data.length]);
}

type Loss = (x: Tensor, targets: Tensor, options: losses.LossOptions) => Tensor;
type Targets = "one-hot" | "probabilities" | "labels" | "weighted labels";

const upload: Record<Targets, (engine: Tensor["engine"]) => Tensor> = {
  "one-hot": (engine) => engine.tensor(oneHot.data, oneHot.shape),
  probabilities: (engine) => engine.tensor(soft.data, soft.shape),
  labels: (engine) => engine.tensor(labels, undefined, "u32"),
  "weighted labels": (engine) => engine.tensor(labels, undefined, "u32"),
};

function categorical(
  name: string,
  loss: Loss,
  perSample: (x: Array64, targets: Array64) => Array64,
  draw: Draw,
  targets: readonly Targets[],
): CheckedOp {
  const cases = targets.map((kind): GradcheckCase => {
    const weights = kind === "weighted labels" ? sampleWeights : undefined;
    return {
      label: `targets: ${kind}`,
      inputs: [{ name: name.startsWith("softmax") ? "logits" : "probabilities", shape: [3, 4], draw }],
      run: (x) => loss(x, upload[kind](x.engine), weights ? { weights: x.engine.tensor(weights) } : {}),
      reference: (x) => meanLoss(perSample(x, kind === "probabilities" ? soft : oneHot), weights),
    };
  });
  return { name, cases };
}

/** The same loss of an activation's output: its kernel then takes the gradient through the activation as well. */
function behindSoftmax(
  loss: Loss,
  goal: Array64,
  perSample: (x: Array64, targets: Array64) => Array64,
): GradcheckCase {
  return {
    label: "behind a softmax",
    inputs: [{ name: "logits", shape: [3, 4], draw: between(-2, 2) }],
    run: (x) => loss(softmax(x), x.engine.tensor(goal.data, goal.shape), {}),
    reference: (x) => meanLoss(perSample(softmaxReference(x, 1), goal)),
  };
}

function behindSigmoid(
  loss: Loss,
  goal: Array64,
  perSample: (x: Array64, targets: Array64) => Array64,
): GradcheckCase {
  const activation = "sigmoid";
  return {
    label: "behind a dense layer with sigmoid",
    inputs: [
      { name: "x", shape: [3, 2], draw: between(-1, 1) },
      { name: "kernel", shape: [2, 4], draw: between(-1, 1) },
    ],
    run: (x, kernel) => loss(dense(x, kernel, { activation }), x.engine.tensor(goal.data, goal.shape), {}),
    reference: (x, kernel) => meanLoss(perSample(denseReference(x, kernel, undefined, { activation }), goal)),
  };
}

function withCases(op: CheckedOp, ...cases: readonly GradcheckCase[]): CheckedOp {
  return { ...op, cases: [...op.cases, ...cases] };
}

/** The check of a row of the table of pointwise losses. */
function pointwise(name: PointwiseName): CheckedOp {
  const { op, range = [-3, 3], kinks, parameters }: PointwiseRow = pointwiseTable[name];
  const goal = array64([3, 4], targets);
  const within = between(...range);
  const places = kinks && [...new Set(targets.flatMap(kinks))];
  const example: GradcheckCase = {
    label: "mean over the samples",
    inputs: [{ name: "prediction", shape: [3, 4], draw: places ? keptFrom(places, within) : within }],
    run: (x) => op(x, x.engine.tensor(goal.data, goal.shape), parameters),
    reference: (x) => meanLoss(pointwiseReference(name, x, goal)),
  };
  const note = "predictions keep 0.1 away from where the slope jumps";
  return { name: hyphenated(name), cases: [example], ...(places && { note }) };
}

/** `mean-squared-error` for meanSquaredError */
function hyphenated(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const squaredErrors = (x: Array64, goal: Array64) => pointwiseReference("meanSquaredError", x, goal);
const probabilities = between(0.1, 0.9);

export const lossFunctions: OpFamily = {
  title: "losses",
  ops: [
    categorical(
      "softmax-cross-entropy",
      losses.softmaxCrossEntropy,
      softmaxCrossEntropyReference,
      between(-3, 3),
      ["one-hot", "probabilities", "labels", "weighted labels"],
    ),
    withCases(
      categorical(
        "categorical-crossentropy",
        losses.categoricalCrossentropy,
        categoricalCrossentropyReference,
        probabilities,
        ["one-hot", "probabilities"],
      ),
      behindSoftmax(losses.categoricalCrossentropy, soft, categoricalCrossentropyReference),
    ),
    categorical(
      "sparse-categorical-crossentropy",
      losses.sparseCategoricalCrossentropy,
      categoricalCrossentropyReference,
      probabilities,
      ["labels", "weighted labels"],
    ),
    categorical("cosine-similarity", losses.cosineSimilarity, cosineSimilarityReference, between(-2, 2), [
      "one-hot",
      "probabilities",
    ]),
    categorical(
      "categorical-hinge",
      losses.categoricalHinge,
      categoricalHingeReference,
      keptFrom([0], between(-0.4, 0.4)), // where a margin is missing
      ["one-hot", "probabilities"],
    ),
    ...(Object.keys(pointwiseTable) as PointwiseName[])
      .filter((name) => name !== "meanSquaredError")
      .map(pointwise),
    withCases(
      pointwise("meanSquaredError"),
      behindSoftmax(losses.meanSquaredError, soft, squaredErrors),
      behindSigmoid(losses.meanSquaredError, soft, squaredErrors),
    ),
    {
      name: "l1l2-penalty",
      note: "weights keep 0.1 away from 0, where the slope of |w| jumps",
      cases: [
        {
          label: "l1 0.3, l2 0.7",
          inputs: [{ name: "weights", shape: [3, 5], draw: awayFrom(0) }],
          run: (w) => losses.l1l2Penalty(w, { l1: 0.3, l2: 0.7 }),
          reference: (w) => l1l2PenaltyReference(w, 0.3, 0.7),
        },
      ],
    },
  ],
};
