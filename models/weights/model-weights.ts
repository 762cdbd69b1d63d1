/** @file A model's weights as a safetensors file: Keras's names, layer order. */
import { FileError, formatShape } from "../../engine/errors.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Model } from "../model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** Writes all weights, as float32. Throws FileError. */
export async function saveWeights(model: Model, path: string): Promise<void> {
  const values = await model.getWeights();
  const entries = model.weights.map(({ path: name, variable }) => {
    return { name, shape: variable.shape, data: values.get(name)! };
  });
  writeSafetensors(path, entries, { format: "wgrad" });
}

/**
 * Sets all weights of the model from a file. Nothing is set unless every weight is there with the right type and shape.
 * Throws FileError with a table of what matched and what did not.
 */
export function loadWeights(model: Model, path: string): void {
  const { tensors } = readSafetensors(path);
  const values = new Map<string, Float32Array>();
  const problems: string[] = [];
  for (const { path: name, variable } of model.weights) {
    const found = tensors.get(name);
    if (!found) problems.push(`${name} ${formatShape(variable.shape)}: missing`);
    else if (!sameShape(found.shape, variable.shape)) {
      problems.push(`${name}: ${formatShape(variable.shape)} expected, ${formatShape(found.shape)} found`);
    } else if (!(found.data instanceof Float32Array))
      problems.push(`${name}: F32 expected, ${found.dtype} found`);
    else values.set(name, found.data);
  }
  const extra = [...tensors.keys()].filter((name) => !model.weights.some((weight) => weight.path === name));
  problems.push(...extra.map((name) => `${name}: the model has no such weight`));
  if (problems.length > 0) {
    throw new FileError(`${path} does not fit the model ${model.name}:\n  ${problems.join("\n  ")}`);
  }
  model.setWeights(values);
}
