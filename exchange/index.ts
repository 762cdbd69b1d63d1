/** @file The public face of the exchange with other frameworks. */
export { loadOnnxModel } from "./onnx/read-model.ts";
export { saveOnnxModel, toOnnx } from "./onnx/write-model.ts";
