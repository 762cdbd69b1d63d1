/** @file An ONNX graph as a model that can be trained further. */
import { platform } from "#platform";
import { FileError, formatBytes, WgradError } from "../../engine/errors.ts";
import { requirePath } from "../../engine/options.ts";
import { type DenseLayer, InputLayer, type Layer } from "../../models/layers/index.ts";
import { Model } from "../../models/model.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import { type Composite, compositeAt } from "./composites.ts";
import { type Constant, constantOf, isFloat } from "./constants.ts";
import { constantNode, fold } from "./fold.ts";
import { isConstant, OnnxNode, type Value, type Weights, type Workshop } from "./onnx-node.ts";
import { dataTypes, type ModelProto, type NodeProto, parseModel, type ValueInfo } from "./proto.ts";
import { readConv, readConvTranspose } from "./read/convolution.ts";
import { readGemm, readMatMul } from "./read/dense.ts";
import * as elementwise from "./read/elementwise.ts";
import * as normalization from "./read/normalization.ts";
import * as pooling from "./read/pooling.ts";
import * as shape from "./read/shape.ts";
import { neededFor, readersOf, simplified } from "./simplify.ts";
import { asPlain, channelsFirst, imageView, inOrder, isWhole, plainView, type View } from "./view.ts";

/** What may be in a file: protobuf's own limit, and far more nodes than any network of images has. */
const limits = { bytes: 2 ** 31, nodes: 10_000, oldest: 7, newest: 23 };

type Rule = (node: OnnxNode) => Value;

const { readArithmetic, readActivation } = elementwise;

/** One function for each op that is taken. */
const rules: Readonly<Record<string, Rule>> = {
  Conv: readConv,
  ConvTranspose: readConvTranspose,
  Gemm: readGemm,
  MatMul: readMatMul,
  BatchNormalization: normalization.readBatchNormalization,
  LayerNormalization: normalization.readLayerNormalization,
  InstanceNormalization: normalization.readInstanceNormalization,
  MaxPool: pooling.readPool,
  AveragePool: pooling.readPool,
  GlobalAveragePool: pooling.readGlobalPool,
  GlobalMaxPool: pooling.readGlobalPool,
  ReduceMean: pooling.readReduce,
  ReduceMax: pooling.readReduce,
  Pad: pooling.readPad,
  Slice: pooling.readSlice,
  Resize: pooling.readResize,
  Upsample: pooling.readResize,
  Relu: readActivation,
  Sigmoid: readActivation,
  Tanh: readActivation,
  Elu: readActivation,
  Selu: readActivation,
  Softplus: readActivation,
  Softsign: readActivation,
  Exp: readActivation,
  Gelu: readActivation,
  HardSigmoid: readActivation,
  HardSwish: readActivation,
  LeakyRelu: elementwise.readLeakyRelu,
  PRelu: elementwise.readPRelu,
  Clip: elementwise.readClip,
  Softmax: elementwise.readSoftmax,
  LogSoftmax: elementwise.readSoftmax,
  Dropout: elementwise.readDropout,
  Add: readArithmetic,
  Sub: readArithmetic,
  Mul: readArithmetic,
  Div: readArithmetic,
  Sum: readArithmetic,
  Mean: readArithmetic,
  Max: readArithmetic,
  Min: readArithmetic,
  Concat: elementwise.readConcat,
  Shape: shape.readShape,
  Transpose: shape.readTranspose,
  Flatten: shape.readFlatten,
  Reshape: shape.readReshape,
  Squeeze: shape.readSqueeze,
  Unsqueeze: shape.readSqueeze,
  Tile: shape.readTile,
  Identity: shape.readIdentity,
  Cast: shape.readCast,
};

/** Ops that take [n, c, h, w], and those after which a value's axes are others. */
const imageOps = new Set(
  "Conv ConvTranspose BatchNormalization InstanceNormalization MaxPool AveragePool GlobalAveragePool GlobalMaxPool Pad Resize Upsample".split(
    " ",
  ),
);
const movingOps = new Set(
  "Transpose Reshape Flatten Squeeze MatMul Gemm LayerNormalization Shape".split(" "),
);

/**
 * The network in an ONNX file, or in the bytes of one, as a model that is not compiled: compile() and train it further, or predict.
 * Images that ONNX has as [n, c, h, w] are [n, h, w, c] here, at the inputs and outputs too; an input that the
 * file itself transposes, or that no convolution or the like takes, stays as it is. Weights are trainable, dropout and batch normalisation work in training.
 * @throws FileError for a file that is damaged, reads from other files, or has an op that no layer of wgrad computes: node and op
 * are named
 */
export async function loadOnnxModel(source: string | Uint8Array): Promise<Model> {
  if (source instanceof Uint8Array) return readOnnxModel(source, "The model");
  requirePath("loadOnnxModel", source);
  const file = await platform.files.open(source);
  try {
    if (file.size > limits.bytes)
      throw new FileError(
        `${source}: has ${formatBytes(file.size)}, more than the 2.15 GB that ONNX files may have.`,
      );
    return readOnnxModel(await file.read(0, file.size), source);
  } finally {
    await file.close();
  }
}

/** The same from bytes; `what` names the file in errors. */
export function readOnnxModel(bytes: Uint8Array, what: string): Model {
  const proto = parseModel(bytes, what);
  checkModel(proto, what);
  try {
    return new GraphReader(proto, what).model();
  } catch (cause) {
    if (cause instanceof FileError || !(cause instanceof WgradError)) throw cause;
    throw new FileError(`${what}: ${cause.message}`, { cause });
  }
}

function checkModel({ opsets, nodes }: ModelProto, what: string): void {
  const opset = opsets.get("");
  if (opset === undefined || opset < limits.oldest || opset > limits.newest) {
    throw new FileError(
      `${what}: has opset ${opset ?? "none"}; wgrad reads opsets ${limits.oldest} to ${limits.newest} of ONNX.`,
    );
  }
  if (nodes.length > limits.nodes)
    throw new FileError(`${what}: has ${nodes.length} nodes, more than ${limits.nodes}.`);
}

class GraphReader implements Workshop {
  readonly what: string;
  readonly opset: number;
  readonly batch: number;
  readonly denseLayers = new Map<string, DenseLayer>();
  readonly #outputs: readonly ValueInfo[];
  #nodes: readonly NodeProto[];
  readonly #values = new Map<string, Value>();
  #readers: ReadonlyMap<string, readonly NodeProto[]> = new Map();
  readonly #taken = new Set<NodeProto>();
  readonly #composites = new Map<NodeProto, Composite>();
  readonly #layers = new Map<string, Layer>();
  readonly #weights = new Map<Layer, Weights>();
  readonly #names = new Map<string, number>();
  readonly #inputs: readonly ValueInfo[];

  constructor(proto: ModelProto, what: string) {
    this.what = what;
    this.opset = proto.opsets.get("")!;
    this.#outputs = proto.outputs.filter(({ elementType }) => elementType === 0 || isFloat(elementType));
    this.#nodes = neededFor(
      this.#outputs.map(({ name }) => name),
      proto.nodes,
    );
    for (const tensor of proto.initializers) this.#values.set(tensor.name, constantOf(tensor, what));
    this.#inputs = proto.inputs.filter(({ name }) => !this.#values.has(name)); // IR 3 lists weights there too
    const batches = this.#inputs.map(({ dims }) => dims?.[0]);
    this.batch = typeof batches[0] === "number" && batches[0] > 0 ? batches[0] : Number.NaN;
  }

  model(): Model {
    this.#foldConstants();
    this.#simplify();
    this.#findComposites();
    const inputs = this.#inputs.map((info) => this.#input(info));
    for (const node of this.#nodes) if (!this.#taken.has(node)) this.#read(node);
    const outputs = this.#outputs.map(({ name }) => this.#output(name));
    if (outputs.length === 0) throw new FileError(`${this.what}: has no outputs of floats.`);
    const made = new Model({ inputs, outputs });
    for (const [layer, weights] of this.#weights) layer.setWeights(weights);
    return made;
  }

  value(name: string): Value | undefined {
    return this.#values.get(name);
  }

  onlyReader(name: string): NodeProto | undefined {
    const readers = this.#readers.get(name) ?? [];
    if (readers.length !== 1 || this.#outputs.some((output) => output.name === name)) return undefined;
    return readers[0];
  }

  skip(node: NodeProto): void {
    this.#taken.add(node);
  }

  layer<L extends Layer>(key: string, make: () => L): L {
    const found = key === "" ? undefined : this.#layers.get(key);
    if (found) return found as L;
    const made = make();
    if (key !== "") this.#layers.set(key, made);
    return made;
  }

  setWeights(layer: Layer, weights: Weights): void {
    this.#weights.set(layer, weights);
  }

  /** features.0 of features.0.weight, conv2d_1 of conv2d_1/kernel and model/conv2d_1/Conv2D/ReadVariableOp:0. */
  layerName(wanted: string): string {
    const last = /[./](weight|kernel|depthwise_kernel|pointwise_kernel|gamma|alpha|bias)(:0)?$/;
    const keras = /\/(Conv2D|MatMul|BiasAdd|FusedBatchNormV3|depthwise)(\/ReadVariableOp.*)?$/;
    const base =
      wanted
        .replace(last, "")
        .replace(keras, "")
        .replace(/^\/+/, "")
        .replace(/[/:\s]+/g, "_") || "layer";
    const count = (this.#names.get(base) ?? 0) + 1;
    this.#names.set(base, count);
    if (count === 1) return base;
    return this.layerName(`${base}_${count}`);
  }

  /** First of all, since a node after a product may be its bias, made of constants that other nodes make in between. */
  #foldConstants(): void {
    for (const proto of this.#nodes) {
      if (proto.domain !== "") continue;
      const node = new OnnxNode(proto, this);
      const inputs = proto.inputs.map((name) => this.#values.get(name));
      const known = inputs.every((value): value is Constant => value !== undefined && isConstant(value));
      const result =
        constantNode(proto, node) ?? (known && inputs.length > 0 ? fold(proto.op, inputs, node) : undefined);
      if (!result || proto.outputs.length !== 1) continue;
      this.#values.set(proto.outputs[0]!, result);
      this.#taken.add(proto);
    }
  }

  #simplify(): void {
    const left = this.#nodes.filter((node) => !this.#taken.has(node));
    let added = 0;
    this.#nodes = simplified(left, {
      outputs: new Set(this.#outputs.map(({ name }) => name)),
      constant: (name) => {
        const value = this.#values.get(name);
        return value && isConstant(value) ? value : undefined;
      },
      add: (constant) => {
        const name = `\0${added++}`;
        this.#values.set(name, constant);
        return name;
      },
    });
    this.#readers = readersOf(this.#nodes);
  }

  /** Nodes that are one layer together: the last of them becomes it. */
  #findComposites(): void {
    const makers = new Map(this.#nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
    const surroundings = {
      maker: (name: string) => makers.get(name),
      onlyReader: (name: string) => this.onlyReader(name),
      number: (name: string) => {
        const value = this.#values.get(name);
        return value && isConstant(value) && value.data.length === 1 ? value.data[0] : undefined;
      },
    };
    for (const node of this.#nodes) {
      const found = compositeAt(node, surroundings);
      if (!found || found.nodes.some((each) => each.domain !== "" || each.outputs.length !== 1)) continue;
      for (const each of found.nodes) this.#taken.add(each);
      this.#taken.delete(found.last);
      this.#composites.set(found.last, found);
    }
  }

  #readComposite({ last, input, make }: Composite): void {
    const node = new OnnxNode({ ...last, inputs: [input] }, this);
    this.#set(node.output, elementwise.onEach(node, make()));
  }

  #read(proto: NodeProto): void {
    const composite = this.#composites.get(proto);
    if (composite) {
      this.#readComposite(composite);
      return;
    }
    const node = new OnnxNode(proto, this);
    if (proto.domain !== "")
      node.refuse(`the op belongs to ${proto.domain}; wgrad takes those of ONNX itself`);
    const inputs = proto.inputs.map((name) => this.#values.get(name));
    if (
      inputs.length > 0 &&
      inputs.every((value): value is Constant => value !== undefined && isConstant(value))
    ) {
      const folded = fold(proto.op, inputs, node);
      if (folded) {
        this.#set(proto.outputs[0]!, folded);
        return;
      }
    }
    const known = Object.hasOwn(rules, proto.op) ? rules[proto.op] : undefined;
    const rule = known ?? node.refuse(`no layer of wgrad computes the op ${proto.op}`);
    if (
      proto.outputs.slice(1).some((name) => name !== "" && (this.#readers.has(name) || this.#isOutput(name)))
    )
      node.refuse("only its first output is taken");
    const value = rule(node);
    this.#set(node.output, value);
  }

  #isOutput(name: string): boolean {
    return this.#outputs.some((output) => output.name === name);
  }

  #set(name: string, value: Value): void {
    if (this.#values.has(name)) throw new FileError(`${this.what}: "${name}" is made twice.`);
    this.#values.set(name, value);
    for (const reader of this.#readers.get(name) ?? []) {
      // at once, since a node between may take in one that reads the shape
      if (reader.op !== "Shape" || isConstant(value) || this.#taken.has(reader)) continue;
      this.#taken.add(reader);
      this.#read(reader);
    }
  }

  /** An input: images channels last, unless the file has them so itself and transposes them. */
  #input({ name, elementType, dims }: ValueInfo): SymbolicTensor {
    const [, ...sizes] = dims ?? [];
    const sample = sizes.filter(
      (size): size is number => typeof size === "number" && size > 0 && size < 2 ** 31,
    );
    if (!dims || dims.length < 2 || sample.length < sizes.length || elementType !== dataTypes.FLOAT) {
      throw new FileError(
        `${this.what}: the input "${name}" must be floats of a known shape but for the batch, is [${dims ?? "?"}] of type ${elementType}.`,
      );
    }
    const isImage = sample.length === 3 && this.#isTakenAsImage(name);
    const shape = isImage ? [sample[1]!, sample[2]!, sample[0]!] : sample;
    const { tensor } = new InputLayer(shape, { name: this.layerName(name) });
    this.#set(name, isImage ? imageView(tensor) : plainView(tensor));
    return tensor;
  }

  /** True if a node takes the input as [n, c, h, w] before any other moves or joins its axes. */
  #isTakenAsImage(input: string): boolean {
    const seen = new Set([input]);
    for (const name of seen) {
      for (const { op, outputs } of this.#readers.get(name) ?? []) {
        if (imageOps.has(op)) return true;
        if (!movingOps.has(op)) for (const output of outputs) seen.add(output);
      }
    }
    return false;
  }

  #output(name: string): SymbolicTensor {
    const value = this.#values.get(name);
    if (!value) throw new FileError(`${this.what}: the output "${name}" is made by no node.`);
    if (isConstant(value))
      throw new FileError(`${this.what}: the output "${name}" does not depend on the inputs.`);
    return isChannelsFirst(value) ? value.tensor : asPlain(value);
  }
}

/** An image that is [h, w, c] here and leaves the model so. */
function isChannelsFirst(view: View): boolean {
  return isWhole(view) && (inOrder(view.order) || view.order.join() === channelsFirst.join());
}
