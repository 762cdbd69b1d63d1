/** @file Transposed convolution in float64, as plain loops: every pixel of the image stamps the filters onto the output. */
import { type Array64, array64 } from "../reference.ts";

/** A transposed convolution as numbers: out = h * stride for `same`, and for `valid` h * stride + max(extent - stride, 0). */
export interface TransposedSizes {
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** Along one axis: the output's size, and how much of the stamps' overhang is cut off before it. */
function along(size: number, window: number, stride: number, dilation: number, padding: "same" | "valid") {
  const extent = (window - 1) * dilation + 1;
  const overhang = Math.max(extent - stride, 0);
  if (padding === "valid") return { size: size * stride + overhang, cut: 0 };
  return { size: size * stride, cut: Math.floor(overhang / 2) };
}

function axesOf(image: Array64, filters: Array64, { strides, dilation, padding }: TransposedSizes) {
  const [, height, width] = image.shape as [number, number, number];
  const [windowHeight, windowWidth] = filters.shape as [number, number];
  return {
    vertical: along(height, windowHeight, strides[0], dilation[0], padding),
    horizontal: along(width, windowWidth, strides[1], dilation[1], padding),
  };
}

/** Calls `visit` for every product with the indices of its three factors: a pixel, a weight, an element of the output. */
function forEachProduct(
  image: Array64,
  filters: Array64,
  sizes: TransposedSizes,
  visit: (image: number, filter: number, y: number) => void,
): void {
  const [, height, width, channels] = image.shape as [number, number, number, number];
  const [windowHeight, windowWidth, count] = filters.shape as [number, number, number, number];
  const { strides, dilation } = sizes;
  const { vertical, horizontal } = axesOf(image, filters, sizes);
  for (let pixel = 0; pixel < image.data.length / channels; pixel++) {
    const w = pixel % width;
    const h = Math.floor(pixel / width) % height;
    const n = Math.floor(pixel / (width * height));
    for (let kh = 0; kh < windowHeight; kh++) {
      const oh = h * strides[0] + kh * dilation[0] - vertical.cut;
      if (oh < 0 || oh >= vertical.size) continue;
      for (let kw = 0; kw < windowWidth; kw++) {
        const ow = w * strides[1] + kw * dilation[1] - horizontal.cut;
        if (ow < 0 || ow >= horizontal.size) continue;
        for (let k = 0; k < count; k++) {
          const weight = ((kh * windowWidth + kw) * count + k) * channels;
          const output = ((n * vertical.size + oh) * horizontal.size + ow) * count + k;
          for (let c = 0; c < channels; c++) visit(pixel * channels + c, weight + c, output);
        }
      }
    }
  }
}

/** y [n, oh, ow, k] from image [n, h, w, c] and filters [kh, kw, k, c] */
export function conv2dTransposeReference(image: Array64, filters: Array64, sizes: TransposedSizes): Array64 {
  const { vertical, horizontal } = axesOf(image, filters, sizes);
  const y = array64([image.shape[0]!, vertical.size, horizontal.size, filters.shape[2]!]);
  forEachProduct(image, filters, sizes, (i, f, o) => {
    y.data[o]! += image.data[i]! * filters.data[f]!;
  });
  return y;
}

/** dimage and dfilters: each pixel and each weight collects from every product it took part in. */
export function conv2dTransposeGradientReference(
  dy: Array64,
  image: Array64,
  filters: Array64,
  sizes: TransposedSizes,
): [Array64, Array64] {
  const [dimage, dfilters] = [array64(image.shape), array64(filters.shape)];
  forEachProduct(image, filters, sizes, (i, f, o) => {
    dimage.data[i]! += dy.data[o]! * filters.data[f]!;
    dfilters.data[f]! += dy.data[o]! * image.data[i]!;
  });
  return [dimage, dfilters];
}
