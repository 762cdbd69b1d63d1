/** @file The pooling kernels. */
import type { Tensor } from "../../../engine/tensor.ts";
import { relu, sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import {
  avgPool2dGradientReference,
  avgPool2dReference,
} from "../../../kernels/pool2d/average-pool2d.reference.ts";
import { avgPool2d, maxPool2d } from "../../../kernels/pool2d/index.ts";
import {
  maxPool2dGradientReference,
  maxPool2dReference,
} from "../../../kernels/pool2d/max-pool2d.reference.ts";
import type { PoolOptions } from "../../../kernels/pool2d/pool2d.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { resolveWindow, type Window2d } from "../../../kernels/window.ts";
import { filled, type KernelProperty, opCase, type PropertyCase, sized } from "../property.ts";
import { type Choices, randomArray, sixteenths } from "../random.ts";
import { timedGradient } from "../timed-op.ts";

interface Pool {
  readonly op: (x: Tensor, options: PoolOptions) => Tensor;
  readonly forward: (x: Array64, window: Window2d) => Array64;
  readonly gradient: (x: Array64, dy: Array64, window: Window2d) => Array64;
}

const pools: Record<"max" | "average", Pool> = {
  max: {
    op: maxPool2d,
    forward: (x, window) => maxPool2dReference(x, window).y,
    gradient: maxPool2dGradientReference,
  },
  average: {
    op: avgPool2d,
    forward: avgPool2dReference,
    gradient: avgPool2dGradientReference,
  },
};

const activations = { relu, sigmoid, tanh };
const names = ["linear", "relu", "sigmoid", "tanh"] as const;

function draw({ op, forward, gradient }: Pool, choices: Choices, number: number): PropertyCase {
  const shape = [
    choices.integer(1, 3),
    choices.integer(4, 9),
    choices.integer(4, 9),
    choices.of([1, 3, 4, 5, 8]),
  ];
  const options = {
    poolSize: [choices.integer(1, 4), choices.integer(1, 4)],
    strides: [choices.integer(1, 4), choices.integer(1, 4)],
    padding: choices.of(["same", "valid"]),
  } as const;
  const { poolSize, strides, padding } = options;
  const window = resolveWindow("pool2d", shape, { window: poolSize, strides, padding });
  const name = names[number % names.length]!; // whose derivative the backward kernel may take with it
  const before = (x: Array64) => (name === "linear" ? x : unaryReference(name, x));
  return opCase({
    label: `${name === "linear" ? "" : `behind ${name}, `}x [${shape}], window ${poolSize.join(" x ")}, strides ${strides.join(" x ")}, ${padding}`,
    op: (x) => op(name === "linear" ? x! : activations[name](x!), options),
    forward: (x) => forward(before(x!), window),
    gradient: (dy, x) => {
      const pooled = gradient(before(x!), dy, window);
      return [name === "linear" ? pooled : unaryGradientReference(name, pooled, x!)];
    },
    inputs: [(choices.boolean() ? sixteenths : randomArray)(shape, choices.seed())], // of sixteenths some are equal
  });
}

export const pool2dProperties: readonly KernelProperty[] = (["max", "average"] as const).flatMap((kind) =>
  (["forward", "backward"] as const).map((direction) => ({
    kernel: `pool2d/${kind}-${direction}`,
    op: `${kind}-pooling, ${direction}`,
    draw: (choices, _, number) => draw(pools[kind], choices, number),
    prepare: (engine) => {
      const shape = sized(engine, [64, 64, 64, 64], [8, 32, 32, 16]);
      const x = filled(engine, shape, 1);
      return { problem: `[${shape}], window 2 x 2`, run: timedGradient(() => pools[kind].op(x, {}), [x]) };
    },
  })),
);
