/** @file Saliency: how much the score of a class changes with each pixel (Simonyan, Vedaldi and Zisserman 2013). */
import { gradients } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { abs } from "../../kernels/elementwise/index.ts";
import { max } from "../../kernels/reduce/index.ts";
import type { Model } from "../model.ts";
import {
  type Attribution,
  type AttributionOptions,
  attribute,
  attributionNames,
  type Explained,
  explainedScore,
} from "./attribute.ts";
import { scoreGraph, wholeGraph } from "./score-graph.ts";

/**
 * |d score / d pixel|, the largest over the channels, of images [n, h, w, c]: a map [h, w] for each. Of a network that takes
 * images as [h, w] or as rows, each value has its own slope: a map of that shape, of rows [1, size]. The score is that before
 * softmax or sigmoid: after them, more of a class may only mean less of the others. Pixels are what the network gets, after the
 * data's scale; layers behave as in prediction. Source: Simonyan et al. 2013, "Deep Inside Convolutional Networks", section 3.
 * @param images whatever model.predict() takes
 * @throws ArgumentError for a model without one input [h, w, c], [h, w] or [size] and one output [classes], or a class that it does not have
 */
export async function saliency(
  model: Model,
  images: Explained,
  options: AttributionOptions = {},
): Promise<Attribution> {
  checkOptionNames("saliency", options, attributionNames);
  const graph = scoreGraph("saliency", model);
  const { shape } = graph.input;
  if (shape.length < 1 || shape.length > 3)
    throw new ArgumentError(
      `saliency: ${model.name} takes ${formatShape(shape)}; images [h,w,c], [h,w] or rows [size] are explained.`,
    );
  const [height, width] = shape.length === 1 ? [1, shape[0]!] : (shape as readonly [number, number]);
  const whole = wholeGraph(graph);
  const found = await attribute("saliency", model, graph, { source: images, options }, ({ x, wanted }) => {
    let scores: Tensor | undefined;
    const body = () => {
      [scores] = whole.run(x.engine, [x], { training: false, stream: 0 });
      return explainedScore(scores!, wanted);
    };
    const { gradients: slopes } = gradients(x.engine, body, [x]);
    const sizes = abs(slopes[0]!);
    return { maps: shape.length === 3 ? max(sizes, { axes: [3] }) : sizes, scores: scores! };
  });
  return { ...found, height, width };
}
