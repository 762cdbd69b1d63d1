/** @file A model out to ONNX, computed by onnxruntime, and back in. */
import * as ort from "onnxruntime-web";
import { expect } from "vitest";
import type { Engine } from "../../engine/index.ts";
import { sizeOf } from "../../engine/shape.ts";
import { toOnnx } from "../../exchange/index.ts";
import { readOnnxModel } from "../../exchange/onnx/read-model.ts";
import type * as m from "../../models/index.ts";

ort.env.wasm.numThreads = 1;

/** Numbers in [-1, 1) that are the same in every run. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Weights that no layer starts with, so that a bias or moving mean in the wrong place is seen. */
function disturb(model: m.Model): void {
  const values = model.weights.map(({ path, variable }, i) => {
    const own = numbers(variable.size, i + 7);
    const inputs = variable.size / variable.shape.at(-1)!;
    const scale = inputs > 1 ? Math.sqrt(3 / inputs) : 0.5; // keeps the size of what goes through many layers
    return [
      path,
      path.endsWith("variance") ? own.map((x) => Math.abs(x) + 0.5) : own.map((x) => x * scale),
    ] as const;
  });
  model.setWeights(new Map(values));
}

async function throughOnnxRuntime(
  bytes: Uint8Array,
  inputs: readonly Float32Array[],
  model: m.Model,
  batch: number,
) {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = session.inputNames.map((name, i) => {
    return [name, new ort.Tensor("float32", inputs[i]!, [batch, ...model.inputs[i]!.shape])] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return session.outputNames.map((name) => results[name]!.data as Float32Array);
}

/** Worst difference over the largest value. */
function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0) / largest;
}

/** Holds onnxruntime's outputs against our own, and the model that comes back from the file against both. */
export async function checkThroughOnnx(
  engine: Engine,
  model: m.Model,
  { exact = true, batch = 3 }: { readonly exact?: boolean; readonly batch?: number } = {},
): Promise<void> {
  await model.compile({ optimizer: "sgd", loss: "mse", engine });
  disturb(model);
  const inputs = model.inputs.map(({ shape }, i) => numbers(batch * sizeOf(shape), i + 1));
  const named = Object.fromEntries(model.inputNames.map((name, i) => [name, inputs[i]!]));
  const own = Object.values(await model.predictOutputs(named));
  const bytes = await toOnnx(model);
  const theirs = await throughOnnxRuntime(bytes, inputs, model, batch);
  for (const [i, output] of own.entries()) expect(difference(output, theirs[i]!)).toBeLessThan(2e-5);
  const back = readOnnxModel(bytes, "own.onnx");
  await back.compile({ optimizer: "sgd", loss: "mse", engine });
  const again = Object.fromEntries(back.inputNames.map((name, i) => [name, inputs[i]!]));
  const outputs = Object.values(await back.predictOutputs(again));
  for (const [i, output] of own.entries()) {
    if (exact) expect(outputs[i]).toEqual(output);
    else expect(difference(output, outputs[i]!)).toBeLessThan(2e-5);
  }
  back.dispose();
  model.dispose();
}
