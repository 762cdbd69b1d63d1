/** @file One pass of a convolution by a forced variant, and what the float64 reference makes of the same random values. */
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import {
  type Pass,
  passReference,
  passShapes,
  runPass,
} from "../../../lessons/properties/convolution-pass.ts";
import { expectClose } from "../../support/compare.ts";
import { roundedToHalf } from "../../support/half.ts";
import { spoiled } from "../../support/hostile.ts";
import { randomArray } from "../../support/random.ts";

export interface PassCase extends Pass {
  readonly seed: number;
  /** all values but the bias are numbers of f16, whatever the tensors' type */
  readonly rounded?: boolean;
  /** NaN and infinities in the operand of this number: 0 the image (or the output of an activation), 1 filters, 2 dy */
  readonly spoil?: number;
}

/**
 * What the pass gives, what it should, without bias and activation for the naive variant, and how many terms each element sums. The
 * gradient of the bias is compared here.
 */
export async function comparePass(
  engine: Engine,
  { seed, rounded = false, spoil, ...pass }: PassCase,
): Promise<{ actual: Tensor; expected: Array64; terms: number }> {
  const random = (shape: readonly number[], offset: number, round: boolean) => {
    const values = randomArray(shape, seed + offset);
    if (spoil === offset) return spoiled(values, seed);
    return round ? roundedToHalf(values) : values;
  };
  const half = rounded || pass.dtype === "f16";
  const shapes = passShapes(pass.problem);
  const values = {
    image: random(shapes.image, 0, half),
    filters: random(shapes.filters, 1, rounded),
    dy: random(shapes.dy, 2, half),
    bias: random(shapes.bias, 3, false),
  };
  const actual = runPass(engine, pass, values);
  const { result, dbias, terms } = passReference(pass, values);
  if (spoil === undefined && dbias)
    expectClose(await actual.dbias!.data(), dbias.data, { terms, scale: 1 }, "gradient of the bias");
  return { actual: actual.result, expected: result, terms };
}
