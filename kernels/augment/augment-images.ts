/** @file Augmentation: images moved, turned, stretched, mirrored and shifted in brightness, each in a way of its own. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOptionNames, requireListOf } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireStream } from "../dropout/stream.ts";
import { max, min } from "../reduce/reduce.ts";
import { requireFloat } from "../shape/arguments.ts";
import {
  type AugmentOptions,
  augmentOptionNames,
  centreOf,
  drawRanges,
  type SamplingOptions,
  samplingConstants,
  samplingOptionNames,
} from "./options.ts";
import { checkTransform, type ImageTransform, mapRow } from "./transform.ts";

const transformKernel = kernel("augment/transform-images", {
  reads: ["x", "maps"],
  writes: ["y"],
  flops: { y: ({ BILINEAR }) => (BILINEAR ? 9 : 0) },
});
const shiftKernel = kernel("augment/shift-channels", {
  reads: ["x", "maps", "lowest", "highest"],
  writes: ["y"],
  flops: { y: 3 },
});
const drawKernel = kernel("augment/draw-maps", {
  reads: ["order"],
  writes: ["maps"],
  step: true,
  flops: { maps: 6 },
});

/**
 * A batch as Keras's ImageDataGenerator would augment it: affine map, channel shift, flips. The parameters of sample
 * order[step.position + step.sample + i] come from (seed, epoch, that sample, stream) alone: a batch cut into micro-batches, a
 * replayed or a resumed run gives the same images. Stands right behind gatherSamples().
 * @param x images [n, h, w, c]
 * @param order sample indices [count], u32, as gatherSamples() takes it
 * @param options.stream number of the random sequence
 * @throws ShapeError if x is no image batch; ArgumentError if a range is wrong
 */
export function augmentImages(
  x: Tensor,
  order: Tensor<"u32">,
  options: AugmentOptions & { readonly stream: number },
): Tensor {
  const [batch, height, width] = imageShape("augmentImages", x);
  checkOptionNames("augmentImages", options, { ...augmentOptionNames, stream: true });
  requireStream("augmentImages", options.stream);
  const ranges = drawRanges(options, height, width);
  const [row, column] = centreOf(options, height, width);
  const constants = {
    ROTATION: ranges.rotation,
    SHIFT_ROWS: ranges.shiftRows,
    SHIFT_COLUMNS: ranges.shiftColumns,
    SHEAR: ranges.shear,
    ZOOM_LOW: ranges.zoom[0],
    ZOOM_HIGH: ranges.zoom[1],
    CHANNEL_SHIFT: ranges.channelShift,
    FLIP_HORIZONTAL: ranges.flipHorizontal,
    FLIP_VERTICAL: ranges.flipVertical,
    CENTRE_ROW: row,
    CENTRE_COLUMN: column,
    STREAM: options.stream,
  };
  return x.engine.scope(() => {
    const { maps } = run(drawKernel, { order }, { maps: [batch, 8] }, { constants, invocations: batch });
    return applyMaps(x, maps, options, ranges.channelShift !== 0);
  });
}

/**
 * A batch with the transformation of each image given.
 * @param x images [n, h, w, c]
 * @param transforms one per image
 */
export function transformImages(
  x: Tensor,
  transforms: readonly ImageTransform[],
  options: SamplingOptions = {},
): Tensor {
  const [batch, height, width] = imageShape("transformImages", x);
  requireListOf("transformImages", transforms, "transformations");
  if (transforms.length !== batch) {
    throw new ShapeError(
      `transformImages: ${transforms.length} transformations for ${batch} images. x ${formatShape(x.shape)} (n,h,w,c).`,
    );
  }
  checkOptionNames("transformImages", options, samplingOptionNames);
  for (const transform of transforms) checkTransform("transformImages", transform);
  const centre = centreOf(options, height, width);
  return x.engine.scope(() => {
    const rows = transforms.flatMap((transform) => mapRow(transform, centre));
    const shifts = transforms.some(({ channelShift = 0 }) => channelShift !== 0);
    return applyMaps(x, x.engine.tensor(rows, [batch, 8]), options, shifts);
  });
}

function applyMaps(x: Tensor, maps: Tensor, options: SamplingOptions, shifts: boolean): Tensor {
  const [batch, height, width, channels] = imageShape("augment", x);
  const constants = { HEIGHT: height, WIDTH: width, CHANNELS: channels, ...samplingConstants(options) };
  const invocations = batch * height * width;
  const moved = run(transformKernel, { x, maps }, { y: x.shape }, { constants, invocations }).y;
  if (!shifts) return moved;
  const axes = [1, 2, 3];
  const inputs = { x: moved, maps, lowest: min(moved, { axes }), highest: max(moved, { axes }) };
  const perImage = { constants: { PER_IMAGE: height * width * channels }, invocations: x.size };
  return run(shiftKernel, inputs, { y: x.shape }, perImage).y;
}

function imageShape(op: string, x: Tensor): readonly [number, number, number, number] {
  requireFloat(op, "x", x);
  const [n, h, w, c] = x.shape;
  if (x.shape.length === 4) return [n!, h!, w!, c!];
  throw new ShapeError(`${op}: expects images (n,h,w,c), got ${formatShape(x.shape)}.`);
}
