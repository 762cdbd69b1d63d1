/** @file The modules that a PyTorch state_dict holds, and the form in which PyTorch has the weights of our layers. */
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { type Shape, sameShape, sizeOf } from "../../engine/shape.ts";
import type { Graph } from "../../models/graph.ts";
import { GraphLayer } from "../../models/graph-layer.ts";
import { FlattenLayer, type Layer } from "../../models/layers/index.ts";
import type { StoredVariable } from "../../models/stored-variables.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import { permuted } from "../onnx/constants.ts";

/** How a weight of a layer is called in PyTorch, and which of our axes are PyTorch's, in its order. */
export interface TorchForm {
  readonly weight: string;
  readonly order?: readonly number[];
  /** [kh, kw, c, m] is [c * m, 1, kh, kw] there */
  readonly depthwise?: true;
  /** one value for each channel: axes of size 1 are left out */
  readonly perChannel?: true;
  /** of a layer that is two modules in PyTorch: which */
  readonly module?: string;
}

const kernelTensor = (order: readonly number[]): Readonly<Record<string, TorchForm>> => ({
  kernel: { weight: "weight", order },
  bias: { weight: "bias" },
});

const normalization: Readonly<Record<string, TorchForm>> = {
  gamma: { weight: "weight" },
  beta: { weight: "bias" },
  moving_mean: { weight: "running_mean" },
  moving_variance: { weight: "running_var" },
};

const depthwise: TorchForm = { weight: "weight", order: [2, 3, 0, 1], depthwise: true };

/** Layers that PyTorch has as one module, or two: [h,w,in,out] is [out,in,h,w] there, a transposed kernel [h,w,out,in] is [in,out,h,w]. */
const forms: Readonly<Record<string, Readonly<Record<string, TorchForm>>>> = {
  Conv2D: kernelTensor([3, 2, 0, 1]),
  Conv2DTranspose: kernelTensor([3, 2, 0, 1]),
  DepthwiseConv2D: { depthwise_kernel: depthwise, bias: { weight: "bias" } },
  SeparableConv2D: {
    depthwise_kernel: { ...depthwise, module: "depthwise" },
    pointwise_kernel: { weight: "weight", order: [3, 2, 0, 1], module: "pointwise" },
    bias: { weight: "bias", module: "pointwise" },
  },
  Dense: kernelTensor([1, 0]),
  BatchNormalization: normalization,
  GroupNormalization: normalization,
  LayerNormalization: normalization,
  PReLU: { alpha: { weight: "weight", perChannel: true } },
};

/** One weight of the model as PyTorch would have it. */
export interface TorchWeight {
  readonly stored: StoredVariable;
  readonly layer: Layer;
  /** the layer's name, of one that is two modules with "depthwise" or "pointwise" */
  readonly module: string;
  /** weight, bias, running_mean, running_var */
  readonly name: string;
  readonly shape: Shape;
  /** in words, what is done to the values */
  readonly change: string;
  toTorch(values: Float32Array): Float32Array;
  fromTorch(values: Float32Array): Float32Array;
}

/** Every weight of the model in PyTorch's form. Throws ArgumentError for a layer that is no module of PyTorch. */
export function torchWeights(model: GraphLayer): readonly TorchWeight[] {
  const layers = flatLayers(model.layers);
  const images = imagesBeforeRows(model.graph);
  return model.weights.map((stored) => {
    const layer = layers.find((each) => each.variables.includes(stored.variable));
    const own = layer && Object.hasOwn(forms, layer.className) ? forms[layer.className]! : {};
    const form = Object.hasOwn(own, stored.variable.name) ? own[stored.variable.name] : undefined;
    if (!layer || !form) {
      throw new ArgumentError(
        `torch: ${stored.path}: a ${layer?.className ?? "layer"} is no single module of PyTorch. Name what there is in \`only\`, or convert it as ONNX.`,
      );
    }
    if (form.perChannel && stored.variable.shape.slice(0, -1).some((size) => size > 1)) {
      const own = formatShape(stored.variable.shape);
      throw new ArgumentError(
        `torch: ${stored.path}: PyTorch's PReLU has a slope for each channel, this one ${own}.`,
      );
    }
    const image = images.get(layer);
    const isRow = stored.variable.name !== "bias" || layer.className === "BatchNormalization";
    return weightOf(stored, layer, form, image && isRow ? image : undefined);
  });
}

function flatLayers(layers: readonly Layer[]): readonly Layer[] {
  return layers.flatMap((layer) => (layer.innerLayers.length > 0 ? flatLayers(layer.innerLayers) : [layer]));
}

function weightOf(
  stored: StoredVariable,
  layer: Layer,
  form: TorchForm,
  image: Shape | undefined,
): TorchWeight {
  const { shape } = stored.variable;
  const rows = image ? [...image, ...shape.slice(1)] : shape; // [h, w, c, ...]
  const order = image ? [2, 0, 1, ...shape.slice(1).map((_, i) => i + 3)] : shape.map((_, i) => i);
  const transposed = form.order ?? shape.map((_, i) => i);
  const torchShape = transposed.map((axis) => shape[axis]!);
  const backOrder = (axes: readonly number[]) => axes.map((_, i) => axes.indexOf(i));
  const inner = order.map((axis) => rows[axis]!);
  return {
    stored,
    layer,
    module: [layer.name, form.module].filter(Boolean).join("."),
    name: form.weight,
    shape: form.depthwise
      ? [shape[2]! * shape[3]!, 1, shape[0]!, shape[1]!]
      : form.perChannel
        ? [sizeOf(shape)]
        : torchShape,
    change: [form.order && `axes [${form.order}]`, image && `rows of ${formatShape(image)} channels first`]
      .filter(Boolean)
      .join(", "),
    toTorch: (values) => {
      const first = permuted({ shape: rows, data: values }, order).data;
      return permuted({ shape, data: first }, transposed).data as Float32Array;
    },
    fromTorch: (values) => {
      const ours = permuted({ shape: torchShape, data: values }, backOrder(transposed)).data;
      return permuted({ shape: inner, data: ours }, backOrder(order)).data as Float32Array;
    },
  };
}

/** Layers whose inputs are rows that a Flatten made of images of more than one pixel, and the images' shape [h, w, c]. */
function imagesBeforeRows(graph: Graph, found = new Map<Layer, Shape>()): Map<Layer, Shape> {
  const images = new Map<SymbolicTensor, Shape>();
  for (const { layer, inputs, outputs } of graph.calls) {
    if (layer instanceof GraphLayer) imagesBeforeRows(layer.graph, found);
    const [input] = inputs;
    const [output] = outputs;
    if (!input || !output || inputs.length > 1) continue;
    const image = images.get(input);
    if (layer instanceof FlattenLayer) {
      if (input.shape.length === 3 && input.shape[0]! * input.shape[1]! > 1) images.set(output, input.shape);
    } else if (image) {
      found.set(layer, image);
      const keepsOrder =
        layer.className !== "Dense" &&
        sameShape(input.shape, output.shape) &&
        sizeOf(image) === output.shape[0];
      if (keepsOrder) images.set(output, image);
    }
  }
  return found;
}
