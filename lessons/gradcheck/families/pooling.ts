/** @file Gradient checks of the pooling ops. */
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import { unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import { avgPool2dReference } from "../../../kernels/pool2d/average-pool2d.reference.ts";
import {
  avgPool2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  type PoolOptions,
} from "../../../kernels/pool2d/index.ts";
import { maxPool2dReference } from "../../../kernels/pool2d/max-pool2d.reference.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { resolveWindow, type Window2d } from "../../../kernels/window.ts";
import type { CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, type Draw, distinct } from "../draws.ts";

type PoolReference = (x: Array64, window: Window2d) => Array64;
const largest: PoolReference = (x, window) => maxPool2dReference(x, window).y;

const uses: readonly { label: string; image: Shape; options: Required<PoolOptions> }[] = [
  {
    label: "2x2 windows side by side",
    image: [2, 4, 6, 2],
    options: { poolSize: [2, 2], strides: [2, 2], padding: "valid" },
  },
  {
    label: "3x3 windows that overlap, strides 2, same",
    image: [1, 5, 6, 3],
    options: { poolSize: [3, 3], strides: [2, 2], padding: "same" },
  },
];

function pooling(
  name: string,
  op: (x: Tensor, options: PoolOptions) => Tensor,
  pool: PoolReference,
  draw: Draw,
  note?: string,
): CheckedOp {
  const cases = uses.map(({ label, image, options }): GradcheckCase => {
    const window = resolveWindow(name, image, { window: options.poolSize, ...options });
    return {
      label,
      inputs: [{ name: "x", shape: image, draw }],
      run: (x) => op(x, options),
      reference: (x) => pool(x, window),
    };
  });
  return { name, cases, ...(note ? { note } : {}) };
}

function globalPooling(
  name: string,
  run: (x: Tensor) => Tensor,
  pool: PoolReference,
  draw: Draw,
  note?: string,
): CheckedOp {
  const window = resolveWindow(name, [2, 3, 4, 5], { window: [3, 4], strides: 1, padding: "valid" });
  const label = "one number per image and channel";
  const inputs = [{ name: "x", shape: [2, 3, 4, 5], draw }];
  const example: GradcheckCase = { label, inputs, run: (x) => run(x), reference: (x) => pool(x, window) };
  return { name, cases: [example], ...(note ? { note } : {}) };
}

/** Behind a 1x1 convolution whose fused activation the gradient also has to pass: the same kernel takes it along. */
const behindSigmoid: GradcheckCase = {
  label: "2x2 windows behind a convolution with sigmoid",
  inputs: [{ name: "x", shape: [1, 4, 6, 1], draw: distinct }],
  run: (x) => maxPool2d(conv2d(x, x.engine.tensor([1.5], [1, 1, 1, 1]), { activation: "sigmoid" })),
  reference: (x) => {
    const hidden = unaryReference(
      "sigmoid",
      array64(
        x.shape,
        x.data.map((value) => 1.5 * value),
      ),
    );
    return largest(hidden, resolveWindow("maxPool2d", x.shape, { window: 2, strides: 2, padding: "valid" }));
  },
};

/** The same with relu: one of two channels is shut, and of its windows' winners, which are all 0, none may get a gradient. */
const behindRelu: GradcheckCase = {
  label: "2x2 windows behind a convolution with relu",
  inputs: [{ name: "x", shape: [1, 4, 6, 1], draw: distinct }],
  run: (x) => {
    const { engine } = x;
    const bias = engine.tensor([3, -3]);
    const filters = engine.tensor([1.5, -0.5], [1, 1, 1, 2]);
    return maxPool2d(conv2d(x, filters, { bias, activation: "relu" }));
  },
  reference: (x) => {
    const hidden = [...x.data].flatMap((value) => [
      Math.max(0, 1.5 * value + 3),
      Math.max(0, -0.5 * value - 3),
    ]);
    const image = array64([1, 4, 6, 2], hidden);
    return largest(
      image,
      resolveWindow("maxPool2d", image.shape, { window: 2, strides: 2, padding: "valid" }),
    );
  },
};

const noTies = "no two elements of x are equal: the winner of a tie changes in a jump";

function withCases(op: CheckedOp, ...examples: readonly GradcheckCase[]): CheckedOp {
  return { ...op, cases: [...op.cases, ...examples] };
}

export const pools: OpFamily = {
  title: "pooling",
  ops: [
    withCases(pooling("max-pool2d", maxPool2d, largest, distinct, noTies), behindSigmoid, behindRelu),
    pooling("avg-pool2d", avgPool2d, avgPool2dReference, anywhere),
    globalPooling("global-max-pool2d", globalMaxPool2d, largest, distinct, noTies),
    globalPooling("global-average-pool2d", globalAveragePool2d, avgPool2dReference, anywhere),
  ],
};
