/** @file How each layer is written as nodes of ONNX, opset 17, as it is in inference. */
import type { Shape } from "../../engine/shape.ts";
import { pair, type Size2d } from "../../kernels/window.ts";
import type { Layer } from "../../models/layers/index.ts";
import { permuted } from "./constants.ts";
import type { GraphWriter, Written } from "./graph-writer.ts";
import { writeActivation } from "./write-activation.ts";
import {
  axisFirst,
  bias,
  cannot,
  first,
  image,
  last,
  padsOf,
  plain,
  type WrittenCall,
  withActivation,
} from "./write-call.ts";

type WriteLayer = (call: WrittenCall) => Written;

/** The same numbers under the layer's name, in whatever order they are. */
function onEach(op: string, attributes: Parameters<GraphWriter["node"]>[3] = {}): WriteLayer {
  return ({ graph, layer, inputs, output }) => {
    const [x] = inputs as readonly [Written];
    return { ...x, shape: output, name: graph.node(op, layer.name, [x.name], attributes) };
  };
}

/** Conv with a kernel whose axes `order` brings to [out, in, h, w], cut into `shape`. */
function convolution(call: WrittenCall, kernel: string, groups: number, shape?: Shape): Written {
  const { graph, config, layer } = call;
  const weight = call.weight(kernel);
  const window = weight.shape.slice(0, 2) as [number, number];
  const strides = pair(layer.name, "strides", (config.strides ?? 1) as Size2d);
  const dilations = pair(layer.name, "dilation", (config.dilationRate ?? 1) as Size2d);
  const depthwise = kernel === "depthwise_kernel";
  const turned = permuted(weight, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const names = [
    first(call).name,
    graph.weight(weight.path, shape ?? turned.shape, turned.data as Float32Array),
  ];
  const separable = layer.className === "SeparableConv2D";
  if (config.useBias !== false && !separable) names.push(bias(call));
  const attributes = {
    kernel_shape: window,
    strides,
    dilations,
    pads: padsOf(call, window, strides, dilations),
    group: groups,
  };
  return image(call, graph.node("Conv", layer.name, names, attributes));
}

function depthwise(call: WrittenCall): Written {
  const { shape } = call.weight("depthwise_kernel");
  const [h, w, channels, multiplier] = shape as readonly [number, number, number, number];
  return convolution(call, "depthwise_kernel", channels, [channels * multiplier, 1, h, w]);
}

const separable: WriteLayer = (call) => {
  const { graph, layer } = call;
  const filtered = depthwise(call);
  const { path, shape, data } = call.weight("pointwise_kernel");
  const turned = permuted({ shape, data }, [3, 2, 0, 1]);
  const names = [filtered.name, graph.weight(path, turned.shape, turned.data as Float32Array)];
  if (call.config.useBias !== false) names.push(bias(call));
  return withActivation(call, image(call, graph.node("Conv", layer.name, names, { kernel_shape: [1, 1] })));
};

const transposed: WriteLayer = (call) => {
  const { graph, config, layer } = call;
  const { path, shape, data } = call.weight("kernel"); // [h, w, out, in]
  const turned = permuted({ shape, data }, [3, 2, 0, 1]);
  const window = shape.slice(0, 2) as [number, number];
  const strides = pair(layer.name, "strides", (config.strides ?? 1) as Size2d);
  const dilations = pair(layer.name, "dilation", (config.dilationRate ?? 1) as Size2d);
  const pads = [0, 0, 0, 0];
  const output_padding = [0, 0];
  for (const axis of [0, 1] as const) {
    const beyond = (window[axis] - 1) * dilations[axis] + 1 - strides[axis];
    output_padding[axis] = Math.max(-beyond, 0);
    if (config.padding !== "same") continue;
    pads[axis] = Math.floor(Math.max(beyond, 0) / 2);
    pads[axis + 2] = Math.max(beyond, 0) - pads[axis]!;
  }
  const names = [first(call).name, graph.weight(path, turned.shape, turned.data as Float32Array)];
  if (config.useBias !== false) names.push(bias(call));
  const attributes = { kernel_shape: window, strides, dilations, pads, output_padding };
  return withActivation(call, image(call, graph.node("ConvTranspose", layer.name, names, attributes)));
};

const dense: WriteLayer = (call) => {
  const { graph, layer, config } = call;
  const x = last(call);
  const { path, shape, data } = call.weight("kernel");
  const kernel = graph.weight(path, shape, data);
  const names = config.useBias === false ? [] : [bias(call)];
  if (x.shape.length === 1) {
    const op = names.length > 0 ? "Gemm" : "MatMul";
    return withActivation(call, plain(call, graph.node(op, layer.name, [x.name, kernel, ...names])));
  }
  const product = graph.node("MatMul", layer.name, [x.name, kernel]);
  return withActivation(
    call,
    plain(call, names.length > 0 ? graph.node("Add", layer.name, [product, ...names]) : product),
  );
};

/** Its kernel is that of the layer that it is tied to. */
const denseTranspose: WriteLayer = (call) => {
  const { graph, layer } = call;
  const x = last(call);
  const { path, shape, data } = call.weight("kernel");
  const kernel = graph.weight(path, shape, data);
  if (x.shape.length === 1)
    return withActivation(
      call,
      plain(call, graph.node("Gemm", layer.name, [x.name, kernel, bias(call)], { transB: 1 })),
    );
  const turned = graph.node("Transpose", layer.name, [kernel], { perm: [1, 0] });
  const product = graph.node("MatMul", layer.name, [x.name, turned]);
  return withActivation(call, plain(call, graph.node("Add", layer.name, [product, bias(call)])));
};

const batchNormalization: WriteLayer = (call) => {
  const { graph, layer, config } = call;
  const channels = call.output.at(-1)!;
  const names = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => {
    if (name === "gamma" && config.scale === false)
      return graph.floats(`${layer.name}/ones`, Array<number>(channels).fill(1));
    if (name === "beta" && config.center === false)
      return graph.floats(`${layer.name}/zeros`, Array<number>(channels).fill(0));
    const { path, shape, data } = call.weight(name);
    return graph.weight(path, shape, data);
  });
  const rank = call.output.length;
  if (rank !== 1 && rank !== 3) throw cannot(layer, `on samples of ${rank} axes`);
  const attributes = {
    epsilon: { float: (config.epsilon ?? 1e-3) as number },
    momentum: { float: (config.momentum ?? 0.99) as number },
  };
  const node = graph.node("BatchNormalization", layer.name, [first(call).name, ...names], attributes);
  return { name: node, shape: call.output, channelsFirst: rank === 3 };
};

const layerNormalization: WriteLayer = (call) => {
  const names = ["gamma", "beta"].map((name) => {
    const { path, shape, data } = call.weight(name);
    return call.graph.weight(path, shape, data);
  });
  const attributes = { axis: -1, epsilon: { float: (call.config.epsilon ?? 1e-3) as number } };
  return plain(
    call,
    call.graph.node("LayerNormalization", call.layer.name, [last(call).name, ...names], attributes),
  );
};

/** PyTorch's way: opset 17 has no op for groups. */
const groupNormalization: WriteLayer = (call) => {
  const { graph, layer, config, output } = call;
  if (output.length !== 3) throw cannot(layer, `on samples of ${output.length} axes`);
  const [h, w, c] = output as readonly [number, number, number];
  const given = (config.groups ?? 32) as number;
  const groups = given === -1 ? c : given;
  const cut = graph.node("Reshape", layer.name, [
    first(call).name,
    graph.integers(`${layer.name}/groups`, [0, groups, -1]),
  ]);
  const ones = graph.floats(`${layer.name}/ones`, Array<number>(groups).fill(1));
  const zeros = graph.floats(`${layer.name}/zeros`, Array<number>(groups).fill(0));
  const epsilon = { float: (config.epsilon ?? 1e-3) as number };
  const normal = graph.node("InstanceNormalization", layer.name, [cut, ones, zeros], { epsilon });
  let name = graph.node("Reshape", layer.name, [normal, graph.integers(`${layer.name}/shape`, [0, c, h, w])]);
  for (const [weight, op, option] of [
    ["gamma", "Mul", "scale"],
    ["beta", "Add", "center"],
  ] as const) {
    if (config[option] === false) continue;
    const { path, data } = call.weight(weight);
    name = graph.node(op, layer.name, [name, graph.weight(path, [c, 1, 1], data)]);
  }
  return image(call, name);
};

function pooling(op: string, attributes: Readonly<Record<string, number>> = {}): WriteLayer {
  return (call) => {
    const { config, layer, graph } = call;
    const kernel_shape = pair(layer.name, "poolSize", config.poolSize as Size2d);
    const strides = pair(layer.name, "strides", (config.strides ?? kernel_shape) as Size2d);
    const pads = padsOf(call, kernel_shape, strides, 1);
    return image(
      call,
      graph.node(op, layer.name, [first(call).name], { ...attributes, kernel_shape, strides, pads }),
    );
  };
}

function globalPooling(op: string): WriteLayer {
  return (call) => {
    const { graph, layer } = call;
    const pooled = graph.node(op, layer.name, [first(call).name]);
    return plain(call, graph.node("Flatten", layer.name, [pooled], { axis: 1 }));
  };
}

/** Of values all of which have their channels in one place. */
function merging(op: string, pairwise: boolean): WriteLayer {
  return (call) => {
    const { graph, layer, inputs, output } = call;
    const names = inputs.map((x) => graph.turned(x, true, layer.name).name);
    const joined = pairwise
      ? names.slice(1).reduce((left, right) => graph.node(op, layer.name, [left, right]), names[0]!)
      : graph.node(op, layer.name, names);
    return { name: joined, shape: output, channelsFirst: output.length === 3 };
  };
}

const concatenate: WriteLayer = (call) => {
  const { graph, layer, inputs, output, config } = call;
  const names = inputs.map((x) => graph.turned(x, true, layer.name).name);
  const axis = axisFirst((config.axis ?? -1) as number, output.length);
  return {
    name: graph.node("Concat", layer.name, names, { axis }),
    shape: output,
    channelsFirst: output.length === 3,
  };
};

const softmax: WriteLayer = (call) => {
  const { graph, layer, output, config } = call;
  const axis = axisFirst((config.axis ?? -1) as number, output.length);
  const node = graph.node("Softmax", layer.name, [first(call).name], { axis });
  return { name: node, shape: output, channelsFirst: output.length === 3 };
};

const reshape: WriteLayer = (call) => {
  const { graph, layer, output } = call;
  const shape = graph.integers(`${layer.name}/shape`, [0, ...output]);
  return plain(call, graph.node("Reshape", layer.name, [last(call).name, shape]));
};

const flatten: WriteLayer = (call) =>
  plain(call, call.graph.node("Flatten", call.layer.name, [last(call).name], { axis: 1 }));

const permute: WriteLayer = (call) => {
  const perm = [0, ...(call.config.dims as readonly number[])];
  return plain(call, call.graph.node("Transpose", call.layer.name, [last(call).name], { perm }));
};

const repeatVector: WriteLayer = (call) => {
  const { graph, layer, config } = call;
  const row = graph.node("Unsqueeze", layer.name, [
    last(call).name,
    graph.integers(`${layer.name}/axes`, [1]),
  ]);
  const repeats = graph.integers(`${layer.name}/repeats`, [1, config.n as number, 1]);
  return plain(call, graph.node("Tile", layer.name, [row, repeats]));
};

const rescaling: WriteLayer = ({ graph, layer, inputs, config }) => {
  const [x] = inputs as readonly [Written];
  const scaled = graph.node("Mul", layer.name, [
    x.name,
    graph.floats(`${layer.name}/scale`, [config.scale as number], []),
  ]);
  const offset = (config.offset ?? 0) as number;
  if (offset === 0) return { ...x, name: scaled };
  return {
    ...x,
    name: graph.node("Add", layer.name, [scaled, graph.floats(`${layer.name}/offset`, [offset], [])]),
  };
};

const relu: WriteLayer = (call) => {
  const { graph, layer, config, inputs } = call;
  const [x] = inputs as readonly [Written];
  const {
    maxValue,
    negativeSlope = 0,
    threshold = 0,
  } = config as { maxValue?: number; negativeSlope?: number; threshold?: number };
  const scalar = (name: string, value: number) => graph.floats(`${layer.name}/${name}`, [value], []);
  const give = (name: string): Written => ({ ...x, name });
  if (threshold === 0 && negativeSlope === 0)
    return give(
      maxValue === undefined
        ? graph.node("Relu", layer.name, [x.name])
        : graph.node("Clip", layer.name, [x.name, scalar("min", 0), scalar("max", maxValue)]),
    );
  const below = graph.node("Mul", layer.name, [
    graph.node("Sub", layer.name, [x.name, scalar("threshold", threshold)]),
    scalar("slope", negativeSlope),
  ]);
  const reached = graph.node("GreaterOrEqual", layer.name, [x.name, scalar("threshold", threshold)]);
  const y = graph.node("Where", layer.name, [reached, x.name, below]);
  return give(maxValue === undefined ? y : graph.node("Min", layer.name, [y, scalar("max", maxValue)]));
};

const pRelu: WriteLayer = (call) => {
  const { path, shape, data } = call.weight("alpha");
  const turned = shape.length === 3 ? permuted({ shape, data }, [2, 0, 1]) : { shape, data };
  const slope = call.graph.weight(path, turned.shape, turned.data as Float32Array);
  const node = call.graph.node("PRelu", call.layer.name, [first(call).name, slope]);
  return { name: node, shape: call.output, channelsFirst: call.output.length === 3 };
};

const leakyRelu: WriteLayer = (call) =>
  onEach("LeakyRelu", { alpha: { float: (call.config.negativeSlope ?? 0.3) as number } })(call);

const dropout: WriteLayer = (call) => {
  const [x] = call.inputs as readonly [Written];
  const ratio = call.graph.floats(`${call.layer.name}/ratio`, [call.config.rate as number], []);
  return { ...x, name: call.graph.node("Dropout", call.layer.name, [x.name, ratio]) };
};

type Margins = readonly [readonly [number, number], readonly [number, number]];

const zeroPadding: WriteLayer = (call) => {
  const { graph, layer } = call;
  const [[top, bottom], [left, right]] = (layer as Layer & { readonly padding: Margins }).padding;
  const pads = graph.integers(`${layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return image(call, graph.node("Pad", layer.name, [first(call).name, pads]));
};

const cropping: WriteLayer = (call) => {
  const { graph, layer } = call;
  const [[top], [left]] = (layer as Layer & { readonly cropping: Margins }).cropping;
  const list = (name: string, values: readonly number[]) => graph.integers(`${layer.name}/${name}`, values);
  const ends = list("ends", [top + call.output[0]!, left + call.output[1]!]);
  return image(
    call,
    graph.node("Slice", layer.name, [
      first(call).name,
      list("starts", [top, left]),
      ends,
      list("axes", [2, 3]),
    ]),
  );
};

const upSampling: WriteLayer = (call) => {
  const { graph, layer } = call;
  const { size } = layer as Layer & { readonly size: readonly [number, number] };
  const scales = graph.floats(`${layer.name}/scales`, [1, 1, ...size]);
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return image(call, graph.node("Resize", layer.name, [first(call).name, "", scales], attributes));
};

const writers: Readonly<Record<string, WriteLayer>> = {
  Activation: (call) => writeActivation(call.graph, call.layer.name, call.inputs[0]!, call.config.activation),
  Add: merging("Add", true),
  Average: merging("Mean", false),
  AveragePooling2D: pooling("AveragePool", { count_include_pad: 0 }),
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: (call) => withActivation(call, convolution(call, "kernel", (call.config.groups ?? 1) as number)),
  Conv2DTranspose: transposed,
  Cropping2D: cropping,
  Dense: dense,
  DenseTranspose: denseTranspose,
  DepthwiseConv2D: (call) => withActivation(call, depthwise(call)),
  Dropout: dropout,
  Flatten: flatten,
  GaussianNoise: onEach("Identity"),
  GlobalAveragePooling2D: globalPooling("GlobalAveragePool"),
  GlobalMaxPooling2D: globalPooling("GlobalMaxPool"),
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LeakyReLU: leakyRelu,
  MaxPooling2D: pooling("MaxPool"),
  Maximum: merging("Max", false),
  Minimum: merging("Min", false),
  Multiply: merging("Mul", true),
  Permute: permute,
  PReLU: pRelu,
  ReLU: relu,
  RepeatVector: repeatVector,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separable,
  Softmax: softmax,
  SpatialDropout2D: onEach("Identity"),
  Subtract: merging("Sub", true),
  UpSampling2D: upSampling,
  ZeroPadding2D: zeroPadding,
};

/** Writes the nodes of a call. Throws ArgumentError for a layer that ONNX has no ops for: Lambda and layers of one's own. */
export function writeLayer(call: WrittenCall): Written {
  const { className } = call.layer;
  const write = Object.hasOwn(writers, className) ? writers[className] : undefined;
  if (write) return write(call);
  throw cannot(call.layer, "holds a function, which");
}
