/** @file Arrays in main memory for a model's inputs and outputs, by name or in order: what they are, with shapes. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkNames, written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { checkValues, toTyped } from "../../engine/tensor.ts";
import type { HostDataset } from "../../kernels/gather/index.ts";
import { byName } from "./by-output.ts";

/** Row-major. Bytes of more than one value per sample are divided by 255, as those of images are; lists become floats. */
export type Values = Uint8Array | Float32Array | Uint32Array | Int32Array | readonly number[];

/** One array, or one for each input (or output) in the model's order or by name. */
export type ValuesByName = Values | readonly Values[] | Readonly<Record<string, Values>>;

/** Arrays for a model with any number of inputs and outputs; their shapes are the model's. */
export interface ArrayDataset {
  readonly inputs: ValuesByName;
  /** per output its values, or class labels, one per sample. An autoencoder's are its inputs unless given */
  readonly targets?: ValuesByName;
}

/** An input or output of a model. */
export interface Port {
  readonly name: string;
  /** of one sample */
  readonly shape: Shape;
}

/** Values of all samples. */
export interface SampleArray {
  readonly values: Uint8Array | Float32Array;
  readonly shape: Shape;
}

/** Class labels of all samples. */
export interface LabelArray {
  readonly labels: Uint32Array;
  readonly classes: number;
}

export type TargetArray = SampleArray | LabelArray;

/** Samples in main memory, one array per input and output. */
export interface HostSamples {
  readonly count: number;
  readonly inputs: readonly SampleArray[];
  /** none if the samples are for prediction only */
  readonly targets: readonly TargetArray[];
}

/** Finds out what the arrays are. Throws ShapeError or ArgumentError if they do not fit the model's inputs and outputs. */
export function hostSamples(
  what: string,
  inputs: readonly Port[],
  outputs: readonly Port[],
  data: ArrayDataset | HostDataset,
): HostSamples {
  if (!("inputShape" in data)) checkNames(what, data, ["inputs", "targets", "sampleWeight"]);
  const plain = "inputShape" in data ? arraysOf(data) : data;
  const given = valuesFor(`${what}: inputs`, inputs, plain.inputs);
  const arrays = inputs.map((port, i) => samplesOf(what, port, given[i]!));
  const count = arrays[0]!.values.length / sizeOf(inputs[0]!.shape);
  for (const [i, { values, shape }] of arrays.entries()) {
    checkCount(what, inputs[i]!.name, values.length / sizeOf(shape), count);
  }
  return { count, inputs: arrays, targets: targetsFor(what, outputs, plain, { arrays, count }) };
}

function targetsFor(
  what: string,
  outputs: readonly Port[],
  data: ArrayDataset,
  { arrays, count }: { readonly arrays: readonly SampleArray[]; readonly count: number },
): TargetArray[] {
  if (data.targets !== undefined) {
    const targets = valuesFor(`${what}: targets`, outputs, data.targets);
    return outputs.map((port, i) => targetOf(what, port, targets[i]!, count));
  }
  const [input, output] = [arrays[0]!, outputs[0]!];
  const single = arrays.length === 1 && outputs.length === 1;
  return single && sizeOf(input.shape) === sizeOf(output.shape) ? [input] : [];
}

function arraysOf({ inputs, labels, targets }: HostDataset): ArrayDataset {
  const values = targets ?? (labels && Array.from(labels));
  return values ? { inputs, targets: values } : { inputs };
}

function valuesFor(what: string, ports: readonly Port[], given: ValuesByName): Values[] {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(`${what}: expected arrays, got ${written(given)}.`);
  if (isValues(given)) {
    if (ports.length === 1) return [given];
    throw new ArgumentError(`${what}: one array given for ${ports.map(({ name }) => name).join(", ")}.`);
  }
  const names = ports.map(({ name }) => name);
  return byName(what, names, given as readonly Values[] | Readonly<Record<string, Values>>);
}

function isValues(given: ValuesByName): given is Values {
  return ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] === "number");
}

function samplesOf(what: string, { name, shape }: Port, values: Values): SampleArray {
  checkValues(`${what}: ${name}`, values);
  const count = values.length / sizeOf(shape);
  if (!Number.isInteger(count) || count === 0) {
    throw new ShapeError(
      `${what}: ${name} has ${values.length} values, no samples of ${formatShape(shape)}.`,
    );
  }
  const asTheyAre = values instanceof Float32Array || (values instanceof Uint8Array && sizeOf(shape) > 1);
  return { values: asTheyAre ? values : (toTyped(values, "f32", `${what}: ${name}`) as Float32Array), shape };
}

/** One number per sample is a label, unless the output is one number too. */
function targetOf(what: string, port: Port, values: Values, count: number): TargetArray {
  const classes = port.shape.at(-1) ?? 1;
  checkValues(`${what}: ${port.name}`, values);
  if (values.length === count && sizeOf(port.shape) > 1) {
    return { labels: checkedLabels(what, port.name, values, classes), classes };
  }
  const target = samplesOf(what, port, values);
  checkCount(what, port.name, target.values.length / sizeOf(port.shape), count);
  return target;
}

function checkedLabels(what: string, name: string, values: Values, classes: number): Uint32Array {
  return Uint32Array.from(values, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw new ArgumentError(`${what}: label ${i} of ${name} is ${label}, expected 0 to ${classes - 1}.`);
  });
}

function checkCount(what: string, name: string, found: number, count: number): void {
  if (found !== count) throw new ShapeError(`${what}: ${count} samples, but ${found} of ${name}.`);
}
