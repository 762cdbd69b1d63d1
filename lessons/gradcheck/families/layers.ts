/** @file Gradient checks of normalisation, dropout and noise. */
import { engineOf } from "../../../engine/device.ts";
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import {
  batchNormReference,
  batchStatisticsReference,
} from "../../../kernels/batch-norm/batch-norm.reference.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { dropoutReference, gaussianNoiseReference } from "../../../kernels/dropout/dropout.reference.ts";
import { applyDropoutMask, dropout, gaussianNoise } from "../../../kernels/dropout/index.ts";
import { layerNorm } from "../../../kernels/layer-norm/index.ts";
import { layerNormReference } from "../../../kernels/layer-norm/layer-norm.reference.ts";
import { array64 } from "../../../kernels/reference.ts";
import type { CheckedInput, CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, between } from "../draws.ts";

const epsilon = 1e-3;
const movingMean = [0.3, -0.2, 0.1];
const movingVariance = [0.5, 1.5, 0.8];

/** x [..., c] with the parameters of its last axis. */
function withParameters(x: Shape): CheckedInput[] {
  const parameters: Shape = [x.at(-1)!];
  return [
    { name: "x", shape: x, draw: anywhere },
    { name: "gamma", shape: parameters, draw: between(0.5, 1.5) },
    { name: "beta", shape: parameters, draw: anywhere },
  ];
}

function batchNormalization(label: string, x: Shape, training: boolean): GradcheckCase {
  const moving = { mean: array64([3], movingMean), variance: array64([3], movingVariance) };
  return {
    label,
    inputs: withParameters(x),
    run: (input, gamma, beta) => {
      const { engine } = input;
      const state = {
        gamma: gamma,
        beta: beta,
        movingMean: engine.tensor(movingMean),
        movingVariance: engine.tensor(movingVariance),
      };
      return batchNorm(input, state, { training, epsilon });
    },
    reference: (input, gamma, beta) => {
      const statistics = training ? batchStatisticsReference(input) : moving;
      return batchNormReference(input, gamma, beta, statistics, epsilon);
    },
  };
}

/** The numbers drawn depend on these alone, so y is a fixed function of x. */
const counter = { seed: 7, stream: 3, step: 5 };
const { stream } = counter;

function drawing(
  label: string,
  run: (x: Tensor) => Tensor,
  reference: GradcheckCase["reference"],
): GradcheckCase {
  return {
    label,
    inputs: [{ name: "x", shape: [3, 7], draw: anywhere }],
    run: (x) => {
      engineOf(x).step.set({ seed: counter.seed, step: counter.step, sample: 0 });
      return run(x);
    },
    reference,
  };
}

const mask = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1];
const maskedDropout: CheckedOp = {
  name: "apply-dropout-mask",
  cases: [
    {
      label: "rate 0.4, the mask given",
      inputs: [{ name: "x", shape: [3, 4], draw: anywhere }],
      run: (x) => applyDropoutMask(x, x.engine.tensor(mask, [3, 4]), 0.4),
      reference: (x) =>
        array64(
          x.shape,
          x.data.map((value, i) => (value * mask[i]!) / (1 - 0.4)),
        ),
    },
  ],
};

const fixedDraws = `its random numbers are those of seed ${counter.seed}, step ${counter.step}, each time`;

export const layers: OpFamily = {
  title: "normalisation, dropout and noise",
  ops: [
    {
      name: "batch-norm",
      cases: [
        batchNormalization("training: x also acts through mean and variance", [7, 3], true),
        batchNormalization("training, an image", [2, 3, 2, 3], true),
        batchNormalization("inference: moving statistics, constants", [5, 3], false),
      ],
    },
    {
      name: "layer-norm",
      cases: [
        {
          label: "over the last axis",
          inputs: withParameters([4, 6]),
          run: (x, gamma, beta) => layerNorm(x, gamma, beta, { epsilon }),
          reference: (x, gamma, beta) => layerNormReference(x, gamma, beta, epsilon),
        },
      ],
    },
    {
      name: "dropout",
      note: fixedDraws,
      cases: [
        drawing(
          "rate 0.4",
          (x) => dropout(x, { rate: 0.4, stream }),
          (x) => dropoutReference(x, 0.4, counter),
        ),
      ],
    },
    maskedDropout,
    {
      name: "gaussian-noise",
      note: fixedDraws,
      cases: [
        drawing(
          "standard deviation 0.5",
          (x) => gaussianNoise(x, { stddev: 0.5, stream }),
          (x) => gaussianNoiseReference(x, 0.5, counter),
        ),
      ],
    },
  ],
};
