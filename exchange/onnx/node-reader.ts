/** @file A node's attributes by name, and errors that name the node and its op. */
import { FileError } from "../../engine/errors.ts";
import type { NodeProto, TensorProto } from "./proto.ts";

export class NodeReader {
  readonly proto: NodeProto;
  readonly opset: number;
  readonly #what: string;

  constructor(proto: NodeProto, opset: number, what: string) {
    this.proto = proto;
    this.opset = opset;
    this.#what = what;
  }

  /** File, node and op, for errors. */
  get label(): string {
    const { name, op, outputs } = this.proto;
    return `${this.#what}: node "${name || outputs[0] || ""}" (${op})`;
  }

  integer(name: string, otherwise: number): number {
    return this.proto.attributes.get(name)?.integer ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.proto.attributes.get(name);
    return attribute ? shortest(attribute.float) : otherwise;
  }

  text(name: string, otherwise: string): string {
    return this.proto.attributes.get(name)?.text ?? otherwise;
  }

  integers(name: string, otherwise: readonly number[]): readonly number[] {
    return this.proto.attributes.get(name)?.integers ?? otherwise;
  }

  tensor(name: string): TensorProto | undefined {
    return this.proto.attributes.get(name)?.tensor;
  }

  /** One integer for each of `count` axes. */
  list(name: string, count: number, otherwise: number): readonly number[] {
    const values = this.integers(name, Array<number>(count).fill(otherwise));
    if (values.length === count && values.every((value) => value >= 0 && value < 2 ** 31)) return values;
    return this.refuse(`${name} [${values}] is no list of ${count} sizes`);
  }

  /** Throws FileError: `problem` says why the node cannot be taken. */
  refuse(problem: string): never {
    throw new FileError(`${this.label}: ${problem}.`);
  }
}

/** An axis counted from 0; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shortest decimal number that is this one in float32: 0.001 for 0.0010000000474974513. */
export function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
