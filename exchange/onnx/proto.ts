/** @file The messages of onnx.proto that networks need, read from and written to the wire format. https://onnx.ai/onnx/repo-docs/IR.html */
import { FileError } from "../../engine/errors.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** Element types of tensors, by onnx.proto's numbers. */
export const dataTypes = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  BFLOAT16: 16,
} as const;

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** little-endian values; undefined where they are listed in a field of their type */
  readonly raw: Uint8Array | undefined;
  /** values that are listed one by one */
  readonly listed: readonly number[];
  /** where the values lie in another file; undefined if they are in this one */
  readonly externalLocation: string | undefined;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly float: number;
  readonly integer: number;
  readonly text: string;
  readonly tensor: TensorProto | undefined;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

export interface NodeProto {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An input or output; a size without a value has a name or is unknown. Undefined dims: no shape is said. */
export interface ValueInfo {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly (number | string)[] | undefined;
}

export interface ModelProto {
  readonly irVersion: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** Reads messages of one file. */
class Messages {
  readonly #what: string;
  readonly #texts = new TextDecoder();

  constructor(what: string) {
    this.#what = what;
  }

  model(bytes: Uint8Array): ModelProto {
    let irVersion = 0;
    let graph: Uint8Array | undefined;
    const opsets = new Map<string, number>();
    for (const field of this.#fields(bytes)) {
      if (field.number === 1) irVersion = field.integer;
      if (field.number === 7) graph = field.bytes;
      if (field.number === 8) {
        let [domain, version] = ["", 0];
        for (const part of this.#fields(field.bytes)) {
          if (part.number === 1) domain = this.#text(part.bytes);
          if (part.number === 2) version = part.integer;
        }
        opsets.set(domain === "ai.onnx" ? "" : domain, version);
      }
      if (field.number === 25)
        throw new FileError(`${this.#what}: has functions of its own, which wgrad does not read.`);
    }
    if (!graph) throw new FileError(`${this.#what}: is not an ONNX file: it has no graph.`);
    return { irVersion, opsets, ...this.#graph(graph) };
  }

  #graph(bytes: Uint8Array): Omit<ModelProto, "irVersion" | "opsets"> {
    const nodes: NodeProto[] = [];
    const initializers: TensorProto[] = [];
    const inputs: ValueInfo[] = [];
    const outputs: ValueInfo[] = [];
    for (const { number, bytes: part } of this.#fields(bytes)) {
      if (number === 1) nodes.push(this.#node(part));
      if (number === 5) initializers.push(this.#tensor(part));
      if (number === 11) inputs.push(this.#valueInfo(part));
      if (number === 12) outputs.push(this.#valueInfo(part));
      if (number === 15)
        throw new FileError(`${this.#what}: has a sparse initializer, which wgrad does not read.`);
    }
    return { nodes, initializers, inputs, outputs };
  }

  #node(bytes: Uint8Array): NodeProto {
    let [name, op, domain] = ["", "", ""];
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, Attribute>();
    for (const { number, bytes: part } of this.#fields(bytes)) {
      if (number === 1) inputs.push(this.#text(part));
      if (number === 2) outputs.push(this.#text(part));
      if (number === 3) name = this.#text(part);
      if (number === 4) op = this.#text(part);
      if (number === 7) domain = this.#text(part);
      if (number === 5) {
        const attribute = this.#attribute(part);
        attributes.set(attribute.name, attribute);
      }
    }
    return { name, op, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, attributes };
  }

  #attribute(bytes: Uint8Array): Attribute {
    let [name, text, type, float, integer] = ["", "", 0, 0, 0];
    let tensor: TensorProto | undefined;
    const floats: number[] = [];
    const integers: number[] = [];
    for (const field of this.#fields(bytes)) {
      if (field.number === 1) name = this.#text(field.bytes);
      if (field.number === 2) float = this.#floats(field.bytes, 4)[0] ?? 0;
      if (field.number === 3) integer = field.integer;
      if (field.number === 4) text = this.#text(field.bytes);
      if (field.number === 5) tensor = this.#tensor(field.bytes);
      if (field.number === 7) append(floats, this.#floats(field.bytes, 4));
      if (field.number === 8) append(integers, this.#integers(field));
      if (field.number === 20) type = field.integer;
    }
    return { name, type, float, integer, text, tensor, floats, integers };
  }

  #tensor(bytes: Uint8Array): TensorProto {
    let [name, dataType, external, location] = ["", 0, false, ""];
    let raw: Uint8Array | undefined;
    const dims: number[] = [];
    const listed: number[] = [];
    for (const field of this.#fields(bytes)) {
      if (field.number === 1) append(dims, this.#integers(field));
      if (field.number === 2) dataType = field.integer;
      if (field.number === 4) append(listed, this.#floats(field.bytes, 4));
      if (field.number === 5 || field.number === 7 || field.number === 11)
        append(listed, this.#integers(field));
      if (field.number === 8) name = this.#text(field.bytes);
      if (field.number === 9) raw = field.bytes;
      if (field.number === 10) append(listed, this.#floats(field.bytes, 8));
      if (field.number === 13) {
        const entry = this.#entry(field.bytes);
        if (entry.key === "location") location = entry.value;
        external = true;
      }
      if (field.number === 14) external ||= field.integer === 1;
    }
    return { name, dims, dataType, raw, listed, externalLocation: external ? location : undefined };
  }

  #entry(bytes: Uint8Array): { key: string; value: string } {
    const entry = { key: "", value: "" };
    for (const { number, bytes: part } of this.#fields(bytes)) {
      if (number === 1) entry.key = this.#text(part);
      if (number === 2) entry.value = this.#text(part);
    }
    return entry;
  }

  #valueInfo(bytes: Uint8Array): ValueInfo {
    let [name, elementType] = ["", 0];
    let dims: (number | string)[] | undefined;
    for (const field of this.#fields(bytes)) {
      if (field.number === 1) name = this.#text(field.bytes);
      if (field.number !== 2) continue;
      for (const type of this.#fields(field.bytes)) {
        if (type.number !== 1) continue;
        for (const part of this.#fields(type.bytes)) {
          if (part.number === 1) elementType = part.integer;
          if (part.number === 2) dims = [...this.#fields(part.bytes)].map((dim) => this.#dim(dim.bytes));
        }
      }
    }
    return { name, elementType, dims };
  }

  #dim(bytes: Uint8Array): number | string {
    for (const { number, integer, bytes: part } of this.#fields(bytes)) {
      if (number === 1) return integer;
      if (number === 2) return this.#text(part);
    }
    return "";
  }

  #fields(bytes: Uint8Array) {
    return new WireReader(bytes, this.#what).fields();
  }

  #text(bytes: Uint8Array): string {
    return this.#texts.decode(bytes);
  }

  #integers({
    integer,
    bytes,
    packed,
  }: {
    integer: number;
    bytes: Uint8Array;
    packed: boolean;
  }): Iterable<number> {
    return packed ? new WireReader(bytes, this.#what).integers() : [integer];
  }

  #floats(bytes: Uint8Array, size: 4 | 8): number[] {
    if (bytes.length % size !== 0)
      throw new FileError(
        `${this.#what}: is damaged: ${bytes.length} bytes are no list of numbers of ${size} bytes.`,
      );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length / size }, (_, i) =>
      size === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true),
    );
  }
}

function append(list: number[], values: Iterable<number>): void {
  for (const value of values) list.push(value);
}

/** The model in the bytes of a file; `what` names it in errors. Throws FileError if it breaks the format. */
export function parseModel(bytes: Uint8Array, what: string): ModelProto {
  if (bytes.length === 0) throw new FileError(`${what}: is empty (0 bytes), not an ONNX file.`);
  return new Messages(what).model(bytes);
}

/** A tensor to write: float32 or 64-bit integers. */
export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** What an attribute may be when it is written; integers unless it says that it is a float. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface WrittenNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface WrittenModel {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly WrittenNode[];
  readonly initializers: readonly WrittenTensor[];
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** The bytes of a file. Shapes of inputs and outputs are without the batch axis, which is written as "batch". */
export function serializeModel(model: WrittenModel): Uint8Array<ArrayBuffer> {
  const file = new WireWriter();
  file.integer(1, 8); // IR version of opset 17
  file.text(2, "wgrad");
  file.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (to) => writeNode(to, node));
    graph.text(2, model.name);
    for (const tensor of model.initializers) graph.message(5, (to) => writeTensor(to, tensor));
    for (const value of model.inputs) graph.message(11, (to) => writeValue(to, value));
    for (const value of model.outputs) graph.message(12, (to) => writeValue(to, value));
  });
  file.message(8, (opset) => {
    opset.text(1, "");
    opset.integer(2, model.opset);
  });
  return file.finish();
}

function writeNode(to: WireWriter, { op, name, inputs, outputs, attributes }: WrittenNode): void {
  for (const input of inputs) to.text(1, input);
  for (const output of outputs) to.text(2, output);
  to.text(3, name);
  to.text(4, op);
  for (const [key, value] of Object.entries(attributes))
    to.message(5, (part) => writeAttribute(part, key, value));
}

function writeAttribute(to: WireWriter, name: string, value: AttributeValue): void {
  to.text(1, name);
  if (typeof value === "number") to.integer(3, value);
  else if (typeof value === "string") to.text(4, value);
  else if ("float" in value) to.float(2, value.float);
  else for (const item of value) to.integer(8, item);
  const type = typeof value === "number" ? 2 : typeof value === "string" ? 3 : "float" in value ? 1 : 7;
  to.integer(20, type);
}

function writeTensor(to: WireWriter, { name, shape, data }: WrittenTensor): void {
  for (const size of shape) to.integer(1, size);
  to.integer(2, data instanceof Float32Array ? dataTypes.FLOAT : dataTypes.INT64);
  to.text(8, name);
  to.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(to: WireWriter, { name, shape }: { name: string; shape: readonly number[] }): void {
  to.text(1, name);
  to.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, dataTypes.FLOAT);
      tensor.message(2, (dims) => {
        dims.message(1, (dim) => dim.text(2, "batch"));
        for (const size of shape) dims.message(1, (dim) => dim.integer(1, size));
      });
    }),
  );
}
