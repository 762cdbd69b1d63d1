/** @file Pooling, padding and resizing as layers. */
import {
  AveragePooling2D,
  Cropping2D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  MaxPooling2D,
  UpSampling2D,
  ZeroPadding2D,
} from "../../../models/layers/index.ts";
import { numbersOf } from "../constants.ts";
import { axisOf } from "../node-reader.ts";
import type { OnnxNode } from "../onnx-node.ts";
import { imageView, isWhole, plainView, type View } from "../view.ts";
import { copiedMargins, edgeMargins, sharedPadding, slidesOf, zeroMargins } from "../windows.ts";

/** The largest or mean value of each window. */
export function readPool(node: OnnxNode): View {
  const image = node.image();
  const size = [image.shape[0]!, image.shape[1]!] as const;
  const poolSize = node.list("kernel_shape", 2, 0) as readonly [number, number];
  const slides = slidesOf(node, size, poolSize);
  if (slides.some(({ dilation }) => dilation > 1)) node.refuse("dilated windows are not taken");
  const strides = [slides[0].stride, slides[1].stride] as const;
  const padding = sharedPadding(slides, size);
  const fits = padding === "margins" ? "valid" : padding;
  if (node.proto.op === "MaxPool") {
    const layer = MaxPooling2D(poolSize, { strides, padding: fits });
    return node.applyToImage(layer, padding === "margins" ? edgeMargins(node, image, slides) : image);
  }
  const countsZeros = node.integer("count_include_pad", 0) === 1;
  if (padding === "valid" || (padding === "same" && !countsZeros))
    return node.applyToImage(AveragePooling2D(poolSize, { strides, padding }), image);
  if (!countsZeros) node.refuse("pads that are not counted must be those of SAME_UPPER");
  const pads = node.list("pads", 4, 0);
  if (
    slides.some(({ after }, axis) => after > pads[axis + 2]! && node.text("auto_pad", "NOTSET") === "NOTSET")
  )
    node.refuse("ceil_mode with counted pads is not taken");
  return node.applyToImage(AveragePooling2D(poolSize, { strides }), zeroMargins(node, image, slides));
}

/** GlobalAveragePool, GlobalMaxPool: [c,1,1]. */
export function readGlobalPool(node: OnnxNode): View {
  const mean = node.proto.op === "GlobalAveragePool";
  const pooled = node.apply(mean ? GlobalAveragePooling2D() : GlobalMaxPooling2D(), node.image());
  return { ...plainView(pooled), shape: [pooled.shape[0]!, 1, 1] };
}

/** ReduceMean and ReduceMax over height and width. */
export function readReduce(node: OnnxNode): View {
  const view = node.view();
  const axes = (node.numbers(1, "axes") ?? []).map((axis) => axisOf(axis, view.shape.length + 1));
  const reduced = axes.map((axis) => view.order[axis - 1]).sort();
  if (!isWhole(view) || view.shape.length !== 3 || reduced.join() !== "0,1")
    node.refuse(
      `only the mean or maximum over height and width is taken, not over the axes ${axes} of [n,${view.shape}]`,
    );
  const layer = node.proto.op === "ReduceMean" ? GlobalAveragePooling2D() : GlobalMaxPooling2D();
  const pooled = plainView(node.apply(layer, view.tensor));
  if (node.integer("keepdims", 1) === 0) return pooled;
  return { ...pooled, shape: view.shape.map((size, i) => (axes.includes(i + 1) ? 1 : size)) };
}

/** Margins of zeros, or of pixels of the image. */
export function readPad(node: OnnxNode): View {
  const image = node.image();
  const pads = node.numbers(1, "pads") ?? node.refuse("pads are missing");
  const axes = node.optional(3);
  if (axes || pads.length !== 8) node.refuse("pads must be given for all four axes");
  const around = (axis: number) => [pads[axis]!, pads[axis + 4]!] as const;
  if ([...around(0), ...around(1)].some((pad) => pad !== 0))
    node.refuse("only height and width can be padded");
  const [rows, columns] = [around(2), around(3)];
  if (![...rows, ...columns].every((pad) => pad >= 0 && pad <= 2 ** 20))
    node.refuse(`pads [${pads}] are not taken`);
  const mode = node.text("mode", "constant");
  if (mode === "constant") {
    const value = node.optional(2)?.data[0] ?? node.float("value", 0);
    if (value !== 0) node.refuse(`only zeros can be padded with, not ${value}`);
    return node.applyToImage(ZeroPadding2D([rows, columns]), image);
  }
  if (mode !== "reflect" && mode !== "edge") node.refuse(`the mode ${mode} is not taken`);
  let padded = image;
  for (const [axis, [before, after]] of [rows, columns].entries()) {
    const last = image.shape[axis]! - 1;
    if (before + after > 64) node.refuse(`a margin of ${before + after} copied pixels is not taken`);
    const near = Array.from({ length: before }, (_, i) => (mode === "edge" ? 0 : before - i));
    const far = Array.from({ length: after }, (_, i) => (mode === "edge" ? last : last - 1 - i));
    padded = copiedMargins(node, padded, axis as 0 | 1, near, far);
  }
  return imageView(padded);
}

/** Rows and columns cut off. */
export function readSlice(node: OnnxNode): View {
  const image = node.image();
  const starts = node.numbers(1, "starts") ?? [];
  const ends = node.numbers(2, "ends") ?? [];
  const axes = node.numbers(3, "axes") ?? starts.map((_, i) => i);
  const steps = node.optional(4);
  if (steps && numbersOf(steps).some((step) => step !== 1)) node.refuse("only steps of 1 are taken");
  const margins: [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ];
  for (const [i, axis] of axes.entries()) {
    const own = axisOf(axis, 4) - 2;
    if (own !== 0 && own !== 1) node.refuse("only rows and columns can be cut off");
    const length = image.shape[own]!;
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, 0), length);
    const [start, end] = [place(starts[i]!), place(ends[i] ?? Number.NaN)];
    if (!(end > start)) node.refuse("nothing is left of the image");
    margins[own] = [start, length - end];
  }
  return node.applyToImage(Cropping2D(margins), image);
}

/** Nearest neighbour by a whole factor. */
export function readResize(node: OnnxNode): View {
  const image = node.image();
  const old = node.proto.op === "Upsample" || node.opset < 11;
  const scales = node.optional(old ? 1 : 2);
  const sizes = old ? undefined : node.optional(3);
  const [c, h, w] = [image.shape[2]!, image.shape[0]!, image.shape[1]!];
  const given =
    scales && scales.data.length > 0
      ? numbersOf(scales)
      : numbersOf(sizes ?? node.constant(1)).map((size, i) => (i === 0 ? 1 : size / [1, c, h, w][i]!));
  const [batch, channels, height, width] = given;
  const whole =
    given.length === 4 &&
    batch === 1 &&
    channels === 1 &&
    [height, width].every((s) => Number.isInteger(s) && s! >= 1);
  if (!whole) node.refuse(`only whole factors of height and width are taken, not [${given}]`);
  const mode = node.text("mode", "nearest");
  const place = node.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  const rounding = node.text("nearest_mode", old ? "floor" : "round_prefer_floor");
  const copies =
    place === "asymmetric"
      ? rounding === "floor"
      : place.endsWith("half_pixel") && rounding.startsWith("round_prefer");
  if (mode !== "nearest" || !copies)
    node.refuse(`the mode ${mode} (${place}, ${rounding}) is not taken: only pixels repeated`);
  return node.applyToImage(UpSampling2D([height!, width!]), image);
}
