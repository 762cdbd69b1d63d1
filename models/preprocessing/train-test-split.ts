/** @file trainTestSplit(): samples for training and for testing, by chance, and with the same share of every class if asked. */
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import type { HostValues } from "../../engine/host-values.ts";
import { checkFlag, checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { identityOrder, shuffled } from "../data/order.ts";

/** A list with an entry for each sample, or a list or typed array with the values of all samples one after the other. */
export type Splittable = HostValues | readonly unknown[];

/** Options of trainTestSplit(), by scikit-learn's names. */
export interface TrainTestSplitOptions {
  /** a share of the samples, rounded up, or if 1 or more their number. Default: what trainSize leaves, else 0.25 */
  readonly testSize?: number;
  /** a share of the samples, rounded down, or if 1 or more their number. Default: what testSize leaves */
  readonly trainSize?: number;
  /** Default true; false takes the first samples to train and those after them to test, in their order */
  readonly shuffle?: boolean;
  /** of the shuffle. Default 1 */
  readonly seed?: number;
  /** the class of each sample: both parts have the classes' shares of the whole, to one sample */
  readonly stratify?: ArrayLike<number | string>;
  /** how many there are. Default: the entries of y */
  readonly samples?: number;
}

/** The parts are of the kinds of the whole. */
export interface TrainTestSplit<X extends Splittable, Y extends Splittable> {
  readonly xTrain: X;
  readonly xTest: X;
  readonly yTrain: Y;
  readonly yTest: Y;
  /** which samples they are, e.g. for fit({ dataset, indices }) */
  readonly trainIndices: Uint32Array<ArrayBuffer>;
  readonly testIndices: Uint32Array<ArrayBuffer>;
}

/**
 * scikit-learn's train_test_split, with its rounding; the same seed gives the same parts everywhere. Throws ArgumentError for sizes
 * that leave a part empty or exceed the samples, and for classes that cannot be in both parts; ShapeError for x and y that are not
 * of as many samples.
 */
export function trainTestSplit<X extends Splittable, Y extends Splittable>(
  x: X,
  y: Y,
  options: TrainTestSplitOptions = {},
): TrainTestSplit<X, Y> {
  checkOptionNames(label, options, {
    testSize: true,
    trainSize: true,
    shuffle: true,
    seed: true,
    stratify: true,
    samples: true,
  });
  const { shuffle = true, seed = 1, stratify, samples = y?.length } = options;
  checkFlag(label, "shuffle", shuffle);
  const whole = () => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
  checkOption(label, "seed", seed, whole, "a whole number below 2^32");
  checkOption(label, "samples", samples, () => Number.isInteger(samples) && samples >= 2, "2 or more");
  const [ofX, ofY] = [entriesPerSample("x", x, samples), entriesPerSample("y", y, samples)];
  const sizes = partSizes(samples, options);
  if (stratify !== undefined && !shuffle)
    throw new ArgumentError(`${label}: stratify needs shuffle: in a given order no share can be kept.`);
  const order = shuffle ? shuffled(identityOrder(samples), seed, 0) : identityOrder(samples);
  const { train, test } =
    stratify === undefined
      ? { train: order.slice(0, sizes.train), test: order.slice(sizes.train, sizes.train + sizes.test) }
      : stratified(order, stratify, sizes);
  return {
    xTrain: rowsOf(x, train, ofX),
    xTest: rowsOf(x, test, ofX),
    yTrain: rowsOf(y, train, ofY),
    yTest: rowsOf(y, test, ofY),
    trainIndices: train,
    testIndices: test,
  };
}

const label = "trainTestSplit";

interface PartSizes {
  readonly train: number;
  readonly test: number;
}

function partSizes(samples: number, { testSize, trainSize }: TrainTestSplitOptions): PartSizes {
  const count = (name: string, size: number, round: (share: number) => number) => {
    checkOption(
      label,
      name,
      size,
      () => size > 0 && (size < 1 || Number.isInteger(size)),
      "a share or a number of samples",
    );
    return size < 1 ? round(size * samples) : size;
  };
  const givenTrain = trainSize === undefined ? undefined : count("trainSize", trainSize, Math.floor);
  const rest = givenTrain === undefined ? Math.ceil(samples * 0.25) : samples - givenTrain;
  const test = testSize === undefined ? rest : count("testSize", testSize, Math.ceil);
  const train = givenTrain ?? samples - test;
  if (train >= 1 && test >= 1 && train + test <= samples) return { train, test };
  throw new ArgumentError(
    `${label}: ${samples} samples cannot be split into ${train} to train and ${test} to test.`,
  );
}

/** Each part in the order of `order`. */
function stratified(order: Uint32Array, classes: ArrayLike<number | string>, sizes: PartSizes) {
  if (typeof classes !== "object" || classes === null || classes.length !== order.length) {
    const got = typeof classes === "object" && classes !== null ? `${classes.length}` : written(classes);
    throw new ShapeError(`${label}: stratify needs a class for each of ${order.length} samples, got ${got}.`);
  }
  const counts = new Map<number | string, number>();
  for (const sample of order) counts.set(classes[sample]!, (counts.get(classes[sample]!) ?? 0) + 1);
  const lonely = [...counts].find(([, count]) => count < 2);
  if (lonely)
    throw new ArgumentError(
      `${label}: the class ${written(lonely[0])} has one sample, two are needed to stratify.`,
    );
  if (Math.min(sizes.train, sizes.test) < counts.size) {
    throw new ArgumentError(
      `${label}: ${counts.size} classes do not fit into parts of ${sizes.train} and ${sizes.test} samples.`,
    );
  }
  const ofTrain = shares([...counts.values()], sizes.train);
  const rest = [...counts.values()].map((count, i) => count - ofTrain[i]!);
  const ofTest = shares(rest, sizes.test);
  const names = [...counts.keys()];
  const left = new Map(names.map((name, i) => [name, { train: ofTrain[i]!, test: ofTest[i]! }]));
  const parts: { train: number[]; test: number[] } = { train: [], test: [] };
  for (const sample of order) {
    const room = left.get(classes[sample]!)!;
    const part = room.train > 0 ? "train" : room.test > 0 ? "test" : undefined;
    if (!part) continue;
    room[part]--;
    parts[part].push(sample);
  }
  return { train: Uint32Array.from(parts.train), test: Uint32Array.from(parts.test) };
}

/** `total` in whole numbers by the shares of `counts`: rounded down, and one more for the largest remainders. */
function shares(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((all, count) => all + count, 0);
  const exact = counts.map((count) => (count * total) / sum);
  const found = exact.map(Math.floor);
  const missing = total - found.reduce((all, count) => all + count, 0);
  const remainder = (i: number) => exact[i]! - found[i]!;
  const byRemainder = counts.map((_, i) => i).sort((a, b) => remainder(b) - remainder(a));
  for (const i of byRemainder.slice(0, missing)) found[i]!++;
  return found;
}

function entriesPerSample(name: string, values: Splittable, samples: number): number {
  const list = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (!list)
    throw new ArgumentError(`${label}: ${name} must be a list or a typed array, got ${written(values)}.`);
  const each = values.length / samples;
  if (Number.isInteger(each) && each >= 1) return each;
  throw new ShapeError(
    `${label}: ${name} has ${values.length} entries, no whole number for each of ${samples} samples.`,
  );
}

/** The entries of the samples that `indices` name, in a list or array of the same kind. */
function rowsOf<T extends Splittable>(values: T, indices: Uint32Array, each: number): T {
  const count = indices.length * each;
  const entry = (i: number) => values[indices[Math.floor(i / each)]! * each + (i % each)];
  if (Array.isArray(values)) return Array.from({ length: count }, (_, i) => entry(i)) as unknown as T;
  const Typed = values.constructor as new (length: number) => { [index: number]: unknown };
  const copy = new Typed(count);
  for (let i = 0; i < count; i++) copy[i] = entry(i);
  return copy as unknown as T;
}
