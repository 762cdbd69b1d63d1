/** @file The kernels of softmax and log-softmax. */
import type { AdapterFacts } from "../../../engine/adapter.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { softmaxGradientReference, softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { filled, type KernelProperty, opCase, type PropertyCase, sized } from "../property.ts";
import { type Choices, randomArray } from "../random.ts";
import { timedGradient } from "../timed-op.ts";

/** Rows of so many classes; for softmax along another axis, so many numbers behind it. */
interface Sizes {
  readonly classes: readonly number[];
  readonly inner: readonly number[];
}

/** What an adapter of either class computes with the kernel. */
const registers: Sizes = { classes: [1, 2, 5, 10, 16, 30, 64], inner: [1] };
const rows: Sizes = { classes: [17, 66, 68, 101, 128], inner: [1] };
const otherAxis: Sizes = { classes: [1, 3, 5, 7, 70], inner: [2, 3, 5] };

function draw({ classes, inner }: Sizes, choices: Choices, _: AdapterFacts): PropertyCase {
  const behind = choices.of(inner);
  const shape = [choices.integer(1, 7), choices.of(classes), ...(behind > 1 ? [behind] : [])];
  const log = choices.boolean();
  const size = choices.of([5, 5, 200]); // the exponential of 200 is no float32 number
  return opCase({
    label: `${log ? "logarithm, " : ""}x [${shape}] from -${size} to ${size}, axis 1`,
    op: (x) => (log ? logSoftmax : softmax)(x!, 1),
    forward: (x) => softmaxReference(x!, 1, log),
    gradient: (dy, x) => [softmaxGradientReference(dy, x!, 1, log)],
    inputs: [randomArray(shape, choices.seed(), -size, size)],
    tolerance: { forward: { terms: shape[1]! }, gradients: [{ terms: shape[1]!, scale: 1 }] },
  });
}

function property(kernel: string, op: string, sizes: Sizes, classes: number, inner?: number): KernelProperty {
  return {
    kernel: `softmax/${kernel}`,
    op,
    draw: (choices, adapter) => draw(sizes, choices, adapter),
    prepare: (engine) => {
      const shape = [sized(engine, 65536, 4096), classes, ...(inner ? [inner] : [])];
      const x = filled(engine, shape, 1);
      return { problem: `[${shape}], axis 1`, run: timedGradient(() => softmax(x, 1), [x]) };
    },
  };
}

export const softmaxProperties: readonly KernelProperty[] = [
  property("rows.registers", "softmax", registers, 10),
  property("rows", "softmax", rows, 100),
  property("any-axis", "softmax", otherAxis, 10, 4),
  property("rows-gradient", "softmax, backward", registers, 10),
  property("any-axis-gradient", "softmax, backward", otherAxis, 10, 4),
];
