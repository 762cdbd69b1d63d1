/** @file Kind op: the outputs of an op and the gradients of <y, cotangent>. */
import type { Engine } from "../../../engine/index.ts";
import { Attributes } from "../attributes.ts";
import type { GoldenCase } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { innerProduct, runWithGradients, uploadInputs } from "./differentiate.ts";
import { ops } from "./op-table.ts";

export function supportsOp(op: string): boolean {
  return Object.hasOwn(ops, op);
}

export async function runOp(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const inputs = uploadInputs(golden, engine);
  const compute = () => ops[golden.op]!(inputs, new Attributes(golden));
  const results = await runWithGradients(golden, engine, inputs, compute, ({ y }) =>
    innerProduct(y!, inputs.cotangent!),
  );
  return compareOutputs(golden, results);
}
