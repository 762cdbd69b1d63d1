/** @file Gradient checks of dense and matmul. */
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { denseReference, matmulReference } from "../../../kernels/dense/dense.reference.ts";
import { type DenseOptions, dense } from "../../../kernels/dense/dense.ts";
import { type MatmulOptions, matmul } from "../../../kernels/dense/matmul.ts";
import type { GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, type Draw, openAndShut } from "../draws.ts";

function denseCase(
  label: string,
  x: Shape,
  kernel: Shape,
  options: Omit<DenseOptions, "bias">,
  bias: Draw = anywhere,
): GradcheckCase {
  const units = options.transposeKernel ? kernel[0]! : kernel[1]!;
  return {
    label,
    inputs: [
      { name: "x", shape: x, draw: anywhere },
      { name: "kernel", shape: kernel, draw: anywhere },
      { name: "bias", shape: [units], draw: bias },
    ],
    run: (input, weights, b) => dense(input, weights, { ...options, bias: b }),
    reference: (input, weights, b) => denseReference(input, weights, b, options),
  };
}

function matmulCase(label: string, a: Shape, b: Shape, options: MatmulOptions = {}): GradcheckCase {
  return {
    label,
    inputs: [
      { name: "a", shape: a, draw: anywhere },
      { name: "b", shape: b, draw: anywhere },
    ],
    run: (left: Tensor, right: Tensor) => matmul(left, right, options),
    reference: (left, right) => matmulReference(left, right, options),
  };
}

/** Behind a layer whose fused activation the gradient of x also has to pass: the same kernel takes it along. */
const behindSigmoid: GradcheckCase = {
  label: "behind a dense layer with sigmoid",
  inputs: [
    { name: "x", shape: [4, 3], draw: anywhere },
    { name: "first kernel", shape: [3, 5], draw: anywhere },
    { name: "second kernel", shape: [5, 2], draw: anywhere },
  ],
  run: (x, first, second) => dense(dense(x, first, { activation: "sigmoid" }), second),
  reference: (x, first, second) =>
    denseReference(denseReference(x, first, undefined, { activation: "sigmoid" }), second),
};

/** The same with relu: half of its units are shut, and the gradient may not pass there. */
const behindRelu: GradcheckCase = {
  label: "behind a dense layer with relu",
  inputs: [
    { name: "x", shape: [4, 2], draw: anywhere },
    { name: "first kernel", shape: [2, 4], draw: anywhere },
    { name: "first bias", shape: [4], draw: openAndShut },
    { name: "second kernel", shape: [4, 3], draw: anywhere },
  ],
  run: (x, first, bias, second) => dense(dense(x, first, { bias, activation: "relu" }), second),
  reference: (x, first, bias, second) =>
    denseReference(denseReference(x, first, bias, { activation: "relu" }), second, undefined, {}),
};

export const products: OpFamily = {
  title: "products",
  ops: [
    {
      name: "dense",
      note: "biases of 3 and -3 keep relu away from its kink: units are open and shut in turn",
      cases: [
        denseCase("linear", [4, 3], [3, 5], {}),
        denseCase("relu", [4, 2], [2, 4], { activation: "relu" }, openAndShut),
        denseCase("sigmoid, x with three axes", [2, 3, 4], [4, 2], { activation: "sigmoid" }),
        denseCase("tanh, kernel stored transposed", [4, 3], [5, 3], {
          activation: "tanh",
          transposeKernel: true,
        }),
        behindSigmoid,
        behindRelu,
      ],
    },
    {
      name: "matmul",
      cases: [
        matmulCase("[4,3] times [3,5]", [4, 3], [3, 5]),
        matmulCase("a transposed", [3, 4], [3, 5], { transposeA: true }),
        matmulCase("b transposed", [4, 3], [5, 3], { transposeB: true }),
        matmulCase("both transposed", [3, 4], [5, 3], { transposeA: true, transposeB: true }),
        matmulCase("a stack of matrices times one", [2, 4, 3], [3, 2]),
      ],
    },
  ],
};
