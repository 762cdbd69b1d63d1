/** @file A loss writes its gradient over the prediction where the caller has given that up and nothing else reads it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { add, mul, relu, scale, sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import {
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  meanAbsoluteError,
  meanSquaredError,
} from "../../../kernels/losses/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const engine = useEngine();
const losses = { meanSquaredError, meanAbsoluteError, binaryCrossentropy, binaryCrossentropyFromLogits };
const lastSteps = { relu, sigmoid, tanh, scale: (x: Tensor) => scale(x, 0.5) };

interface Given {
  /** the prediction, from x */
  readonly predict: (x: Tensor) => Tensor;
  /** the scalar, from prediction and target */
  readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly shape: readonly number[];
  readonly seed: number;
}

/** Gradient of x, and what lies in the prediction's memory after it. */
async function differentiate({ predict, loss, shape, seed }: Given, givenUp: boolean) {
  const [x, target] = [engine().tensor(randomArray(shape, seed).data, shape), tensorOf(shape, seed + 1)];
  let prediction: Tensor | undefined;
  const body = () => {
    prediction = predict(x);
    return loss(prediction, target);
  };
  const result = gradients(engine(), body, [x], givenUp ? { spent: () => [prediction!] } : {});
  return { dx: await result.gradients[0]!.data(), memory: await prediction!.data() };
}

const tensorOf = (shape: readonly number[], seed: number) =>
  engine().tensor(randomArray(shape, seed, 0, 1).data, shape);

describe("a prediction that was given up", () => {
  it("makes room for its gradient, with the same bits", async () => {
    const cases = fc.record({
      loss: fc.constantFrom(...(Object.keys(losses) as (keyof typeof losses)[])),
      last: fc.constantFrom(...(Object.keys(lastSteps) as (keyof typeof lastSteps)[])),
      shape: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
      seed: fc.nat(1e6),
    });
    const property = fc.asyncProperty(cases, async ({ loss, last, shape, seed }) => {
      const given = { predict: lastSteps[last], loss: losses[loss], shape, seed };
      const [kept, spent] = [await differentiate(given, false), await differentiate(given, true)];
      expect(spent.dx).toEqual(kept.dx);
      // the loss's kernel goes through the activation; the scale comes after it
      const gradient = last === "scale" ? spent.memory.map((value) => value * 0.5) : spent.memory;
      expect(gradient).toEqual(spent.dx);
    });
    await fc.assert(property, properties);
  });

  it.each([
    ["a rule that runs later reads it", (x: Tensor) => tanh(x), withSquares],
    ["each element needs its whole row", (x: Tensor) => softmax(x), binaryCrossentropy],
    ["it is a source", (x: Tensor) => x, meanSquaredError],
  ])("stays as it is where %s", async (_, predict, loss) => {
    const given = { predict, loss, shape: [5, 6], seed: 3 };
    const [kept, spent] = [await differentiate(given, false), await differentiate(given, true)];
    expect(spent).toEqual(kept);
  });
});

function withSquares(prediction: Tensor, target: Tensor): Tensor {
  const squares = sum(mul(prediction, prediction));
  return add(meanSquaredError(prediction, target), squares);
}
