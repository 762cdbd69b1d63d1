/** @file Holds computed values against expected ones: |got - expected| <= atol + rtol * |expected|. */
import { type GoldenCase, type GoldenTensor, numbersOf } from "./cases.ts";

/** Outcome for one tensor. */
export interface Check {
  readonly tensor: string;
  /** worst error over its tolerance: up to 1 passes */
  readonly ratio: number;
  /** what was found at the worst place */
  readonly detail: string;
}

/** Values by tensor name. */
export type Results = Readonly<Record<string, ArrayLike<number>>>;

/** One check per output and gradient of the case; what was not computed fails. */
export function compareOutputs(golden: GoldenCase, results: Results): Check[] {
  const required = [...golden.tensors.values()].filter(({ role }) => role === "output" || role === "grad");
  return required.map((tensor) => compareTensor(tensor, results[tensor.name], golden.rtol));
}

function compareTensor(expected: GoldenTensor, got: ArrayLike<number> | undefined, rtol: number): Check {
  const { name: tensor, atol } = expected;
  const values = numbersOf(expected);
  if (!got) return { tensor, ratio: Number.POSITIVE_INFINITY, detail: "not computed" };
  if (got.length !== values.length) {
    const detail = `${got.length} values, expected ${values.length}`;
    return { tensor, ratio: Number.POSITIVE_INFINITY, detail };
  }
  let worst = { ratio: -1, index: 0 };
  for (let index = 0; index < values.length; index++) {
    const ratio = errorRatio(got[index]!, values[index]!, atol, rtol);
    if (ratio > worst.ratio) worst = { ratio, index };
  }
  const { ratio, index } = worst;
  const allowed = atol + rtol * Math.abs(values[index]!);
  const detail = `element ${index} is ${got[index]}, expected ${values[index]} within ${allowed.toPrecision(3)}`;
  return { tensor, ratio: Math.max(ratio, 0), detail };
}

/** A check of something that is no tensor: equal, or not. */
export function exactly(tensor: string, got: string, expected: string): Check {
  const detail = `got ${got}, expected ${expected}`;
  return { tensor, ratio: got === expected ? 0 : Number.POSITIVE_INFINITY, detail };
}

/** Error over tolerance; infinite where one of the two is no number and the other is. */
export function errorRatio(got: number, expected: number, atol: number, rtol: number): number {
  if (Object.is(got, expected) || got === expected) return 0;
  const ratio = Math.abs(got - expected) / (atol + rtol * Math.abs(expected));
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}
