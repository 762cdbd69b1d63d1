/** @file Constants in an ONNX file: the values of tensors, and the small sums with shapes that exporters write as nodes. */
import { FileError, formatShape } from "../../engine/errors.ts";
import { decodeHalf } from "../../engine/half.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { dataTypes, type TensorProto } from "./proto.ts";

/** Values known before the network runs. In a shape, NaN stands for the size of the batch, which is not known. */
export interface Constant {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
  /** the initializer that it is; undefined for what a node made */
  readonly name: string | undefined;
  /** the initializer of which it is the transposed matrix */
  readonly transposeOf?: string;
}

const { FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, BOOL, FLOAT16, DOUBLE, UINT32, UINT64, BFLOAT16 } =
  dataTypes;

type Read = (view: DataView, at: number) => number;

/** Bytes of a value and how it is read, of the types that networks hold. */
const readers: ReadonlyMap<number, { readonly bytes: number; readonly read: Read }> = new Map([
  [FLOAT, { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  [DOUBLE, { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  [FLOAT16, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [BFLOAT16, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [UINT8, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [BOOL, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [INT8, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [UINT16, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [INT16, { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [INT32, { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [UINT32, { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  [INT64, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [UINT64, { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) }],
]);

const floatTypes: readonly number[] = [FLOAT, DOUBLE, FLOAT16, BFLOAT16];

export function isFloat(dataType: number): boolean {
  return floatTypes.includes(dataType);
}

/**
 * The values of a tensor. Throws FileError if their number is not what the shape says, if they lie in another file, which is
 * never read, or have a type that networks do not hold.
 */
export function constantOf(tensor: TensorProto, what: string): Constant {
  const { name, dims, dataType, raw, listed, externalLocation } = tensor;
  const label = `${what}: the tensor "${name}"`;
  if (externalLocation !== undefined) {
    throw new FileError(
      `${label} has its values in the external file "${externalLocation}", which is not read: write the model as one file ` +
        "(PyTorch: torch.onnx.export(..., external_data=False)).",
    );
  }
  const reader = readers.get(dataType);
  if (!reader) throw new FileError(`${label} has the element type ${dataType}, which wgrad does not read.`);
  const size = sizeOf(dims);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(size))
    throw new FileError(`${label} has the shape ${formatShape(dims)}, which is none.`);
  const count = raw ? raw.length / reader.bytes : listed.length;
  if (count !== size)
    throw new FileError(`${label} says ${formatShape(dims)} (${size} values) and holds ${count}.`);
  const values = raw ? valuesOf(raw, size, reader) : Float64Array.from(listed);
  return {
    shape: dims,
    data: isFloat(dataType) ? floats(values, dataType) : values,
    name: name || undefined,
  };
}

function valuesOf(
  raw: Uint8Array,
  size: number,
  { bytes, read }: { bytes: number; read: Read },
): Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: size }, (_, i) => read(view, i * bytes));
}

/** Halves are given by their bits. */
function floats(values: Float64Array, dataType: number): Float32Array {
  if (dataType === FLOAT16) return decodeHalf(Uint16Array.from(values));
  if (dataType === BFLOAT16) return new Float32Array(Uint32Array.from(values, (bits) => bits * 65536).buffer);
  return Float32Array.from(values);
}

/** Whole numbers, as of a shape or axes. */
export function numbersOf({ data }: Constant): number[] {
  return Array.from(data);
}

/** The values with their axes in another order: axis i of the result is axis order[i]. */
export function permuted(
  { shape, data }: Pick<Constant, "shape" | "data">,
  order: readonly number[],
): Constant {
  const to = order.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const result = data.slice();
  const index = order.map(() => 0);
  let from = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[from]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const stride = strides[order[axis]!]!;
      from += stride;
      if (++index[axis]! < to[axis]!) break;
      from -= stride * to[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: to, data: result, name: undefined };
}

/** Two constants element by element, their shapes stretched as NumPy does. Undefined if they do not fit, or are too many. */
export function combined(
  a: Constant,
  b: Constant,
  rule: (a: number, b: number) => number,
): Constant | undefined {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [a, b].map(({ shape }) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  const shape = left!.map((size, i) => (size === 1 ? right![i]! : size));
  if (!right!.every((size, i) => size === 1 || size === shape[i]) || sizeOf(shape) > largestMade)
    return undefined;
  const Kind = a.data instanceof Float32Array ? Float32Array : Float64Array;
  const data = new Kind(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    let [rest, fromA, fromB, strideA, strideB] = [i, 0, 0, 1, 1];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const place = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (left![axis]! > 1) fromA += place * strideA;
      if (right![axis]! > 1) fromB += place * strideB;
      strideA *= left![axis]!;
      strideB *= right![axis]!;
    }
    data[i] = rule(a.data[fromA]!, b.data[fromB]!);
  }
  return { shape, data, name: undefined };
}

/** Constants that nodes make are no larger: a small file must not ask for much memory. */
export const largestMade = 2 ** 22;
