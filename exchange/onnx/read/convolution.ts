/** @file Conv and ConvTranspose as layers. */
import { Conv2D, Conv2DTranspose, Cropping2D, DepthwiseConv2D } from "../../../models/layers/index.ts";
import type { SymbolicTensor } from "../../../models/symbolic.ts";
import { type Constant, permuted } from "../constants.ts";
import type { OnnxNode } from "../onnx-node.ts";
import { imageView, type View } from "../view.ts";
import { sharedPadding, slidesOf, zeroMargins } from "../windows.ts";
import { takeActivation, takeBias } from "./epilogue.ts";

/** Filters [out, in / groups, h, w] over an image. */
export function readConv(node: OnnxNode): View {
  const image = node.image();
  const weight = node.weight(1, 4, "[out,in,h,w]");
  const [filters, perGroup, kernelHeight, kernelWidth] = fourAxes(weight);
  const [height, width, channels] = image.shape as readonly [number, number, number];
  const groups = node.integer("group", 1);
  if (groups < 1 || perGroup * groups !== channels || filters % groups !== 0) {
    node.refuse(
      `the weight "${weight.name ?? ""}" [${weight.shape}] expects ${perGroup * groups} channels in ${groups} groups, the image has ${channels} channels`,
    );
  }
  const slides = slidesOf(node, [height, width], [kernelHeight, kernelWidth]);
  const padding = sharedPadding(slides, [height, width]);
  const bias = takeBias(node, node.vector(2, filters), filters, 3);
  const options = {
    strides: [slides[0].stride, slides[1].stride],
    padding: padding === "margins" ? "valid" : padding,
    dilationRate: [slides[0].dilation, slides[1].dilation],
    useBias: bias.data !== undefined,
    activation: takeActivation(node),
  } as const;
  const depthwise = groups === channels && channels > 1;
  const kernelSize = [kernelHeight, kernelWidth] as const;
  const key = JSON.stringify(["Conv", weight.name, bias.name, groups, options]);
  const layer = node.workshop.layer(weight.name === undefined ? "" : key, () => {
    const name = node.layerName(weight);
    const made = depthwise
      ? DepthwiseConv2D(kernelSize, { ...options, depthMultiplier: filters / channels, name })
      : Conv2D(filters, kernelSize, { ...options, groups, name });
    // [out, in, h, w] to [h, w, in, out]; depthwise, output c * m + j is output j of channel c
    const shape = depthwise ? [channels, filters / channels, kernelHeight, kernelWidth] : weight.shape;
    const order = depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
    const kernel = permuted({ shape, data: weight.data }, order).data as Float32Array;
    const weights = new Map([[depthwise ? "depthwise_kernel" : "kernel", kernel]]);
    if (bias.data) weights.set("bias", bias.data);
    node.workshop.setWeights(made, weights);
    return made;
  });
  return node.applyToImage(layer, padding === "margins" ? zeroMargins(node, image, slides) : image);
}

/** Kernel [in, out, h, w]; what pads and output_padding leave of the whole result is cut out of it. */
export function readConvTranspose(node: OnnxNode): View {
  const image = node.image();
  const weight = node.weight(1, 4, "[in,out,h,w]");
  const [channels, filters, kernelHeight, kernelWidth] = fourAxes(weight);
  if (channels !== image.shape[2])
    node.refuse(
      `the weight "${weight.name ?? ""}" expects ${channels} channels, the image has ${image.shape[2]} channels`,
    );
  if (node.integer("group", 1) !== 1) node.refuse("groups are not taken in transposed convolutions");
  const strides = node.list("strides", 2, 1);
  const dilationRate = node.list("dilations", 2, 1);
  if (![...strides, ...dilationRate].every((value) => value >= 1))
    node.refuse("strides and dilations must be 1 or more");
  const cuts = [0, 1].map((axis) =>
    cutAlong(
      node,
      axis as 0 | 1,
      image.shape[axis]!,
      ([kernelHeight, kernelWidth][axis]! - 1) * dilationRate[axis]! + 1,
      strides[axis]!,
    ),
  ) as [Cut, Cut];
  const padding = cuts.every(({ same }) => same) ? "same" : "valid";
  const cut = padding === "valid" && cuts.some(({ before, after }) => before + after > 0);
  const bias = takeBias(node, node.vector(2, filters), filters, 3);
  const options = {
    strides: strides as [number, number],
    padding,
    dilationRate: dilationRate as [number, number],
    useBias: bias.data !== undefined,
    activation: takeActivation(node),
  } as const;
  const key = JSON.stringify(["ConvTranspose", weight.name, bias.name, options]);
  const layer = node.workshop.layer(weight.name === undefined ? "" : key, () => {
    const made = Conv2DTranspose(filters, [kernelHeight, kernelWidth], {
      ...options,
      name: node.layerName(weight),
    });
    const weights = new Map([["kernel", permuted(weight, [2, 3, 1, 0]).data as Float32Array]]);
    if (bias.data) weights.set("bias", bias.data);
    node.workshop.setWeights(made, weights);
    return made;
  });
  const whole: SymbolicTensor = node.apply(layer, image);
  if (!cut) return imageView(whole);
  const margins = cuts.map(({ before, after }) => [before, after] as const) as [
    readonly [number, number],
    readonly [number, number],
  ];
  return imageView(node.apply(Cropping2D(margins), whole));
}

/** Pixels to cut off a whole transposed convolution along one axis; `same` if that is Keras's padding "same". */
interface Cut {
  readonly before: number;
  readonly after: number;
  readonly same: boolean;
}

function cutAlong(node: OnnxNode, axis: 0 | 1, length: number, extent: number, stride: number): Cut {
  const whole = length * stride + Math.max(extent - stride, 0); // Keras's "valid"
  const pads = node.list("pads", 4, 0);
  let before = pads[axis]!;
  let out =
    (length - 1) * stride + extent + node.list("output_padding", 2, 0)[axis]! - before - pads[axis + 2]!;
  const auto = node.text("auto_pad", "NOTSET");
  const given = node.proto.attributes.has("output_shape")
    ? node.integers("output_shape", []).at(axis - 2)
    : undefined;
  if (auto.startsWith("SAME") || given !== undefined) {
    out = given ?? length * stride;
    const total = Math.max((length - 1) * stride + extent - out, 0);
    before = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
  }
  const after = whole - before - out;
  if (out < 1 || after < 0) node.refuse(`an output of ${out} pixels from ${length} is not taken`);
  const same = out === length * stride && before === Math.floor(Math.max(extent - stride, 0) / 2);
  return { before, after, same };
}

/** The shape of a kernel, which weight() has found to be of four axes. */
function fourAxes({ shape }: Constant): readonly [number, number, number, number] {
  return shape as readonly [number, number, number, number];
}
