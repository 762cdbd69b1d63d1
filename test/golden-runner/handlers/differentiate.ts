/** @file Puts a case's tensors on the GPU, runs an op on them and differentiates it. */
import { type Engine, gradients, type Tensor } from "../../../engine/index.ts";
import { mul } from "../../../kernels/elementwise/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import { type GoldenCase, type GoldenTensor, numbersOf } from "../cases.ts";

/** Tensors of a case on the GPU, by name. */
export type Inputs = Readonly<Record<string, Tensor>>;

/** Everything that goes into an op: floats as f32, integers as i32. */
export function uploadInputs(golden: GoldenCase, engine: Engine): Inputs {
  const roles = new Set(["input", "param", "const", "cotangent"]);
  const given = [...golden.tensors.values()].filter(({ role }) => roles.has(role));
  return Object.fromEntries(given.map((tensor) => [tensor.name, upload(tensor, engine)]));
}

function upload(tensor: GoldenTensor, engine: Engine): Tensor {
  const isFloat = /^B?F/.test(tensor.dtype);
  return engine.tensor(numbersOf(tensor), tensor.shape, isFloat ? "f32" : "i32");
}

/**
 * Values of the outputs and of `grad.<input>` for every gradient the case lists. `scalar` turns the outputs into what
 * is differentiated.
 */
export async function runWithGradients(
  golden: GoldenCase,
  engine: Engine,
  inputs: Inputs,
  compute: () => Readonly<Record<string, Tensor>>,
  scalar: (outputs: Readonly<Record<string, Tensor>>) => Tensor,
): Promise<Record<string, ArrayLike<number>>> {
  const names = [...golden.tensors.values()].filter(({ role }) => role === "grad").map(({ name }) => name);
  const sources = names.map((name) => inputs[name.replace(/^grad\./, "")]!);
  let outputs: Readonly<Record<string, Tensor>> = {};
  const body = () => {
    outputs = compute();
    return scalar(outputs);
  };
  const tensors: Record<string, Tensor> = {};
  if (names.length > 0) {
    const result = gradients(engine, body, sources);
    for (const [i, name] of names.entries()) tensors[name] = result.gradients[i]!;
  } else outputs = compute();
  const all = Object.entries({ ...outputs, ...tensors });
  return Object.fromEntries(
    await Promise.all(all.map(async ([name, tensor]) => [name, await tensor.data()] as const)),
  );
}

/** <y, cotangent>, whose gradient with respect to y is the cotangent. */
export function innerProduct(y: Tensor, cotangent: Tensor): Tensor {
  return sum(mul(y, cotangent));
}
