/** @file Kind network: a whole network with its weights in the case. */
import type { Engine } from "../../../engine/index.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { networkSchema } from "./network-model.ts";
import { runNetworkFrom } from "./network-run.ts";

export async function runNetwork(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const network = networkSchema.parse(golden.attrs);
  const floats = (name: string) => Float32Array.from(numbersOf(tensorOf(golden, name)));
  const { results, gradients, checks } = await runNetworkFrom(golden, network, engine, {
    inputs: floats("x"),
    labels: golden.tensors.has("labels") ? numbersOf(tensorOf(golden, "labels")) : undefined,
    weights: new Map(network.params.map((name) => [name, floats(`w.${name}`)])),
  });
  const grads = Object.fromEntries([...gradients].map(([name, values]) => [`grad.${name}`, values]));
  return [...compareOutputs(golden, { ...results, ...grads }), ...checks];
}
