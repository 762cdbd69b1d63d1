/** @file fit(x, y): typed arrays, nested lists and tensors, one or several by order or name, as data in main memory. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sameShape, sizeOf } from "../../engine/shape.ts";
import { Tensor } from "../../engine/tensor.ts";
import { byName } from "../by-name.ts";
import type { DataSource } from "./batches.ts";
import { type ImageSource, isImageSource } from "./image-source.ts";
import type { OutputPort, Port } from "./ports.ts";
import type { HostData, SampleWeight, Values } from "./samples.ts";

/** Lists of lists; the innermost may be typed arrays. */
export type NestedList = readonly (number | Values | NestedList)[];

/** All samples of an input or output: row-major values, or lists or a tensor of its shape with the samples along the first axis. */
export type ArrayData = Values | NestedList | Tensor;

/** One, or one for each input (or output) in the model's order or by name. */
export type ArraysByName = ArrayData | readonly ArrayData[] | Readonly<Record<string, ArrayData>>;

/** Arrays, and the weights of their samples: what Keras's validation_data takes. */
export type ArrayTuple =
  | readonly [x: ArraysByName, y: ArraysByName]
  | readonly [x: ArraysByName, y: ArraysByName, sampleWeight: SampleWeight];

/** What arrays must fit; for prediction there are no outputs. */
interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
}

/**
 * The data and the options of a call: of (data, options) what they are, of (x, y, options) x and y as data. Throws
 * ShapeError or ArgumentError for arrays that do not fit the model.
 */
export async function dataAndOptions<Data, Options>(
  what: string,
  ports: Ports,
  [first, second, third]: readonly [unknown, unknown?, unknown?],
): Promise<[Data | HostData, Options]> {
  if (isArrays(first) || isByName(first, ports.inputs)) {
    const data = await dataOf(what, ports, first, second as ArraysByName | undefined);
    return [data, (third ?? {}) as Options];
  }
  if (third === undefined) return [first as Data, (second ?? {}) as Options];
  throw new ArgumentError(
    `${what}: give (data, options), or (x, y, options) with arrays, lists or tensors; got ${written(first)} as x.`,
  );
}

/** A data source, or arrays [x, y] or [x, y, sampleWeight] as one. */
export async function dataFrom(
  what: string,
  ports: Ports,
  source: DataSource | ArrayTuple,
): Promise<DataSource> {
  if (!Array.isArray(source)) return source as DataSource;
  const [x, y, sampleWeight] = source as ArrayTuple;
  if (!isArrays(x) && !isByName(x, ports.inputs)) return source as unknown as DataSource; // refused when it is opened
  if (source.length !== 2 && source.length !== 3) {
    throw new ArgumentError(
      `${what}: a list must be [x, y] or [x, y, sampleWeight] of arrays, lists or tensors, got ${written(source)}.`,
    );
  }
  const data = await dataOf(what, ports, x, y);
  return sampleWeight === undefined ? data : { ...data, sampleWeight };
}

/** Inputs for predict(). */
export async function inputsFrom(
  what: string,
  inputs: readonly Port[],
  source: DataSource | ArraysByName | ImageSource,
): Promise<DataSource> {
  if (isImageSource(source)) return source.samplesOf(onlyInput(what, inputs).shape);
  if (!isArrays(source) && !isByName(source, inputs)) return source as DataSource;
  return dataOf(what, { inputs, outputs: [] }, source, undefined);
}

function onlyInput(what: string, inputs: readonly Port[]): Port {
  if (inputs.length === 1) return inputs[0]!;
  const names = inputs.map(({ name }) => name).join(", ");
  throw new ArgumentError(`${what}: images are for a model with one input, this one has ${names}.`);
}

async function dataOf(
  what: string,
  { inputs, outputs }: Ports,
  x: ArraysByName,
  y: ArraysByName | undefined,
): Promise<HostData> {
  const shapesOf = (port: Port) => [port.shape];
  const found = await flatArrays(`${what}: x`, inputs, x, shapesOf);
  if (y === undefined) return { inputs: found };
  const labelShapes = (port: Port) => {
    const rows = port.shape.slice(0, -1);
    return [port.shape, rows, [...rows, 1]];
  };
  return { inputs: found, targets: await flatArrays(`${what}: y`, outputs, y, labelShapes) };
}

/** True for an array, a nested list or a tensor, or a list of such. */
function isArrays(given: unknown): given is ArrayData | readonly ArrayData[] {
  if (ArrayBuffer.isView(given) || given instanceof Tensor) return true;
  if (!Array.isArray(given)) return false;
  return typeof given[0] === "number" || isArrays(given[0]);
}

/** True for a record whose names are those of inputs, and which is no data set. */
function isByName(given: unknown, inputs: readonly Port[]): given is Readonly<Record<string, ArrayData>> {
  if (typeof given !== "object" || given === null || Symbol.iterator in given || "inputs" in given)
    return false;
  const names = Object.keys(given);
  return names.length > 0 && names.every((name) => inputs.some((port) => port.name === name));
}

/** Row-major values by name. `shapesOf`: the shapes that one sample may have. */
async function flatArrays(
  what: string,
  ports: readonly Port[],
  given: ArraysByName,
  shapesOf: (port: Port) => readonly Shape[],
): Promise<Record<string, Values>> {
  const names = ports.map(({ name }) => name);
  const single = ports.length === 1 && isArrays(given);
  if (!single && (ArrayBuffer.isView(given) || given instanceof Tensor)) {
    throw new ArgumentError(`${what}: one array is given for ${names.join(", ")}.`);
  }
  const arrays = single
    ? [onlyArray(given)]
    : byName(what, names, given as readonly ArrayData[] | Readonly<Record<string, ArrayData>>);
  const flat = await Promise.all(
    ports.map((port, i) => {
      const title = ports.length === 1 ? what : `${what}.${port.name}`;
      return flatValues(title, port, arrays[i]!, shapesOf(port));
    }),
  );
  return Object.fromEntries(names.map((name, i) => [name, flat[i]!]));
}

/** Of a list of one typed array or tensor that, of other lists the list. */
function onlyArray(given: ArrayData | readonly ArrayData[]): ArrayData {
  if (!Array.isArray(given) || given.length !== 1) return given as ArrayData;
  const [first] = given as readonly unknown[];
  return ArrayBuffer.isView(first) || first instanceof Tensor ? (first as ArrayData) : (given as NestedList);
}

async function flatValues(
  what: string,
  { name }: Port,
  given: ArrayData,
  shapes: readonly Shape[],
): Promise<Values> {
  if (given instanceof Tensor) {
    given.assertUsable(what);
    requireShape(what, name, given.shape, shapes);
    return (await given.data()) as Values;
  }
  if (!Array.isArray(given) || typeof given[0] === "number") return given as Values;
  const shape = shapeOf(given);
  const values = new Float64Array(sizeOf(shape));
  copyList(what, given, shape, values, 0);
  requireShape(what, name, shape, shapes);
  return values;
}

function requireShape(what: string, name: string, shape: Shape, allowed: readonly Shape[]): void {
  if (shape.length === 1) return; // row-major values, which are counted later
  if (allowed.some((sample) => sameShape(shape.slice(1), sample))) return;
  const wanted = allowed.map((sample) => `[${["n", ...sample].join(",")}]`);
  throw new ShapeError(
    `${what} is ${formatShape(shape)}, ${name} needs ${[...new Set(wanted)].join(" or ")}.`,
  );
}

/** By the first list at each depth. */
function shapeOf(list: unknown): number[] {
  if (!Array.isArray(list) && !ArrayBuffer.isView(list)) return [];
  const rows = list as ArrayLike<unknown>;
  return [rows.length, ...shapeOf(rows[0])];
}

/** Throws ShapeError for lists of different lengths, ArgumentError for what is no number. */
function copyList(what: string, list: unknown, shape: Shape, into: Float64Array, start: number): void {
  const [length, ...rest] = shape;
  const isList = Array.isArray(list) || ArrayBuffer.isView(list);
  const rows = list as ArrayLike<unknown>;
  if (!isList || rows.length !== length) {
    const found = isList ? `a list of ${rows.length}` : written(list);
    throw new ShapeError(
      `${what}: lists of ${formatShape(shape)} expected by the first of them, got ${found}.`,
    );
  }
  const size = sizeOf(rest);
  for (let i = 0; i < length!; i++) {
    const entry = rows[i];
    if (rest.length > 0) copyList(what, entry, rest, into, start + i * size);
    else if (typeof entry === "number") into[start + i] = entry;
    else throw new ArgumentError(`${what}: the values must be numbers, got ${written(entry)}.`);
  }
}
