/** @file Factors of the samples' losses, from sample weights and class weights. */
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { checkValues } from "../../engine/tensor.ts";
import { ownEntry } from "../records.ts";
import type { Port, TargetArray } from "./arrays.ts";
import { byName, checkNames } from "./by-output.ts";

type Numbers = ArrayLike<number>;

/** A factor for the loss of each sample of a data set, of a subset of it too: for all outputs, or by output in the model's order or by name. */
export type SampleWeight = Numbers | readonly Numbers[] | Readonly<Record<string, Numbers>>;

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
 * One factor per sample for each output, or undefined where all are 1.
 * `targets` may be missing where no class weights are given.
 * Throws ShapeError or ArgumentError for weights that do not fit the samples or the classes.
 */
export function sampleWeights(
  outputs: readonly Port[],
  samples: { readonly count: number; readonly targets: readonly (TargetArray | undefined)[] },
  { sampleWeight, classWeight }: WeightOptions,
): (Float32Array | undefined)[] {
  if (!sampleWeight && !classWeight) return [];
  const perSample = perOutputSampleWeights(outputs, sampleWeight);
  const perClass = perOutputClassWeights(outputs, classWeight);
  return outputs.map((output, i) => {
    const [own, factors] = [perSample[i], perClass[i]];
    if (!own && !factors) return undefined;
    if (own) checkValues("sampleWeight", own);
    if (own && own.length !== samples.count) {
      throw new ShapeError(`sampleWeight: ${own.length} weights for ${samples.count} samples.`);
    }
    const classes = factors && classesOf(output, samples.targets[i]);
    return Float32Array.from({ length: samples.count }, (_, sample) => {
      const given: unknown = own?.[sample] ?? 1;
      const weight = Number(given) * (classes ? factorOf(factors, classes(sample)) : 1);
      if (typeof given === "number" && Number.isFinite(Math.fround(weight))) return weight;
      throw new ArgumentError(`sampleWeight: the weight of sample ${sample} is ${written(given)}.`);
    });
  });
}

function requireObject(what: string, given: unknown): void {
  if (typeof given === "object") return;
  throw new ArgumentError(`${what}: must be weights or a record of them, got ${written(given)}.`);
}

function perOutputSampleWeights(
  outputs: readonly Port[],
  given: SampleWeight | undefined,
): (Numbers | undefined)[] {
  if (!given) return [];
  requireObject("sampleWeight", given);
  if (ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] === "number")) {
    return outputs.map(() => given as Numbers);
  }
  const names = outputs.map(({ name }) => name);
  if (Array.isArray(given)) return byName("sampleWeight", names, given as readonly Numbers[]);
  const record = given as Readonly<Record<string, Numbers>>;
  checkNames("sampleWeight", names, Object.keys(record));
  return names.map((name) => ownEntry(record, name));
}

function perOutputClassWeights(
  outputs: readonly Port[],
  given: ClassWeight | undefined,
): (Readonly<Record<number, number>> | undefined)[] {
  if (!given) return [];
  requireObject("classWeight", given);
  const byClass = Object.values(given).every((value) => typeof value === "number");
  if (!byClass) {
    const names = outputs.map(({ name }) => name);
    checkNames("classWeight", names, Object.keys(given));
    return names.map((name) => ownEntry(given as Readonly<Record<string, Record<number, number>>>, name));
  }
  if (outputs.length > 1)
    throw new ArgumentError("classWeight: of several outputs, give a record by output.");
  return [given as Readonly<Record<number, number>>];
}

/** Finds a sample's class: its label, the largest of several values, or the only value itself. */
function classesOf({ name }: Port, target: TargetArray | undefined): (sample: number) => number {
  if (!target) throw new ArgumentError(`classWeight: the targets of ${name} are no classes.`);
  if ("labels" in target) return (sample) => target.labels[sample]!;
  const size = target.shape.reduce((product, length) => product * length, 1);
  return (sample) => {
    const row = [...target.values.subarray(sample * size, (sample + 1) * size)];
    return size === 1 ? row[0]! : row.indexOf(Math.max(...row));
  };
}

function factorOf(factors: Readonly<Record<number, number>>, label: number): number {
  const factor = factors[label];
  if (factor !== undefined) return factor;
  throw new ArgumentError(
    `classWeight: has no weight for class ${label}, which occurs. It has ${Object.keys(factors).join(", ")}.`,
  );
}
