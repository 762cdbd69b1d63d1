/** @file One pass of a convolution on random tensors, in any variant: what benches time and the tuner compares. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { filterGradient, forward, inputGradient } from "../../kernels/conv2d/passes.ts";
import type { Convolution } from "../../kernels/conv2d/problem.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../kernels/conv2d/variant.ts";
import { passShapes } from "../properties/convolution-pass.ts";
import { dispose, randomTensor } from "./random-tensor.ts";

/** Makes the tensors; `run` computes the pass once, `free` gives them back. */
export function timedPass(engine: Engine, pass: ConvolutionPass, problem: Convolution) {
  const shapes = passShapes(problem);
  const image = randomTensor(engine, shapes.image, 1).tensor;
  const filters = randomTensor(engine, shapes.filters, 2).tensor;
  const dy = randomTensor(engine, shapes.dy, 3).tensor;
  const run = (variant: ConvolutionVariant): Tensor => {
    if (pass === "forward") return forward(problem, { image, filters, bias: undefined }, "linear", variant);
    if (pass === "input-gradient")
      return inputGradient(problem, { dy, filters, output: shapes.image }, "linear", variant);
    return filterGradient(problem, { image, dy, output: shapes.filters }, variant);
  };
  return { run, free: () => dispose([image, filters, dy]) };
}
