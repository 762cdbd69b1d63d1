/** @file What networks trained on ImageNet in Caffe expect of a photograph: channels in the order B, G, R, minus their means. */
import { ArgumentError, formatShape, ShapeError } from "../engine/errors.ts";
import { checkChoice, written } from "../engine/options.ts";
import type { Shape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { addScalar } from "../kernels/elementwise/index.ts";
import { concat, slice } from "../kernels/shape/index.ts";
import { Layer, type LayerOptions } from "../models/layers/layer.ts";
import { layerOptions } from "../models/layers/layer-options.ts";

/** Networks with trained weights. */
export type BackboneName = keyof typeof means;

/** Of all photographs that a network was trained on, in the order B, G, R. Sources: keras_applications' imagenet_utils; SqueezeNet's authors. */
const means = {
  resnet50: [103.939, 116.779, 123.68],
  squeezenet: [104, 117, 123],
} as const;

const names = Object.keys(means) as readonly BackboneName[];

/** The channel of an RGB image that each one of BGR is. */
const reversed = [2, 1, 0] as const;

/**
 * Keras's preprocess_input for photographs in main memory.
 * @param images [n, h, w, 3], RGB from 0 to 255
 * @returns a new array of the same shape, BGR minus the means of `network`; no scaling
 * @throws ArgumentError for an unknown network, or if the values are not pixels of three channels
 */
export function preprocessInput(images: ArrayLike<number>, network: BackboneName): Float32Array {
  checkChoice("preprocessInput", "network", network, names);
  const count: unknown = (images as ArrayLike<number> | undefined)?.length;
  if (typeof count !== "number" || count % 3 !== 0)
    throw new ArgumentError(`preprocessInput: needs pixels of three channels, got ${written(images)}.`);
  const pixels = new Float32Array(count);
  const mean = Float32Array.from(means[network]);
  for (let pixel = 0; pixel < count; pixel += 3)
    for (const [channel, from] of reversed.entries())
      pixels[pixel + channel] = images[pixel + from]! - mean[channel]!;
  return pixels;
}

export class PreprocessInputLayer extends Layer {
  static override readonly positional = ["network"];
  readonly className = "PreprocessInput";
  readonly network: BackboneName;

  constructor(network: BackboneName, options: LayerOptions = {}) {
    super(layerOptions("PreprocessInput", options, {}));
    checkChoice("PreprocessInput", "network", network, names);
    this.network = network;
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    if (shape.length === 3 && shape[2] === 3) return shape;
    throw new ShapeError(
      `${this.label}: takes images [h, w, 3], got ${formatShape(shape)} (without the batch axis).`,
    );
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs); // [n, h, w, 3]
    const mean = means[this.network];
    const channels = reversed.map((from, channel) =>
      addScalar(slice(x, [0, 0, 0, from], [-1, -1, -1, 1]), -mean[channel]!),
    );
    return concat(channels);
  }
}

/**
 * preprocessInput() on the GPU, as the first layer: photographs stay bytes in GPU memory, RGB from 0 to 255, [h, w, 3].
 * `sequential([Input([227, 227, 3]), PreprocessInput("squeezenet"), network])`. loadModel() is given its class,
 * `{ layers: { PreprocessInput: PreprocessInputLayer } }`.
 */
export function PreprocessInput(network: BackboneName, options: LayerOptions = {}): PreprocessInputLayer {
  return new PreprocessInputLayer(network, options);
}
