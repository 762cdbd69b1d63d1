/** @file Grad-CAM: which places of the last feature map speak for a class (Selvaraju et al. 2017). */
import { gradients } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { mul, relu } from "../../kernels/elementwise/index.ts";
import { mean, sum } from "../../kernels/reduce/index.ts";
import type { Model } from "../model.ts";
import {
  type Attribution,
  type AttributionOptions,
  attribute,
  attributionNames,
  type Explained,
  explainedScore,
} from "./attribute.ts";
import { cutGraph, scoreGraph } from "./score-graph.ts";

/** Which class is explained, and by the maps of which layer. */
export interface GradCamOptions extends AttributionOptions {
  /** the layer whose feature map [h, w, k] is weighed. Default: where that of the last convolution leaves its size */
  readonly layer?: string;
}

export interface GradCam extends Attribution {
  /** the layer whose feature map was weighed */
  readonly layer: string;
  /** [n, mapHeight, mapWidth]: the maps before they were enlarged */
  readonly coarse: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

/**
 * relu(sum over k of weight_k feature_k), where weight_k is the mean over all places of d score / d feature_k, enlarged
 * bilinearly to the image: a map [h, w] for each image. The feature map is that of the last convolution behind its normalisation,
 * activation or residual sum; the score is that before softmax or sigmoid. Source: Selvaraju et al. 2017, "Grad-CAM", equations 1
 * and 2.
 * @param images whatever model.predict() takes
 * @throws ArgumentError for a model without a convolution, a layer that it does not have or that paths lead around
 */
export async function gradCam(
  model: Model,
  images: Explained,
  options: GradCamOptions = {},
): Promise<GradCam> {
  checkOptionNames("gradCam", options, { ...attributionNames, layer: true });
  const graph = scoreGraph("gradCam", model);
  const { shape } = graph.input;
  if (shape.length !== 3)
    throw new ArgumentError(
      `gradCam: ${model.name} takes ${formatShape(shape)}; images [h,w,c] are explained.`,
    );
  const [height, width] = shape as readonly [number, number];
  const { before, after, layer, shape: mapShape } = cutGraph("gradCam", graph, options.layer);
  const [mapHeight, mapWidth] = mapShape as readonly [number, number];
  const call = { training: false, stream: 0 };
  const found = await attribute("gradCam", model, graph, { source: images, options }, ({ x, wanted }) => {
    const [features] = before.run(x.engine, [x], call) as [Tensor]; // [n, h, w, k]
    let scores: Tensor | undefined;
    const body = () => {
      [scores] = after.run(x.engine, [features], call);
      return explainedScore(scores!, wanted);
    };
    const { gradients: slopes } = gradients(x.engine, body, [features]);
    const weights = mean(slopes[0]!, { axes: [1, 2], keepDims: true });
    return { maps: relu(sum(mul(features, weights), { axes: [3] })), scores: scores! };
  });
  const maps = enlarged(found.maps, [mapHeight, mapWidth], [height, width]);
  return { ...found, maps, coarse: found.maps, layer, height, width, mapHeight, mapWidth };
}

type Size = readonly [height: number, width: number];

/** Maps [n, from] as [n, to]: bilinear, centres of pixels on centres, edges repeated, as by PyTorch without align_corners. */
function enlarged(maps: Float32Array, from: Size, to: Size): Float32Array {
  const [rows, columns] = [places(from[0], to[0]), places(from[1], to[1])];
  const count = maps.length / (from[0] * from[1]);
  const result = new Float32Array(count * to[0] * to[1]);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const value = (row: number, column: number) => maps[(i * from[0] + row) * from[1] + column]!;
    for (const y of rows) {
      for (const x of columns) {
        const above = value(y.first, x.first) * (1 - x.share) + value(y.first, x.second) * x.share;
        const below = value(y.second, x.first) * (1 - x.share) + value(y.second, x.second) * x.share;
        result[at++] = above * (1 - y.share) + below * y.share;
      }
    }
  }
  return result;
}

/** For each of `to` pixels the two of `from` that it lies between, and the share of the second. */
function places(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const first = Math.min(Math.floor(position), from - 1);
    return { first, second: Math.min(first + 1, from - 1), share: position - first };
  });
}
