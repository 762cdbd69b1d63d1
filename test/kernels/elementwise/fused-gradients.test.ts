/** @file Ops that multiply their gradient by the derivative of the activation before them: same result as in two steps. */
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { add, addScalar, mul, relu, scale, sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanAbsoluteError,
  meanSquaredError,
} from "../../../kernels/losses/index.ts";
import { maxPool2d } from "../../../kernels/pool2d/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import { reshape } from "../../../kernels/shape/index.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";

const activations = { relu, sigmoid, tanh } as const;

describe("an activation's gradient in the op that follows", () => {
  const engine = useEngine();
  const random = (shape: number[], seed: number) =>
    engine().tensor(randomArray(shape, seed, -1, 1).data, shape);
  const shape = [2, 5, 6, 4];
  const asRows = (x: Tensor) => reshape(x, [10, 24]);

  /** Ops on images [n, h, w, c] that reach through an activation. */
  const followers: Record<string, () => (x: Tensor) => Tensor> = {
    dense: () => {
      const weights = random([24, 8], 3);
      const bias = random([8], 4);
      return (x) => dense(x, weights, { bias });
    },
    conv2d: () => {
      const filters = random([3, 3, 4, 8], 3);
      return (x) => conv2d(x, filters, { padding: "same", activation: "relu" });
    },
    maxPool2d: () => (x) => maxPool2d(x, { poolSize: 2 }),
    "maxPool2d, overlapping": () => (x) => maxPool2d(x, { poolSize: 3, strides: 2, padding: "same" }),
  };

  /** Of the sum of (y + 1)^2: a gradient arrives where y is 0 as well, which relu's mask stops. */
  const gradientOf = (x: Tensor, body: (x: Tensor) => Tensor) => {
    const loss = () => {
      const shifted = addScalar(body(x), 1);
      return sum(mul(shifted, shifted));
    };
    return gradients(engine(), loss, [x]).gradients[0]!.data();
  };

  for (const [name, make] of Object.entries(followers)) {
    for (const [activation, activate] of Object.entries(activations)) {
      it(`is that of two steps: ${activation}, ${name}`, async () => {
        const follow = make();
        const x = random(name === "dense" ? [10, 24] : shape, 1);
        const fused = await gradientOf(x, (value) => follow(activate(value)));
        const apart = await gradientOf(x, (value) => follow(scale(activate(value), 1))); // scale stands in between
        expectClose(fused, apart, { terms: 200, scale: 1 }, `${name} after ${activation}`);
        expect(fused.some((value) => value !== 0)).toBe(true);
      });
    }
  }

  it("adds up where another op uses the activation as well", async () => {
    const weights = random([24, 24], 3);
    const x = random(shape, 1);
    const shared = (between: (y: Tensor) => Tensor) => (value: Tensor) => {
      const y = sigmoid(asRows(value));
      return add(dense(between(y), weights), y);
    };
    const fused = await gradientOf(
      x,
      shared((y) => y),
    );
    const apart = await gradientOf(
      x,
      shared((y) => scale(y, 1)),
    );
    expectClose(fused, apart, { terms: 200, scale: 1 }, "a sum of two uses");
  });

  const losses = {
    meanSquaredError,
    meanAbsoluteError,
    binaryCrossentropy,
    categoricalCrossentropy,
  } as const;
  const outputs = { relu, sigmoid, tanh, softmax: (x: Tensor) => softmax(x) } as const;

  for (const [lossName, loss] of Object.entries(losses)) {
    for (const [activation, activate] of Object.entries(outputs)) {
      it(`is that of two steps: ${activation}, ${lossName}`, async () => {
        for (const classes of [4, 10, 65]) {
          const x = random([5, classes], classes);
          const targets = engine().tensor(randomArray([5, classes], 7, 0, 1).data, [5, classes]);
          const weights = engine().tensor([1, 0.5, 2, 0, 3]);
          const gradient = (between: (y: Tensor) => Tensor) =>
            gradients(engine(), () => loss(between(activate(x)), targets, { weights }), [
              x,
            ]).gradients[0]!.data();
          const fused = await gradient((y) => y);
          const apart = await gradient((y) => scale(y, 1));
          expectClose(fused, apart, { terms: 100, scale: 1 }, `${lossName} after ${activation}, ${classes}`);
          expect(fused.some((value) => value !== 0)).toBe(true);
        }
      });
    }
  }
});
