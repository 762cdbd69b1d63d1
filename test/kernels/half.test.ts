/** @file The ops between dense and convolution layers on f16: what they give on f32, but for the rounding of results. */
import { expect, it } from "vitest";
import { gradients } from "../../engine/tape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { batchNorm } from "../../kernels/batch-norm/batch-norm.ts";
import { dropout } from "../../kernels/dropout/index.ts";
import { add, cast, elu, mul, relu, sigmoid, sub, tanh } from "../../kernels/elementwise/index.ts";
import { avgPool2d, globalAveragePool2d, maxPool2d } from "../../kernels/pool2d/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import type { Array64 } from "../../kernels/reference.ts";
import { flatten } from "../../kernels/shape/index.ts";
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
  flatten: (x) => flatten(x),
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

  it("cast() is the tensor itself where nothing changes, and keeps the values of f16 on the way back", async () => {
    const x = engine().tensor([1, 2.5, 70000], [3]);
    expect(cast(x, "f32")).toBe(x);
    const half = cast(x, "f16");
    expect([...(await half.data())]).toEqual([1, 2.5, Infinity]);
    expect([...(await cast(half, "f32").data())]).toEqual([1, 2.5, Infinity]);
    expect(() => cast(x, "f64" as "f32")).toThrow('cast: dtype must be f32 or f16, got "f64".');
  });
});
