/** @file Twenty random numbers of the lessons: the bits that the op leaves by itself, the sum that is shown, and the slope of the loss. */
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../engine/index.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { add } from "../../kernels/elementwise/index.ts";
import { withNaiveKernels } from "../../kernels/tuning/mode.ts";
import {
  firstValues,
  type HandExample,
  type HandName,
  type HandValues,
  handExamples,
} from "../../lessons/by-hand/examples.ts";
import { Lessons } from "../../web/worker/lessons.ts";
import { useEngine } from "../support/engine.ts";
import { randomStream } from "../support/random.ts";

const random = randomStream(20);
const lessons = new Lessons();
afterAll(() => lessons.dispose());

/** Sixteenths from -2 to 2: what is multiplied and added of them is exact in float32. */
function drawn(example: HandName): HandValues {
  const entries = Object.entries(firstValues(example));
  return Object.fromEntries(
    entries.map(([name, values]) => [name, values.map(() => Math.round(64 * random() - 32) / 16)]),
  );
}

const below = (size: number) => Math.floor(size * random());

async function numbersOf(example: HandName, values: HandValues) {
  const { numbers } = await lessons.answer({
    example,
    values,
    asks: [handExamples[example].results[0].name, 0],
  });
  return numbers;
}

/** The loss whose gradient with respect to y is dy. */
async function lossOf(example: "dense" | "conv2d", values: HandValues): Promise<number> {
  const { y } = await numbersOf(example, values);
  return y!.reduce((sum, value, i) => sum + value * values.dy![i]!, 0);
}

/** y as the op leaves it where nobody records anything. */
async function alone(engine: Engine, example: "dense" | "conv2d", values: HandValues): Promise<Float32Array> {
  const { inputs }: HandExample = handExamples[example];
  const [x, w, b] = inputs.map(({ name, shape }) => engine.tensor([...values[name]!], shape));
  const y = withNaiveKernels(() => add(example === "dense" ? dense(x!, w!) : conv2d(x!, w!), b!));
  return Float32Array.from(await y.data());
}

describe("twenty random numbers of the lessons", () => {
  const engine = useEngine();

  it.each(["dense", "conv2d"] as const)("%s: outputs are what the op leaves by itself", async (example) => {
    for (let draw = 0; draw < 5; draw++) {
      const values = drawn(example);
      const { y } = await numbersOf(example, values);
      expect(y).toEqual(await alone(engine(), example, values));
    }
  });

  it.each([
    ["dense", "w"],
    ["dense", "x"],
    ["conv2d", "filter"],
    ["conv2d", "image"],
  ] as const)("%s: the gradient of %s is how the loss moves, and its sum ends in it", async (example, input) => {
    for (let draw = 0; draw < 5; draw++) {
      const values = drawn(example);
      const at = below(values[input]!.length);
      const { numbers, asked } = await lessons.answer({ example, values, asks: [`d ${input}`, at] });
      const gradient = numbers[`d ${input}`]![at]!;
      const [explained] = asked.chain;
      for (const shown of [asked.value, explained!.number.value, explained!.computed])
        expect(shown === gradient, `${shown} is ${gradient}`).toBe(true); // 0 is -0 after 0 * -1 on some GPUs
      const moved = (by: number) =>
        lossOf(example, { ...values, [input]: values[input]!.with(at, values[input]![at]! + by) });
      expect((await moved(1)) - (await moved(-1)) - 2 * gradient).toBe(0); // the loss is linear in it
    }
  });

  it("softmax: the gradient is how the loss moves", async () => {
    for (let draw = 0; draw < 10; draw++) {
      const truth = [0, 0, 0].with(below(3), 1);
      const values: HandValues = { ...drawn("softmax"), truth };
      const at = below(3);
      const gradient = (await numbersOf("softmax", values))["d x"]![at]!;
      const moved = async (by: number) =>
        (await numbersOf("softmax", { ...values, x: values.x!.with(at, values.x![at]! + by) })).L![0]!;
      expect(((await moved(0.0625)) - (await moved(-0.0625))) / 0.125).toBeCloseTo(gradient, 3);
    }
  });
});
