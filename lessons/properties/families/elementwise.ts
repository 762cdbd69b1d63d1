/** @file The kernels of elementwise ops: functions of one number, and of two. */
import { binaryGradientReference, binaryReference } from "../../../kernels/elementwise/binary.reference.ts";
import type { BinaryName } from "../../../kernels/elementwise/binary-table.ts";
import { add, div, maximum, minimum, mul, pow, sub, tanh } from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import type { UnaryRow } from "../../../kernels/elementwise/unary.ts";
import { type UnaryName, unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { array64 } from "../../../kernels/reference.ts";
import { allOf, filled, inTurn, type KernelProperty, opCase, type PropertyCase, sized } from "../property.ts";
import { type Choices, randomArray } from "../random.ts";
import { timedGradient } from "../timed-op.ts";

const unaryNames = (Object.keys(unaryTable) as UnaryName[]).filter(
  (name) => (unaryTable[name] as UnaryRow).op,
);

/** The largest value or slope at 100 places of a range: what float32's errors are measured by. */
export function unaryScale([low, high]: readonly [number, number], name: UnaryName, a = 0, b = 0): number {
  const x = array64(
    [101],
    Array.from({ length: 101 }, (_, i) => low + ((high - low) * i) / 100),
  );
  const ones = array64(
    x.shape,
    x.data.map(() => 1),
  );
  const values = [...unaryReference(name, x, a, b).data, ...unaryGradientReference(name, ones, x, a, b).data];
  return Math.max(3, ...values.map(Math.abs));
}

function drawUnary(name: UnaryName, choices: Choices): PropertyCase {
  const { op, parameters = {}, range = [-3, 3] } = unaryTable[name] as UnaryRow;
  const values = Object.values(parameters);
  const [a, b] = values;
  const shape = Array.from({ length: choices.integer(1, 4) }, () => choices.integer(1, 7));
  const scale = unaryScale(range, name, a, b);
  return opCase({
    label: `${name}${values.length ? ` (${values.join(", ")})` : ""}, x [${shape}]`,
    op: (x) => op!(x!, ...values),
    forward: (x) => unaryReference(name, x!, a, b),
    gradient: (dy, x) => [unaryGradientReference(name, dy, x!, a, b)],
    inputs: [randomArray(shape, choices.seed(), ...range)],
    tolerance: { forward: { scale }, gradients: [{ scale }] },
  });
}

const binaries = { add, sub, mul, div, maximum, minimum, pow };

/** Shapes that broadcast: each axis is the common size or 1, and one side may lack axes in front. */
function drawBinary(name: BinaryName, choices: Choices): PropertyCase {
  const axes = Array.from({ length: choices.integer(1, 4) }, () => ({
    size: choices.integer(1, 5),
    side: choices.of(["both", "both", "a", "b"]),
  }));
  const shapeOf = (side: "a" | "b") =>
    axes.map(({ size, side: has }) => (has === "both" || has === side ? size : 1));
  const [a, b] = [shapeOf("a"), shapeOf("b").slice(choices.integer(0, axes.length - 1))];
  const range = name === "div" || name === "pow" ? ([0.5, 2] as const) : ([-2, 2] as const); // moderate results
  const seed = choices.seed();
  const summed = { terms: 64, scale: 4 }; // gradients of stretched operands are sums
  return opCase({
    label: `${name}, a [${a}], b [${b}]`,
    op: (left, right) => binaries[name](left!, right!),
    forward: (left, right) => binaryReference(name, left!, right!),
    gradient: (dy, left, right) => binaryGradientReference(name, dy, left!, right!),
    inputs: [randomArray(a, seed, ...range), randomArray(b, seed + 1, ...range)],
    tolerance: { gradients: [summed, summed] },
  });
}

const binaryNames = Object.keys(binaries) as BinaryName[];

/** All functions come in turn. */
function property(file: string, op: string): KernelProperty {
  const isUnary = file.startsWith("unary");
  return {
    kernel: `elementwise/${file}`,
    op,
    draw: (choices, _, number) =>
      isUnary
        ? allOf(inTurn(unaryNames, number).map((name) => drawUnary(name, choices)))
        : drawBinary(binaryNames[number % binaryNames.length]!, choices),
    prepare: (engine) => {
      const shape = sized(engine, [4096, 4096], [1024, 256]);
      const [a, b] = [filled(engine, shape, 1), filled(engine, shape, 2)];
      const run = isUnary ? timedGradient(() => tanh(a), [a]) : timedGradient(() => mul(a, b), [a, b]);
      return { problem: `${isUnary ? "tanh" : "mul"} of [${shape}]`, run };
    },
  };
}

export const elementwiseProperties: readonly KernelProperty[] = [
  property("unary", "functions of one number"),
  property("unary-gradient", "functions of one number, backward"),
  property("binary", "functions of two numbers"),
  property("binary-gradient", "functions of two numbers, backward"),
];
