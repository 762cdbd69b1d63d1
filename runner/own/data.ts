/** @file Data of the user's own: arrays in the file that declares an experiment. */
import { createHash } from "node:crypto";
import type { DataFile, Dataset } from "../../datasets/dataset.ts";
import { type Labels, labelsFrom, mostClasses } from "../../datasets/formats/image-set.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkNames, checkOption, written } from "../../engine/options.ts";
import { checkShape, type Shape, sizeOf } from "../../engine/shape.ts";
import type { ArraySet } from "../samples.ts";

/** Samples with what the network shall answer. */
export interface OwnSamples {
  /**
   * [n, ...] row-major, e.g. images [n, height, width, channels] or rows [n, features]. A Uint8Array stays bytes, all else
   * becomes float32; both are the numbers that they are.
   */
  readonly x: ArrayLike<number>;
  /** of x, with the number of samples: [1000, 28, 28, 1] */
  readonly shape: Shape;
  /**
   * Whole numbers are classes from 0, one for each sample. A Float32Array holds targets [n, ...]. Without y the network
   * learns to give back x.
   */
  readonly y?: ArrayLike<number>;
  /** of targets, with the number of samples. Default [n, 1] */
  readonly yShape?: Shape;
}

/** Samples for training and for tests. */
export interface OwnData {
  readonly train: OwnSamples;
  readonly test: OwnSamples;
  /** the network gets x multiplied by it. Default 1; 1 / 255 for bytes of images */
  readonly scale?: number;
  /** what the data are, for the report */
  readonly title?: string;
  /** names of the classes, index = label. Default "0", "1", ... */
  readonly classes?: readonly string[];
}

/** Throws ArgumentError or ShapeError, naming the field, for data that contradict themselves. */
export function ownDataset(id: string, data: OwnData): Dataset<ArraySet> {
  checkNames("dataset", data, ["train", "test", "scale", "title", "classes"]);
  const { title = id, scale = 1, classes: names } = data;
  checkOption("dataset", "scale", scale, () => scale !== 0, "a number that is not 0");
  const train = arraySet("train", data.train, scale);
  const test = arraySet("test", data.test, scale);
  checkAlike(train, test);
  const classes = classNames(names, train, test);
  const files = [...sumsOf("train", train), ...sumsOf("test", test)];
  const counts = `${train.count.toLocaleString("en-US")} + ${test.count.toLocaleString("en-US")}`;
  return {
    ...{ id, title, classes, train, test, files, origin: "own" },
    note: `own data: ${counts} samples of shape ${formatShape(train.inputShape)}.`,
    license: "that of the data",
    citation: title,
  };
}

function arraySet(part: "train" | "test", samples: OwnSamples | undefined, scale: number): ArraySet {
  const name = `dataset: ${part}`;
  if (samples === undefined)
    throw new ArgumentError(`${name} is missing: { x, shape, y } with the ${part} samples.`);
  checkNames(name, samples, ["x", "shape", "y", "yShape"]);
  const { x, shape, y, yShape } = samples;
  const inputs = numbers(`${name}.x`, x);
  const [count, ...inputShape] = checkedShape(`${name}.shape`, shape, inputs.length);
  if (y === undefined) return { inputs, inputShape, scale, count };
  if (y instanceof Float32Array) {
    const targets = numbers(`${name}.y`, y) as Float32Array;
    const [rows, ...targetShape] = checkedShape(
      `${name}.yShape`,
      yShape ?? [count, y.length / count],
      y.length,
    );
    if (rows === count) return { inputs, inputShape, scale, count, targets, targetShape };
    throw new ShapeError(`${name}.y has ${rows} rows for ${count} samples.`);
  }
  if (yShape !== undefined)
    throw new ArgumentError(
      `${name}.yShape: only targets have a shape; make y a Float32Array, or leave it out.`,
    );
  return { inputs, inputShape, scale, count, labels: labelsOf(`${name}.y`, y, count) };
}

function numbers(name: string, values: unknown): Uint8Array | Float32Array {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (!isList)
    throw new ArgumentError(`${name} must be a typed array or a list of numbers, got ${written(values)}.`);
  if (values instanceof Uint8Array) return values;
  const floats = values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  const bad = floats.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return floats;
  throw new ArgumentError(
    `${name}[${bad}] is ${written((values as ArrayLike<unknown>)[bad])}, expected a number.`,
  );
}

function checkedShape(name: string, shape: unknown, length: number): [count: number, ...sample: number[]] {
  if (!Array.isArray(shape) || shape.length < 2) {
    throw new ShapeError(
      `${name} must be the number of samples and their shape, e.g. [1000, 28, 28, 1], got ${written(shape)}.`,
    );
  }
  checkShape(shape, name);
  if (sizeOf(shape) === length && length > 0) return shape as [number, ...number[]];
  throw new ShapeError(
    `${name} is ${formatShape(shape)}, which is ${sizeOf(shape)} values; there are ${length}.`,
  );
}

function labelsOf(name: string, labels: ArrayLike<number>, count: number): Labels {
  if (!Array.isArray(labels) && !ArrayBuffer.isView(labels))
    throw new ArgumentError(`${name} must be a typed array or a list of classes, got ${written(labels)}.`);
  if (labels.length !== count)
    throw new ShapeError(`${name} has ${labels.length} classes for ${count} samples.`);
  const bad = Array.from(labels).findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < mostClasses),
  );
  if (bad < 0) return labelsFrom(labels, 1 + largestOf(labels));
  throw new ArgumentError(
    `${name}[${bad}] is ${written(labels[bad])}: classes are whole numbers from 0 to ${mostClasses - 1}. Targets that are no classes are a Float32Array.`,
  );
}

/** -1 of none. */
function largestOf(labels: ArrayLike<number>): number {
  let largest = -1;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i]!);
  return largest;
}

function checkAlike(train: ArraySet, test: ArraySet): void {
  const facts = ({ inputs, inputShape, labels, targetShape }: ArraySet) =>
    [
      `${inputs instanceof Uint8Array ? "bytes" : "floats"} ${formatShape(inputShape)}`,
      labels ? "classes" : targetShape ? `targets ${formatShape(targetShape)}` : "no y",
    ].join(" with ");
  if (facts(train) === facts(test)) return;
  throw new ShapeError(`dataset: train has ${facts(train)} for each sample, test has ${facts(test)}.`);
}

function classNames(names: readonly string[] | undefined, ...sets: readonly ArraySet[]): readonly string[] {
  const most = Math.max(...sets.map(({ labels = [] }) => largestOf(labels)));
  if (names === undefined) return Array.from({ length: most + 1 }, (_, label) => String(label));
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
    throw new ArgumentError(`dataset: classes must be a list of names, got ${written(names)}.`);
  if (names.length > most) return names;
  throw new ArgumentError(`dataset: there is a class ${most}, but only ${names.length} names in classes.`);
}

/** As for files, so that config.json tells whether the data are those of before. */
function sumsOf(
  part: string,
  { inputs, inputShape, labels, targets, targetShape, count }: ArraySet,
): DataFile[] {
  const entry = (name: string, values: Labels | Float32Array | undefined, shape: Shape): DataFile[] => {
    if (!values) return [];
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const text = `${values.constructor.name} ${formatShape([count, ...shape])}`;
    const md5 = createHash("md5").update(text).update(bytes).digest("hex");
    return [{ path: `${part}.${name}: ${text}`, bytes: bytes.length, md5, official: false, count }];
  };
  return [
    ...entry("x", inputs, inputShape),
    ...entry("y", labels, []),
    ...entry("y", targets, targetShape ?? []),
  ];
}
