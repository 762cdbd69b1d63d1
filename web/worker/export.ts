/** @file The open network as a file that others read; what writes their formats is loaded when it is wanted. */
import { platform } from "#platform";
import { saveModel } from "../../models/saving/save.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import type { ExportFormat } from "./network-protocol.ts";
import type { Training } from "./training.ts";

type ModelFormat = Exclude<ExportFormat, "typescript">;

const names: Readonly<Record<ModelFormat, string>> = {
  python: "network.py",
  safetensors: "weights.safetensors",
  model: "model.safetensors",
  onnx: "network.onnx",
};

/** Writes the file to the browser's own file system; returns where, and what to call it. */
export async function exportModel(
  { model }: Pick<Training, "model">,
  format: ModelFormat,
): Promise<{ readonly path: string; readonly name: string }> {
  const name = names[format];
  const path = platform.files.join("lab", name);
  await platform.files.makeFolder("lab");
  if (format === "safetensors") await saveWeights(model, path);
  else await platform.files.write(path, [await bytesOf(model, format)]);
  return { path, name };
}

async function bytesOf(
  model: Training["model"],
  format: Exclude<ModelFormat, "safetensors">,
): Promise<Uint8Array> {
  if (format === "model") return saveModel(model);
  if (format === "python") {
    const { toKeras } = await import("../../exchange/keras/code.ts");
    return new TextEncoder().encode(toKeras(model));
  }
  const { toOnnx } = await import("../../exchange/onnx/write-model.ts");
  return toOnnx(model);
}
