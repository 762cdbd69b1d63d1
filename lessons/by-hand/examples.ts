/**
 * @file Examples small enough for paper: what goes in, as it is at first, and what comes out. Numbers and names alone, so that a page
 * can show them before there is an engine; passes.ts has the ops.
 */
import { ArgumentError } from "../../engine/errors.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";

/** A tensor whose numbers the reader may change. */
export interface HandInput {
  readonly name: string;
  readonly shape: Shape;
  readonly values: readonly number[];
}

/** A tensor that the ops compute; "d w" is the gradient of w. */
export interface HandResult {
  readonly name: string;
  readonly shape: Shape;
}

export interface HandExample {
  readonly inputs: readonly HandInput[];
  readonly results: readonly HandResult[];
}

const given = (name: string, shape: Shape, ...values: readonly number[]): HandInput => ({
  name,
  shape,
  values,
});

/** Updates that an optimizer makes. */
export const optimizerSteps = 6;

/** Points of the parabola that is drawn. */
export const curvePoints = 41;

function parabola(...own: readonly HandInput[]): HandExample {
  const once = [optimizerSteps];
  return {
    inputs: [given("w", [1], 4), given("a", [1], 0.5), ...own],
    results: [
      { name: "path", shape: once },
      { name: "L", shape: once },
      { name: "grid", shape: [curvePoints] },
      { name: "curve", shape: [curvePoints] },
    ],
  };
}

export const handExamples = {
  tensor: {
    inputs: [given("x", [2, 3], 1, 2, 3, 4, 5, 6), given("row", [3], 10, 20, 30)],
    results: [
      { name: "turned", shape: [3, 2] },
      { name: "columns", shape: [3] },
      { name: "both", shape: [2, 3] },
    ],
  },
  dense: {
    inputs: [
      given("x", [1, 4], 1, 2, 0, -1),
      given("w", [4, 2], 1, -1, 2, 0, 3, 1, 0, 2),
      given("b", [2], 1, 0),
      given("dy", [1, 2], 1, -2),
    ],
    results: [
      { name: "y", shape: [1, 2] },
      { name: "d w", shape: [4, 2] },
      { name: "d x", shape: [1, 4] },
    ],
  },
  conv2d: {
    inputs: [
      given(
        "image",
        [1, 5, 5, 1],
        ...[0, 0, 1, 2, 0, 0, 1, 3, 2, 0, 0, 2, 3, 1, 0, 1, 3, 2, 0, 0, 2, 3, 1, 0, 0],
      ),
      given("filter", [3, 3, 1, 1], 1, 0, -1, 2, 0, -2, 1, 0, -1),
      given("b", [1], 1),
      given("dy", [1, 3, 3, 1], 1, 0, 0, 0, -1, 0, 2, 0, 0),
    ],
    results: [
      { name: "y", shape: [1, 3, 3, 1] },
      { name: "d filter", shape: [3, 3, 1, 1] },
      { name: "d image", shape: [1, 5, 5, 1] },
    ],
  },
  softmax: {
    inputs: [given("x", [1, 3], 2, 1, 0), given("truth", [1, 3], 1, 0, 0)],
    results: [
      { name: "p", shape: [1, 3] },
      { name: "L", shape: [] },
      { name: "d x", shape: [1, 3] },
    ],
  },
  sgd: parabola(given("rate", [1], 0.5)),
  momentum: parabola(given("rate", [1], 0.5), given("momentum", [1], 0.5)),
  adam: parabola(given("rate", [1], 0.5)),
} as const satisfies Readonly<Record<string, HandExample>>;

export type HandName = keyof typeof handExamples;

/** The numbers of the inputs, by name. */
export type HandValues = Readonly<Record<string, readonly number[]>>;

/** As the example has them at first. */
export function firstValues(name: HandName): HandValues {
  return Object.fromEntries(handExamples[name].inputs.map(({ name: input, values }) => [input, values]));
}

/** Throws ArgumentError for numbers that are none, or of another count than the example takes. */
export function checkHandValues(name: HandName, values: HandValues): void {
  for (const { name: input, shape } of handExamples[name].inputs) {
    const given = values[input];
    const wanted = sizeOf(shape);
    if (given?.length === wanted && given.every((value) => Number.isFinite(Math.fround(value)))) continue;
    throw new ArgumentError(
      `${name}: ${input} needs ${wanted} finite numbers, got ${given?.join(", ") ?? "none"}.`,
    );
  }
}
