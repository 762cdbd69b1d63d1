/**
 * @file The package `wgrad`: the engine (tensors, gradients, recording, kernels of your own) and the models (layers, fit,
 * optimizers, weights). `wgrad/kernels` has the ops, `wgrad/datasets` the data sets, `wgrad/lessons` the worked examples and the
 * gradient check.
 */
export * from "./engine/index.ts";
export * from "./models/index.ts";
