/**
 * @file Files that exporters wrote (fixtures/onnx): PyTorch 2.13 by both of its exporters, Keras 3.15 on PyTorch, and MLPs of
 * scikit-learn laid out as skl2onnx does. expected.json has what onnxruntime 1.30 computes from x[i] = sin(1.7 i).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { permuted } from "../../exchange/onnx/constants.ts";
import { readOnnxModel } from "../../exchange/onnx/read-model.ts";
import type { Model } from "../../models/index.ts";
import { expectClose } from "../support/compare.ts";
import { useEngine } from "../support/engine.ts";

interface Expected {
  /** of the file's input, with the batch */
  readonly input: number[];
  readonly shape: number[];
  readonly output: number[];
}

const folder = join(import.meta.dirname, "fixtures/onnx");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<string, Expected>;
const engine = useEngine();

function modelOf(name: string): Model {
  return readOnnxModel(new Uint8Array(gunzipSync(readFileSync(join(folder, `${name}.onnx.gz`)))), name);
}

it.each(Object.entries(expected))("%s: predictions as onnxruntime's", async (name, {
  input,
  shape,
  output,
}) => {
  const model = modelOf(name);
  model.initialize(engine(), 0);
  const x = Float32Array.from({ length: input.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 1.7));
  const isTurned = input.length === 4 && name.startsWith("torch"); // channels first in the file, last here
  const own = isTurned ? (permuted({ shape: input, data: x }, [0, 2, 3, 1]).data as Float32Array) : x;
  const y = await model.predict(own);
  const [n, c, h, w] = shape as [number, number, number, number];
  const turned = permuted({ shape: [n, h, w, c], data: y }, [0, 3, 1, 2]).data;
  expectClose(isTurned && shape.length === 4 ? turned : y, output, { terms: 100, scale: 1 });
  model.dispose();
});

it.each([
  ["torch-gelu-torchscript", "InputLayer Dense Activation LayerNormalization Dense"],
  ["torch-gelu-dynamo", "InputLayer Dense Activation LayerNormalization Dense"],
  [
    "torch-sep-dynamo",
    "InputLayer DepthwiseConv2D Conv2D GroupNormalization Activation ZeroPadding2D MaxPooling2D GlobalMaxPooling2D Dense",
  ],
  ["keras-branches", "InputLayer Conv2D DepthwiseConv2D Conv2D Add GlobalAveragePooling2D Dense"],
  ["sklearn-regressor", "InputLayer Dense Dense"],
])("%s becomes the layers that it was", (name, layers) => {
  expect(
    modelOf(name)
      .layers.map(({ className }) => className)
      .join(" "),
  ).toBe(layers);
});
