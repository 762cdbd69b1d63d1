import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { conv2dReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { conv2dTransposeReference } from "../../../kernels/conv2d-transpose/conv2d-transpose.reference.ts";
import { depthwiseConv2dReference } from "../../../kernels/depthwise-conv2d/depthwise-conv2d.reference.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import {
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv2D,
  Flatten,
  Input,
  input,
  type Layer,
  sequential,
  sgd,
} from "../../../models/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";

const shapeOf = (layer: Layer, shape: number[]) => layer.apply(input(shape)).shape;
const weightsOf = (layer: Layer, shape: number[]) => {
  shapeOf(layer, shape);
  return layer.variables.map(({ name, shape: own }) => [name, own]);
};

describe("convolution layers", () => {
  // conv: "same" is ceil(size / stride), "valid" floor((size - extent) / stride) + 1;
  // transposed: "same" is size * stride, "valid" size * stride + max(extent - stride, 0). As in Keras.
  it.each<[string, Layer, number[], number[]]>([
    ["Conv2D with groups", Conv2D(6, 3, { groups: 3 }), [7, 9, 3], [5, 7, 6]],
    ["Conv2D dilated", Conv2D(6, 3, { dilationRate: [2, 1] }), [7, 9, 3], [3, 7, 6]],
    ["DepthwiseConv2D(3)", DepthwiseConv2D(3), [7, 9, 4], [5, 7, 4]],
    ["DepthwiseConv2D same", DepthwiseConv2D([2, 3], { strides: 2, padding: "same" }), [7, 9, 4], [4, 5, 4]],
    [
      "DepthwiseConv2D wide",
      DepthwiseConv2D(3, { depthMultiplier: 2, dilationRate: 2 }),
      [7, 9, 4],
      [3, 5, 8],
    ],
    ["Conv2DTranspose(8,3)", Conv2DTranspose(8, 3), [7, 9, 4], [9, 11, 8]],
    ["Conv2DTranspose by 2", Conv2DTranspose(8, 3, { strides: 2 }), [7, 9, 4], [15, 19, 8]],
    ["Conv2DTranspose by 3", Conv2DTranspose(8, 2, { strides: 3 }), [7, 9, 4], [21, 27, 8]],
    [
      "Conv2DTranspose same",
      Conv2DTranspose(8, 3, { strides: [2, 1], padding: "same" }),
      [7, 9, 4],
      [14, 9, 8],
    ],
    ["Conv2DTranspose dilated", Conv2DTranspose(8, 3, { dilationRate: 2 }), [7, 9, 4], [11, 13, 8]],
  ])("%s has Keras's output shape", (_, layer, image, output) => {
    expect(shapeOf(layer, image)).toEqual(output);
  });

  it("have Keras's weights", () => {
    expect(weightsOf(Conv2D(6, [3, 2], { groups: 2 }), [7, 9, 4])).toEqual([
      ["kernel", [3, 2, 2, 6]],
      ["bias", [6]],
    ]);
    expect(weightsOf(DepthwiseConv2D([3, 2], { depthMultiplier: 3 }), [7, 9, 4])).toEqual([
      ["depthwise_kernel", [3, 2, 4, 3]],
      ["bias", [12]],
    ]);
    expect(weightsOf(Conv2DTranspose(6, [3, 2]), [7, 9, 4])).toEqual([
      ["kernel", [3, 2, 6, 4]],
      ["bias", [6]],
    ]);
    for (const layer of [DepthwiseConv2D(3, { useBias: false }), Conv2DTranspose(2, 3, { useBias: false })]) {
      expect(weightsOf(layer, [7, 9, 4])).toHaveLength(1);
    }
  });

  it("can be copied, with what makes them different", () => {
    for (const layer of [
      Conv2D(6, [3, 2], { groups: 2, useBias: false }),
      DepthwiseConv2D([3, 2], { depthMultiplier: 3, strides: 2 }),
      Conv2DTranspose(6, [3, 2], { strides: [1, 2], padding: "same" }),
    ]) {
      const weights = weightsOf(layer, [7, 9, 4]);
      const twin = layer.twin((other) => other);
      expect(twin.variables.map(({ name, shape }) => [name, shape])).toEqual(weights);
      expect(twin.outputShape([[7, 9, 4]])).toEqual(layer.outputShape([[7, 9, 4]]));
    }
  });

  it("have Keras's automatic names", () => {
    const net = sequential([Input([8, 8, 2]), DepthwiseConv2D(3), Conv2DTranspose(2, 3), Conv2D(2, 1)]);
    const names = net.layers.map(({ name }) => name).filter((name) => name.includes("conv"));
    expect(names).toEqual(["depthwise_conv2d_1", "conv2d_transpose_1", "conv2d_1"]);
  });

  it("refuse what they cannot take", () => {
    for (const make of [() => DepthwiseConv2D(3), () => Conv2DTranspose(2, 3)]) {
      expect(() => shapeOf(make(), [4, 3])).toThrow(ShapeError);
    }
    expect(() => shapeOf(Conv2D(6, 3, { groups: 3 }), [7, 9, 4])).toThrow(
      "Conv2D: 3 groups cannot share 4 channels evenly. Input [7,9,4] (h,w,c).",
    );
    expect(() => shapeOf(DepthwiseConv2D(5), [4, 4, 1])).toThrow("a 5x5 window does not fit");
    expect(() => Conv2D(6, 3, { groups: 4 })).toThrow("Conv2D: 4 groups cannot share 6 filters evenly.");
    const wrong: (() => Layer)[] = [
      () => Conv2D(6, 3, { groups: 4 }),
      () => Conv2D(6, 3, { groups: 0 }),
      () => Conv2D(0, 3),
      () => DepthwiseConv2D(0),
      () => DepthwiseConv2D(3, { depthMultiplier: 1.5 }),
      () => DepthwiseConv2D(3, { activation: "reul" as "relu" }),
      () => Conv2DTranspose(0, 3),
      () => Conv2DTranspose(2, [3, 0]),
      () => Conv2DTranspose(2, 3, { activation: "reul" as "relu" }),
    ];
    for (const make of wrong) expect(make, make.toString()).toThrow(ArgumentError);
  });
});

describe("convolution layers in a model", () => {
  const engine = useEngine();
  const image = randomArray([2, 5, 6, 4], 1);

  /** The model's output for `image` with the given kernel and a bias of 0.5. */
  async function outputOf(layer: Layer, kernel: Array64): Promise<Float32Array> {
    const net = sequential([Input([5, 6, 4]), layer]);
    await net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "mse", engine: engine() });
    const [weight, bias] = net.weights;
    const biases = new Float32Array(bias!.variable.size).fill(0.5);
    net.setWeights(
      new Map([
        [weight!.path, Float32Array.from(kernel.data)],
        [bias!.path, biases],
      ]),
    );
    const output = await net.predict({ inputs: Float32Array.from(image.data), inputShape: [5, 6, 4] });
    net.dispose();
    return output;
  }

  const withBias = ({ data }: Array64) => data.map((value) => value + 0.5);

  it("compute what their references do", async () => {
    const sliding = { strides: 2, padding: "same" } as const;
    const grouped = convolution({ image: image.shape, window: 3, filters: 6, groups: 2, ...sliding });
    const kernel = randomArray([3, 3, 2, 6], 2);
    const conv = await outputOf(Conv2D(6, 3, { groups: 2, ...sliding }), kernel);
    expectClose(conv, withBias(conv2dReference(image, kernel, grouped)), { terms: 19 });

    const window = resolveWindow("test", image.shape, { window: 3, ...sliding });
    const sizes = { ...window, batch: 2, channels: 4, multiplier: 2 };
    const depthwiseKernel = randomArray([3, 3, 4, 2], 3);
    const depthwise = await outputOf(DepthwiseConv2D(3, { depthMultiplier: 2, ...sliding }), depthwiseKernel);
    expectClose(depthwise, withBias(depthwiseConv2dReference(image, depthwiseKernel, sizes)), { terms: 10 });

    const transposedSizes = { strides: [2, 2], dilation: [1, 1], padding: "same" } as const;
    const transposedKernel = randomArray([3, 3, 5, 4], 4);
    const transposed = await outputOf(Conv2DTranspose(5, 3, sliding), transposedKernel);
    const expected = conv2dTransposeReference(image, transposedKernel, transposedSizes);
    expectClose(transposed, withBias(expected), { terms: 37 });
  });

  it("learn, all weights of them", async () => {
    const net = sequential([
      Input([5, 6, 4]),
      Conv2D(8, 3, { groups: 4, padding: "same", activation: "relu" }),
      DepthwiseConv2D(3, { padding: "same", activation: "selu" }),
      Conv2DTranspose(2, 3, { strides: 2, activation: "tanh" }),
      Flatten(),
      Dense(1),
    ]);
    await net.compile({ optimizer: sgd({ learningRate: 0.05 }), loss: "mse", engine: engine() });
    const before = await net.getWeights();
    const data = {
      inputs: Float32Array.from(randomArray([8, 5, 6, 4], 9).data),
      inputShape: [5, 6, 4],
      targets: Float32Array.from(array64([8, 1], [1, 0, 1, 0, 1, 0, 1, 0]).data),
      targetShape: [1],
    };
    const history = await net.fit(data, { batchSize: 4, epochs: 8 });
    const { loss } = history.history;
    expect(loss!.at(-1)).toBeLessThan(loss![0]! / 2);
    for (const [path, values] of await net.getWeights()) {
      expect(values, path).not.toEqual(before.get(path));
    }
    net.dispose();
  });
});
