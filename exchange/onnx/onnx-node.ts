/** @file A node while it becomes layers: its inputs, which node comes after it, and where the weights of its layers go. */
import { FileError, formatShape } from "../../engine/errors.ts";
import type { DenseLayer, Layer } from "../../models/layers/index.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import { type Constant, numbersOf } from "./constants.ts";
import { NodeReader } from "./node-reader.ts";
import type { NodeProto } from "./proto.ts";
import { asImage, imageView, type View } from "./view.ts";

/** What stands behind a name in the graph. */
export type Value = View | Constant;

export function isConstant(value: Value): value is Constant {
  return "data" in value;
}

/** Weights of a layer by name. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** What all nodes of a graph share. */
export interface Workshop {
  readonly what: string;
  readonly opset: number;
  /** size of the batch that the file fixes; NaN: any */
  readonly batch: number;
  value(name: string): Value | undefined;
  /** the only node that reads `name`, if it is no output of the graph */
  onlyReader(name: string): NodeProto | undefined;
  /** a node needs not be looked at any more: an earlier one has taken it in */
  skip(node: NodeProto): void;
  /** the layer with these weights, made at their first use: nodes that share weights share the layer */
  layer<L extends Layer>(key: string, make: () => L): L;
  /** Dense layers whose kernel is an initializer as it stands, by the initializer's name */
  readonly denseLayers: Map<string, DenseLayer>;
  setWeights(layer: Layer, weights: Weights): void;
  /** a name for a layer, after its weight or its node, that no other layer has */
  layerName(wanted: string): string;
}

export class OnnxNode extends NodeReader {
  readonly workshop: Workshop;
  /** the name that the result of the node, with those it took in, has */
  output: string;

  constructor(proto: NodeProto, workshop: Workshop) {
    super(proto, workshop.opset, workshop.what);
    this.workshop = workshop;
    this.output = proto.outputs[0] ?? "";
  }

  get inputs(): readonly Value[] {
    return this.proto.inputs.filter((name) => name !== "").map((name) => this.#value(name));
  }

  /** An input that the network computes. */
  view(index = 0): View {
    const value = this.#input(index);
    if (value && !isConstant(value)) return value;
    return this.refuse(`input ${index} must depend on the network's inputs`);
  }

  /** An input that must be known in advance; undefined if it is left out. */
  optional(index: number): Constant | undefined {
    const value = this.#input(index);
    if (!value || isConstant(value)) return value;
    return this.refuse(`input ${index}, "${this.proto.inputs[index]}", must be a constant`);
  }

  constant(index: number): Constant {
    return this.optional(index) ?? this.refuse(`input ${index} is missing`);
  }

  /** Whole numbers from an input or, as in older opsets, an attribute. */
  numbers(index: number, attribute: string): readonly number[] | undefined {
    const input = this.optional(index);
    if (input) return numbersOf(input);
    return this.proto.attributes.has(attribute) ? this.integers(attribute, []) : undefined;
  }

  /** Input 0, an image, as our tensor [h, w, c]. */
  image(): SymbolicTensor {
    const view = this.view();
    if (view.shape.length === 3) return asImage(view);
    return this.refuse(`takes images [n,c,h,w], got [n${view.shape.map((size) => `,${size}`).join("")}]`);
  }

  /** The weight in input `index`, of the shape that `axes` describe. */
  weight(index: number, rank: number, axes: string): Constant & { readonly data: Float32Array } {
    const weight = this.constant(index);
    const { shape, data } = weight;
    if (shape.length === rank && data instanceof Float32Array && data.length > 0) return { ...weight, data };
    return this.refuse(
      `the weight "${weight.name ?? this.proto.inputs[index]}" must be ${axes} of floats, is ${formatShape(shape)}`,
    );
  }

  /** Weight `index` with one value for each of `count` channels; undefined if it is left out. */
  vector(index: number, count: number): Float32Array | undefined {
    const given = this.optional(index);
    if (!given) return undefined;
    if (given.data instanceof Float32Array && given.data.length === count) return given.data;
    const name = given.name ?? this.proto.inputs[index];
    return this.refuse(`"${name}" must hold ${count} floats, is ${formatShape(given.shape)}`);
  }

  /**
   * The node after this one, if it alone reads the result and is one of `ops`; `other` is its input beside the result. It becomes
   * a part of this node where `take` makes something of it.
   */
  absorb<T>(
    ops: readonly string[],
    take: (next: NodeReader, other: Constant | undefined) => T | undefined,
  ): T | undefined {
    const next = this.workshop.onlyReader(this.output);
    if (next?.domain !== "" || !ops.includes(next.op) || next.outputs.length !== 1) return undefined;
    const other = next.inputs.find((name) => name !== this.output);
    const value = other ? this.workshop.value(other) : undefined;
    if (other && (!value || !isConstant(value))) return undefined;
    const taken = take(new NodeReader(next, this.opset, this.workshop.what), value as Constant | undefined);
    if (taken === undefined) return undefined;
    this.workshop.skip(next);
    this.output = next.outputs[0]!;
    return taken;
  }

  /** Name of the layer whose kernel is this: features.0 of features.0.weight. */
  layerName(kernel: Constant | undefined): string {
    const name = kernel?.name ?? this.proto.name;
    return this.workshop.layerName(name || this.proto.op.toLowerCase());
  }

  /** Applies a layer to an image; the result is one. */
  applyToImage(layer: Layer, image: SymbolicTensor): View {
    return imageView(this.apply(layer, image));
  }

  /** Applies a layer. Errors of shapes name the node. */
  apply(layer: Layer, input: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    try {
      return layer.apply(input);
    } catch (cause) {
      throw new FileError(`${this.label}: ${(cause as Error).message}`, { cause });
    }
  }

  #input(index: number): Value | undefined {
    const name = this.proto.inputs[index];
    return name ? this.#value(name) : undefined;
  }

  #value(name: string): Value {
    return this.workshop.value(name) ?? this.refuse(`reads "${name}", which no node before it makes`);
  }
}
