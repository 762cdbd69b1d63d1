/** @file Data in main memory for a model's inputs and outputs, by name or in order: what the arrays are, with shapes. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues, type HostValues } from "../../engine/host-values.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import {
  checkDataset,
  classLabels,
  type HostDataset,
  largestLabel,
  type StoredValues,
  storedValues,
} from "../../kernels/gather/index.ts";
import { byName } from "../by-name.ts";
import { checkDatasetShapes, type OutputPort, type Port } from "./ports.ts";

/** Row-major numbers. Arrays of bytes stay bytes on the GPU, all else becomes float32; what they mean is the same. */
export type Values = HostValues;

/** One array, or one for each input (or output) in the model's order or by name. */
export type ValuesByName = Values | readonly Values[] | Readonly<Record<string, Values>>;

/** One factor, or one for each input (or output) in the model's order or by name. */
export type ScaleByName = number | readonly number[] | Readonly<Record<string, number>>;

/** What arrays are multiplied by on their way into the network. */
export interface Scales {
  /** of the inputs, and of the targets where they are the inputs. Default 1; 1 / 255 for bytes of images */
  readonly scale?: ScaleByName;
  /** of targets of their own. Default 1 */
  readonly targetScale?: ScaleByName;
}

/** Arrays for a model with any number of inputs and outputs; their shapes are the model's. */
export interface ArrayDataset extends Scales {
  readonly inputs: ValuesByName;
  /**
   * Per output its values; or class labels, one per sample, of an output [h, w, classes] one per pixel. An autoencoder's
   * are its inputs unless given.
   */
  readonly targets?: ValuesByName;
}

type Numbers = ArrayLike<number>;

/**
 * A factor for the loss of each sample of a data set, of a subset of it too: for all outputs, or by output in the model's order
 * or by name. A loss over classes of an output [h, w, classes] also takes one for each pixel.
 */
export type SampleWeight = Numbers | readonly Numbers[] | Readonly<Record<string, Numbers>>;

/** Data in main memory, with the weights of its samples if they have some. */
export type HostData = (ArrayDataset | HostDataset) & { readonly sampleWeight?: SampleWeight };

/** Values of all samples. */
export interface SampleArray {
  readonly values: StoredValues;
  readonly shape: Shape;
  readonly scale: number;
}

/** Class labels of all samples. */
export interface LabelArray {
  readonly labels: Uint32Array;
  /** of one sample's labels: [] or [h, w] */
  readonly shape: Shape;
  readonly classes: number;
}

export type TargetArray = SampleArray | LabelArray;

/** Samples in main memory, one array per input and output. */
export interface HostSamples {
  readonly count: number;
  readonly inputs: readonly SampleArray[];
  /** none if the samples are for prediction only; where an input is the target too, the same object */
  readonly targets: readonly TargetArray[];
  /** per output the factors of its losses, if there are any */
  readonly weights: readonly (Float32Array | undefined)[];
}

/**
 * Finds out what the arrays are; without outputs, for prediction, targets are not looked at. Throws ShapeError or
 * ArgumentError if they do not fit the model's inputs and outputs.
 */
export function hostSamples(
  what: string,
  inputs: readonly Port[],
  outputs: readonly OutputPort[],
  { sampleWeight: _, ...data }: HostData,
): HostSamples {
  const plain = "inputShape" in data ? arraysOf(what, inputs, outputs, data) : data;
  checkOptionNames<ArrayDataset>(what, plain, {
    inputs: true,
    targets: true,
    scale: true,
    targetScale: true,
  });
  const given = valuesFor(`${what}: inputs`, inputs, plain.inputs);
  const scales = scalesFor(`${what}: scale`, inputs, plain.scale);
  const arrays = inputs.map((port, i) => samplesOf(what, port, given[i]!, scales[i]!));
  const count = arrays[0]!.values.length / sizeOf(inputs[0]!.shape);
  for (const [i, { values, shape }] of arrays.entries()) {
    checkCount(what, inputs[i]!.name, values.length / sizeOf(shape), count);
  }
  const targets = outputs.length === 0 ? [] : targetsFor(what, outputs, plain, { arrays, count });
  return { count, inputs: arrays, targets, weights: [] };
}

function targetsFor(
  what: string,
  outputs: readonly OutputPort[],
  { targets, targetScale }: ArrayDataset,
  { arrays, count }: { readonly arrays: readonly SampleArray[]; readonly count: number },
): TargetArray[] {
  if (targets !== undefined) {
    const given = valuesFor(`${what}: targets`, outputs, targets);
    const scales = scalesFor(`${what}: targetScale`, outputs, targetScale);
    return outputs.map((port, i) => targetOf(what, port, given[i]!, { count, scale: scales[i]! }));
  }
  if (targetScale !== undefined)
    throw new ArgumentError(`${what}: has targetScale, but no targets: the inputs' scale is theirs too.`);
  const [input, output] = [arrays[0]!, outputs[0]];
  const single = arrays.length === 1 && outputs.length === 1;
  return single && String(input.shape) === String(output!.shape) ? [input] : [];
}

/** A data set whose shapes are the model's is no more than its arrays. */
function arraysOf(
  what: string,
  inputs: readonly Port[],
  outputs: readonly OutputPort[],
  data: HostDataset,
): ArrayDataset {
  const count = checkDataset(data);
  const { labels, labelShape = [], classes, inputShape, targetShape = inputShape } = data;
  const wanted = { count, shape: labelShape, classes: classes ?? 2 ** 32 };
  const found = labels !== undefined ? classLabels(what, labels, wanted) : undefined;
  checkDatasetShapes(what, inputs, outputs, {
    inputShape,
    ...(found && { labelShape, largestLabel: largestLabel(found, count) }),
    ...(classes !== undefined && { classes }),
    ...(data.targets && { targetShape }),
  });
  const targets = data.targets ?? found;
  const { scale, targetScale } = data;
  return {
    inputs: data.inputs,
    ...(targets && { targets }),
    ...(scale !== undefined && { scale }),
    ...(targetScale !== undefined && { targetScale }),
  };
}

function valuesFor(what: string, ports: readonly Port[], given: ValuesByName): Values[] {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(`${what}: expected arrays, got ${written(given)}.`);
  if (isValues(given)) {
    if (ports.length <= 1) return [given];
    throw new ArgumentError(`${what}: one array given for ${ports.map(({ name }) => name).join(", ")}.`);
  }
  const names = ports.map(({ name }) => name);
  return byName(what, names, given as readonly Values[] | Readonly<Record<string, Values>>);
}

function isValues(given: ValuesByName): given is Values {
  return ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] !== "object");
}

function scalesFor(what: string, ports: readonly Port[], given: ScaleByName = 1): number[] {
  const names = ports.map(({ name }) => name);
  const scales = typeof given === "number" ? names.map(() => given) : byName(what, names, given);
  for (const scale of scales) {
    if (typeof scale === "number" && Number.isFinite(Math.fround(scale)) && scale !== 0) continue;
    throw new ArgumentError(`${what}: must be a number other than 0, got ${written(scale)}.`);
  }
  return scales;
}

function samplesOf(what: string, { name, shape }: Port, values: Values, scale: number): SampleArray {
  const stored = storedValues(`${what}: ${name}`, values);
  const count = stored.length / sizeOf(shape);
  if (Number.isInteger(count) && count > 0) return { values: stored, shape, scale };
  throw new ShapeError(`${what}: ${name} has ${stored.length} values, no samples of ${formatShape(shape)}.`);
}

/** One number for every row of classes is a label, unless a row is one number too. */
function targetOf(
  what: string,
  port: OutputPort,
  values: Values,
  { count, scale }: { readonly count: number; readonly scale: number },
): TargetArray {
  const { name, loss } = port;
  checkValues(`${what}: ${name}`, values);
  const classes = port.shape.at(-1) ?? 1;
  const shape = port.shape.slice(0, -1);
  const labels = count * sizeOf(shape);
  if (loss.sparse || (classes > 1 && values.length === labels)) {
    if (values.length !== labels) throw wrongNumber(what, port, values.length, count);
    if (scale !== 1) throw new ArgumentError(`${what}: ${name} has class labels, which have no targetScale.`);
    return { labels: classLabels(`${what}: ${name}`, values, { count, shape, classes }), shape, classes };
  }
  if (values.length !== count * sizeOf(port.shape)) throw wrongNumber(what, port, values.length, count);
  return samplesOf(what, port, values, scale);
}

function wrongNumber(what: string, { name, shape, loss }: OutputPort, found: number, count: number) {
  const rows = shape.slice(0, -1);
  const labels = `${count * sizeOf(rows)} class labels`;
  const wanted = loss.sparse ? labels : `${count * sizeOf(shape)} numbers, or ${labels}`;
  const hint = found === count && sizeOf(rows) > 1 ? " Is a Flatten() missing before a Dense?" : "";
  return new ShapeError(
    `${what}: the targets of ${name} are ${found} values for ${count} samples of ${formatShape(shape)}: ${wanted} are ` +
      `expected.${hint}`,
  );
}

function checkCount(what: string, name: string, found: number, count: number): void {
  if (found !== count) throw new ShapeError(`${what}: ${count} samples, but ${found} of ${name}.`);
}
