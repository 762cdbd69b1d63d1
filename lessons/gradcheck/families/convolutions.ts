/** @file Gradient checks of the convolutions, each with bias and activation fused. */
import type { Shape } from "../../../engine/shape.ts";
import { conv2dReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { type Conv2dOptions, conv2d } from "../../../kernels/conv2d/conv2d.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { conv2dTransposeReference } from "../../../kernels/conv2d-transpose/conv2d-transpose.reference.ts";
import { conv2dTranspose } from "../../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import { depthwiseConv2dReference } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.reference.ts";
import { depthwiseConv2d } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import type { FusedActivation } from "../../../kernels/elementwise/index.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import type { CheckedInput, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, between, openAndShut } from "../draws.ts";

/** The options of a case, spelled out for the references. */
interface Options {
  readonly strides: readonly [number, number];
  readonly padding: "same" | "valid";
  readonly dilation: readonly [number, number];
  readonly activation: FusedActivation;
  readonly groups: number;
}

const defaults: Options = {
  strides: [1, 1],
  padding: "valid",
  dilation: [1, 1],
  activation: "linear",
  groups: 1,
};

/** image, filters and a bias of `channels`; with relu, products too small to pull a bias of 3 or -3 to 0. */
function inputs(image: Shape, filters: Shape, channels: number, { activation }: Options): CheckedInput[] {
  const isRelu = activation === "relu";
  const draw = isRelu ? between(-0.3, 0.3) : anywhere;
  return [
    { name: "image", shape: image, draw },
    { name: "filters", shape: filters, draw },
    { name: "bias", shape: [channels], draw: isRelu ? openAndShut : anywhere },
  ];
}

function slidingWindow(op: string, image: Array64, filters: Array64, options: Options) {
  const window = [filters.shape[0]!, filters.shape[1]!] as const;
  return { ...resolveWindow(op, image.shape, { window, ...options }), batch: image.shape[0]! };
}

function problemOf(image: Array64, filters: Array64, options: Options): Convolution {
  const window = slidingWindow("conv2d", image, filters, options);
  return { ...window, channels: image.shape[3]!, filters: filters.shape[3]!, groups: options.groups };
}

function convolution(
  label: string,
  image: Shape,
  filters: Shape,
  changes: Partial<Options> = {},
): GradcheckCase {
  const options = { ...defaults, ...changes };
  return {
    label,
    inputs: inputs(image, filters, filters[3]!, options),
    run: (x, f, bias) => conv2d(x, f, { ...options, bias: bias } satisfies Conv2dOptions),
    reference: (x, f, bias) => {
      const y = conv2dReference(x, f, problemOf(x, f, options));
      return epilogueReference(y, bias, options.activation);
    },
  };
}

function transposed(
  label: string,
  image: Shape,
  filters: Shape,
  changes: Partial<Options> = {},
): GradcheckCase {
  const { groups: _, ...options } = { ...defaults, ...changes };
  return {
    label,
    inputs: inputs(image, filters, filters[2]!, { ...options, groups: 1 }),
    run: (x, f, bias) => conv2dTranspose(x, f, { ...options, bias: bias }),
    reference: (x, f, bias) =>
      epilogueReference(conv2dTransposeReference(x, f, options), bias, options.activation),
  };
}

function depthwise(
  label: string,
  image: Shape,
  filters: Shape,
  changes: Partial<Options> = {},
): GradcheckCase {
  const { groups: _, ...options } = { ...defaults, ...changes };
  const [, , channels, multiplier] = filters as [number, number, number, number];
  return {
    label,
    inputs: inputs(image, filters, channels * multiplier, { ...options, groups: channels }),
    run: (x, f, bias) => depthwiseConv2d(x, f, { ...options, bias: bias }),
    reference: (x, f, bias) => {
      const window = slidingWindow("depthwiseConv2d", x, f, { ...options, groups: channels });
      const y = depthwiseConv2dReference(x, f, { ...window, channels, multiplier });
      return epilogueReference(y, bias, options.activation);
    },
  };
}

/** Behind a layer whose fused activation the gradient of the image also has to pass: the same kernel takes it along. */
const behindTanh: GradcheckCase = {
  label: "behind a convolution with tanh",
  inputs: [
    { name: "image", shape: [1, 5, 4, 2], draw: anywhere },
    { name: "first filters", shape: [2, 2, 2, 3], draw: anywhere },
    { name: "second filters", shape: [3, 3, 3, 2], draw: anywhere },
  ],
  run: (image, first, second) => conv2d(conv2d(image, first, { activation: "tanh" }), second),
  reference: (image, first, second) => {
    const hidden = epilogueReference(
      conv2dReference(image, first, problemOf(image, first, defaults)),
      undefined,
      "tanh",
    );
    return conv2dReference(hidden, second, problemOf(hidden, second, defaults));
  },
};

/** The same with relu: half of its channels are shut, and the gradient may not pass there. */
const behindRelu: GradcheckCase = {
  label: "behind a convolution with relu",
  inputs: [
    { name: "image", shape: [1, 5, 4, 2], draw: between(-0.3, 0.3) },
    { name: "first filters", shape: [2, 2, 2, 4], draw: between(-0.3, 0.3) },
    { name: "first bias", shape: [4], draw: openAndShut },
    { name: "second filters", shape: [3, 3, 4, 3], draw: anywhere },
  ],
  run: (image, first, bias, second) => conv2d(conv2d(image, first, { bias, activation: "relu" }), second),
  reference: (image, first, bias, second) => {
    const sums = conv2dReference(image, first, problemOf(image, first, defaults));
    const hidden = epilogueReference(sums, bias, "relu");
    return conv2dReference(hidden, second, problemOf(hidden, second, defaults));
  },
};

const note = "biases of 3 and -3 keep relu away from its kink: channels are open and shut in turn";

export const convolutions: OpFamily = {
  title: "convolutions",
  ops: [
    {
      name: "conv2d",
      note,
      cases: [
        convolution("3x3", [2, 5, 4, 3], [3, 3, 3, 4]),
        convolution("2x3, strides 2 and 1, same, relu", [2, 5, 4, 2], [2, 3, 2, 4], {
          strides: [2, 1],
          padding: "same",
          activation: "relu",
        }),
        convolution("3x3, dilation 2, same, tanh", [1, 6, 5, 2], [3, 3, 2, 3], {
          dilation: [2, 2],
          padding: "same",
          activation: "tanh",
        }),
        convolution("3x3 in 2 groups, sigmoid", [2, 4, 4, 4], [3, 3, 2, 6], {
          groups: 2,
          activation: "sigmoid",
        }),
        behindTanh,
        behindRelu,
      ],
    },
    {
      name: "conv2d-transpose",
      note,
      cases: [
        transposed("3x3", [2, 3, 2, 3], [3, 3, 4, 3]),
        transposed("3x2, strides 2, same, relu", [2, 3, 2, 2], [3, 2, 4, 2], {
          strides: [2, 2],
          padding: "same",
          activation: "relu",
        }),
      ],
    },
    {
      name: "depthwise-conv2d",
      note,
      cases: [
        depthwise("3x3, one filter per channel", [2, 5, 4, 3], [3, 3, 3, 1]),
        depthwise("3x2, two filters per channel, strides 2, same, relu", [1, 5, 4, 2], [3, 2, 2, 2], {
          strides: [2, 2],
          padding: "same",
          activation: "relu",
        }),
      ],
    },
  ],
};
