/** @file The public face of the exchange with other frameworks. */
export { loadOnnxModel } from "./onnx/read-model.ts";
export { saveOnnxModel, toOnnx } from "./onnx/write-model.ts";
export {
  formatTorchRows,
  loadTorchWeights,
  type TorchOptions,
  type TorchRow,
  toTorchWeights,
} from "./torch/torch-weights.ts";
