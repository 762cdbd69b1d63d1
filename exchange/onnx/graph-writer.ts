/** @file An ONNX graph under construction: nodes, constants, and values that know whether they are channels first. */
import type { Shape } from "../../engine/shape.ts";
import type { AttributeValue, WrittenNode, WrittenTensor } from "./proto.ts";

/** A value in the graph. An image is [n, c, h, w] where `channelsFirst`, else everything is as wgrad has it. */
export interface Written {
  readonly name: string;
  /** as wgrad has it, without the batch axis */
  readonly shape: Shape;
  readonly channelsFirst: boolean;
}

export class GraphWriter {
  readonly nodes: WrittenNode[] = [];
  readonly initializers: WrittenTensor[] = [];
  readonly #names = new Set<string>();
  readonly #known = new Set<string>();

  /** A name that nothing else has. */
  unique(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** Adds a node with one output, and gives the output's name. */
  node(
    op: string,
    label: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const name = this.unique(`${label}/${op}`);
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** A weight: written once, whatever uses it. */
  weight(name: string, shape: Shape, data: Float32Array): string {
    if (this.#known.has(name)) return name;
    this.#known.add(name);
    this.#names.add(name);
    this.initializers.push({ name, shape, data });
    return name;
  }

  floats(label: string, values: readonly number[], shape: Shape = [values.length]): string {
    const name = this.unique(label);
    this.initializers.push({ name, shape, data: Float32Array.from(values) });
    return name;
  }

  integers(label: string, values: readonly number[]): string {
    const name = this.unique(label);
    this.initializers.push({ name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  /** An image with its channels where they are wanted; other values as they are. */
  turned(value: Written, channelsFirst: boolean, label: string): Written {
    if (value.shape.length !== 3 || value.channelsFirst === channelsFirst) return value;
    const perm = channelsFirst ? [0, 3, 1, 2] : [0, 2, 3, 1];
    return { ...value, name: this.node("Transpose", label, [value.name], { perm }), channelsFirst };
  }
}
