/** @file Samples that a loss is computed of: with targets, finite, and with factors from sample weights and class weights. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { written } from "../../engine/options.ts";
import { sizeOf } from "../../engine/shape.ts";
import { requireNone, samplesNotFinite } from "../../kernels/gather/index.ts";
import { byName, checkNames } from "../by-name.ts";
import { ownEntry } from "../records.ts";
import type { OutputPort, Port } from "./ports.ts";
import {
  type HostData,
  type HostSamples,
  hostSamples,
  type SampleWeight,
  type TargetArray,
} from "./samples.ts";

type Numbers = ArrayLike<number>;

/** A factor for the losses of each class, which must have all classes that occur; or records of them by output. */
export type ClassWeight =
  | Readonly<Record<number, number>>
  | Readonly<Record<string, Readonly<Record<number, number>>>>;

/** Keras's options: the losses are multiplied with the weights and still divided by the batch size. */
export interface WeightOptions {
  readonly sampleWeight?: SampleWeight;
  readonly classWeight?: ClassWeight;
}

/**
 * `options` may have weights too, but sample weights only once. Throws ShapeError or ArgumentError for data that does not
 * fit the model, NumericError, naming sample and place, for values that are not finite.
 */
export function lossSamples(
  what: string,
  inputs: readonly Port[],
  outputs: readonly OutputPort[],
  data: HostData,
  options: WeightOptions = {},
): HostSamples {
  const samples = hostSamples(what, inputs, outputs, data);
  if (samples.targets.length === 0) {
    throw new ArgumentError(
      `${what}: the data has no targets, and the inputs do not have the outputs' shapes.`,
    );
  }
  for (const [i, { values, shape }] of samples.inputs.entries())
    requireNone(titleOf(`${what}: inputs`, inputs, i), samplesNotFinite(values, shape));
  for (const [i, target] of samples.targets.entries()) {
    if ("labels" in target || target === samples.inputs[0]) continue;
    requireNone(titleOf(`${what}: targets`, outputs, i), samplesNotFinite(target.values, target.shape));
  }
  return { ...samples, weights: sampleWeights(what, outputs, samples, withWeight(what, data, options)) };
}

/** Sample weights may come with the data or as an option. */
function withWeight(
  what: string,
  { sampleWeight }: Pick<HostData, "sampleWeight">,
  options: WeightOptions,
): WeightOptions {
  if (sampleWeight === undefined) return options;
  if (options.sampleWeight === undefined) return { ...options, sampleWeight };
  throw new ArgumentError(`${what}: sampleWeight is given twice, with the data and as an option.`);
}

/** By output, for `count` samples of which some are held out: as in Keras 3, class weights are for training alone. */
export function weightsWithoutClasses(
  what: string,
  { outputs }: { readonly outputs: readonly OutputPort[] },
  count: number,
  source: object,
  { sampleWeight }: WeightOptions,
): (Float32Array | undefined)[] {
  const own = withWeight(what, source, sampleWeight === undefined ? {} : { sampleWeight });
  return sampleWeights(what, outputs, { count, targets: [] }, own);
}

function titleOf(what: string, ports: readonly Port[], index: number): string {
  return ports.length === 1 ? what : `${what}.${ports[index]!.name}`;
}

/**
 * For each output one factor per sample, or one per row of classes where sample weights are given so; undefined where all
 * are 1. `targets` may be missing where no class weights are given.
 * Throws ShapeError or ArgumentError for weights that do not fit the samples or the classes.
 */
export function sampleWeights(
  what: string,
  outputs: readonly OutputPort[],
  samples: { readonly count: number; readonly targets: readonly (TargetArray | undefined)[] },
  { sampleWeight, classWeight }: WeightOptions,
): (Float32Array | undefined)[] {
  if (sampleWeight === undefined && classWeight === undefined) return [];
  const perSample = perOutputSampleWeights(`${what}: sampleWeight`, outputs, sampleWeight);
  const perClass = perOutputClassWeights(`${what}: classWeight`, outputs, classWeight);
  return outputs.map((output, i) => {
    const [own, factors] = [perSample[i], perClass[i]];
    if (!own && !factors) return undefined;
    const each = own ? weightsPerSample(`${what}: sampleWeight`, output, own, samples.count) : 1;
    const classes = factors && classesOf(`${what}: classWeight`, output, samples.targets[i]);
    return Float32Array.from({ length: samples.count * each }, (_, weight) => {
      const sample = Math.floor(weight / each);
      const given: unknown = own?.[weight] ?? 1;
      const factor = classes ? factorOf(`${what}: classWeight`, factors, classes(sample)) : 1;
      const product = typeof given === "number" ? given * factor : Number.NaN;
      if (Number.isFinite(Math.fround(product))) return product;
      throw new ArgumentError(
        `${what}: sampleWeight: the weight of sample ${sample} is ${written(given)}${factors ? `, of its class ${factor}` : ""}.`,
      );
    });
  });
}

/** 1, or as many as the loss has values for a sample. */
function weightsPerSample(what: string, { shape, loss }: OutputPort, own: Numbers, count: number): number {
  checkValues(what, own);
  const rows = loss.rows ? sizeOf(shape.slice(0, -1)) : 1;
  if (own.length === count) return 1;
  if (own.length === count * rows) return rows;
  const other = rows > 1 ? `; there may also be ${count * rows}, one for each row of classes` : "";
  throw new ShapeError(`${what}: ${own.length} weights for ${count} samples${other}.`);
}

function requireObject(what: string, given: unknown): void {
  if (typeof given === "object" && given !== null) return;
  throw new ArgumentError(`${what}: must be weights or a record of them, got ${written(given)}.`);
}

function perOutputSampleWeights(
  what: string,
  outputs: readonly Port[],
  given: SampleWeight | undefined,
): (Numbers | undefined)[] {
  if (given === undefined) return [];
  requireObject(what, given);
  if (ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] !== "object")) {
    return outputs.map(() => given as Numbers);
  }
  const names = outputs.map(({ name }) => name);
  if (Array.isArray(given)) return byName(what, names, given as readonly Numbers[]);
  const record = given as Readonly<Record<string, Numbers>>;
  checkNames(what, names, Object.keys(record));
  return names.map((name) => ownEntry(record, name));
}

function perOutputClassWeights(
  what: string,
  outputs: readonly Port[],
  given: ClassWeight | undefined,
): (Readonly<Record<number, number>> | undefined)[] {
  if (given === undefined) return [];
  requireObject(what, given);
  const byClass = Object.values(given).every((value) => typeof value === "number");
  if (!byClass) {
    const names = outputs.map(({ name }) => name);
    checkNames(what, names, Object.keys(given));
    return names.map((name) => ownEntry(given as Readonly<Record<string, Record<number, number>>>, name));
  }
  if (outputs.length > 1) throw new ArgumentError(`${what}: of several outputs, give a record by output.`);
  return [given as Readonly<Record<number, number>>];
}

/**
 * Finds a sample's class: its label, the largest of several values, or the only value itself. A mask has no class, nor has a
 * sample with a label per pixel: as Keras, this refuses targets of three and more axes.
 */
function classesOf(
  what: string,
  { name, shape }: Port,
  target: TargetArray | undefined,
): (sample: number) => number {
  if (!target) throw new ArgumentError(`${what}: the targets of ${name} are no classes.`);
  if (shape.length > 1) {
    throw new ArgumentError(
      `${what}: ${name} gives ${formatShape(shape)}: a sample of several values by place has no class. Give sampleWeight.`,
    );
  }
  if ("labels" in target) return (sample) => target.labels[sample]!;
  const size = sizeOf(target.shape);
  return (sample) => {
    const row = [...target.values.subarray(sample * size, (sample + 1) * size)];
    return size === 1 ? row[0]! * target.scale : row.indexOf(Math.max(...row));
  };
}

function factorOf(what: string, factors: Readonly<Record<number, number>>, label: number): number {
  if (Object.hasOwn(factors, label)) return factors[label]!;
  throw new ArgumentError(
    `${what}: has no weight for class ${label}, which occurs. It has ${Object.keys(factors).join(", ")}.`,
  );
}
