/** @file The ops between dense and convolution layers on f16: what they give on f32, but for the rounding of results. */
import { expect, it } from "vitest";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { batchNorm } from "../../kernels/batch-norm/batch-norm.ts";
import { dropout, gaussianNoise } from "../../kernels/dropout/index.ts";
import { add, cast, elu, mul, relu, sigmoid, sub, tanh } from "../../kernels/elementwise/index.ts";
import { layerNorm } from "../../kernels/layer-norm/index.ts";
import { cropping2d, pad, zeroPadding2d } from "../../kernels/pad/index.ts";
import { avgPool2d, globalAveragePool2d, maxPool2d } from "../../kernels/pool2d/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import type { Array64 } from "../../kernels/reference.ts";
import { concat, flatten, gather, reshape, slice, transpose } from "../../kernels/shape/index.ts";
import { logSoftmax, softmax } from "../../kernels/softmax/index.ts";
import { thresholdRelu } from "../../kernels/threshold-relu/threshold-relu.ts";
import { upsample2d } from "../../kernels/upsample2d/index.ts";
import { expectClose } from "../support/compare.ts";
import { useEngine } from "../support/engine.ts";
import { describeHalf, halfUlps, roundedToHalf } from "../support/half.ts";
import { randomArray } from "../support/random.ts";

const ops: Record<string, (x: Tensor, other: Tensor) => Tensor> = {
  relu,
  sigmoid,
  tanh,
  elu: (x) => elu(x),
  add,
  sub,
  mul,
  "relu, then max-pooling through its gradient": (x) => maxPool2d(relu(x)),
  "average-pooling with padding": (x) => avgPool2d(x, { poolSize: 3, strides: 2, padding: "same" }),
  "global average-pooling": (x) => globalAveragePool2d(x),
  "batch normalisation": (x) => {
    const { engine } = x;
    const vector = (seed: number) => engine.tensor(randomArray([x.shape.at(-1)!], seed).data);
    const state = { gamma: vector(5), beta: vector(6), movingMean: vector(7), movingVariance: vector(8) };
    return batchNorm(x, state, { training: true });
  },
  dropout: (x) => dropout(x, { rate: 0.4, stream: 3 }),
  "softmax of rows": (x) => softmax(x),
  "log-softmax of rows": (x) => logSoftmax(x),
  "softmax of rows that fit no registers": (x) => softmax(reshape(x, [2, 90])),
  "softmax along another axis": (x) => softmax(x, 1),
  "layer normalisation": (x) => {
    const vector = (seed: number) => x.engine.tensor(randomArray([x.shape.at(-1)!], seed).data);
    return layerNorm(x, vector(5), vector(6));
  },
  "a rectifier with all options": (x) =>
    thresholdRelu(x, { maxValue: 0.75, negativeSlope: 0.25, threshold: 0.125 }),
  noise: (x) => gaussianNoise(x, { stddev: 0.5, stream: 3 }),
  flatten: (x) => flatten(x),
  upsampling: (x) => upsample2d(x, { size: [2, 3] }),
  "upsampling of whole vectors": (x) => upsample2d(reshape(x, [3, 5, 3, 4])),
  "zero padding": (x) =>
    zeroPadding2d(x, [
      [1, 0],
      [2, 1],
    ]),
  cropping: (x) => cropping2d(x, 1),
  "joining along the last axis": (x, other) => concat([x, other, x]),
  "joining whole vectors": (x, other) => concat([reshape(x, [9, 20]), reshape(other, [9, 20])]),
  transpose: (x) => transpose(x, [3, 0, 2, 1]),
  slice: (x) => slice(x, [0, 1, 0, 1], [2, 4, 5, 2], [1, 2, 1, 1]),
  "one row added to all, between other axes": (x, other) => add(x, slice(other, [0, 0, 0, 0], [2, 1, 5, 1])),
  "its two uses": (x) => add(relu(x), tanh(x)),
};

describeHalf("on f16", () => {
  const engine = useEngine();

  async function run(op: (x: Tensor, other: Tensor) => Tensor, dtype: "f32" | "f16") {
    const upload = ({ data, shape }: Array64) => engine().tensor(data, shape, dtype);
    const x = upload(roundedToHalf(randomArray([2, 6, 5, 3], 1))); // 90 values a sample: vectors with a tail
    const other = upload(roundedToHalf(randomArray([2, 6, 5, 3], 2)));
    let y: Tensor | undefined;
    const { gradients: found } = gradients(engine(), () => {
      y = engine().keep(op(x, other));
      const factors = roundedToHalf(randomArray(y.shape, 3));
      return sum(mul(cast(y, "f32"), engine().tensor(factors.data, y.shape)));
    }, [x]);
    const result = { dtype: y!.dtype, y: await y!.data(), dx: await found[0]!.data() };
    y!.dispose();
    return result;
  }

  it.for(Object.keys(ops))("%s gives and differentiates the same", async (name) => {
    const expected = await run(ops[name]!, "f32");
    const actual = await run(ops[name]!, "f16");
    expect(actual.dtype).toBe("f16");
    expectClose(actual.y, expected.y, { ulps: halfUlps }, "y");
    // rounded: y, from which some derivatives come, dy, and dx; twice where two gradients add up
    expectClose(actual.dx, expected.dx, { ulps: 4 * halfUlps }, "dx");
  });

  it("explains what is not done in f16", () => {
    const x = engine().tensor([1, 2], [2], "f16");
    expect(() => pad(x, [[1, 1]], 5)).toThrow("pad: f16 is padded with 0 only, got 5: cast() to f32 first.");
    expect(() => gather(x, engine().tensor([0], [1], "u32"), 0)).toThrow(
      /gather: .* got f16: cast\(\) it first/,
    );
  });

  it("cast() is the tensor itself where nothing changes, and keeps the values of f16 on the way back", async () => {
    const x = engine().tensor([1, 2.5, 70000], [3]);
    expect(cast(x, "f32")).toBe(x);
    const half = cast(x, "f16");
    expect([...(await half.data())]).toEqual([1, 2.5, Infinity]);
    expect([...(await cast(half, "f32").data())]).toEqual([1, 2.5, Infinity]);
    expect(() => cast(x, "f64" as "f32")).toThrow('cast: dtype must be f32 or f16, got "f64".');
  });
});
