/** @file The public face of the exchange with other frameworks: models and weights of Keras, ONNX and PyTorch. */
export { toKeras } from "./keras/code.ts";
export { type KerasModelOptions, loadKerasModel } from "./keras/load-model.ts";
export { type KerasWeightOptions, loadKerasWeights } from "./keras/load-weights.ts";
export { type KerasFormat, kerasBytes, type SaveKerasOptions, saveKerasModel } from "./keras/save-model.ts";
export { loadOnnxModel } from "./onnx/read-model.ts";
export { saveOnnxModel, toOnnx } from "./onnx/write-model.ts";
export {
  formatTorchRows,
  loadTorchWeights,
  type TorchOptions,
  type TorchRow,
  toTorchWeights,
} from "./torch/torch-weights.ts";
