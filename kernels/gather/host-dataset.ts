/** @file A data set in main memory: what it may say about its samples, and that it does not contradict itself. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues, type HostValues } from "../../engine/host-values.ts";
import { checkOption, checkOptionNames, type OptionNames, written } from "../../engine/options.ts";
import { checkShape, type Shape, sizeOf } from "../../engine/shape.ts";

/** Targets are given as labels, as values of their own, or not at all: then the inputs are the targets. */
export interface HostDataset {
  /** row-major. Bytes are stored as bytes, all else as float32; both are the numbers that they are */
  readonly inputs: HostValues;
  /** of one sample: [h, w, c] */
  readonly inputShape: Shape;
  /** the network gets the inputs multiplied by it. Default 1; 1 / 255 for bytes of images */
  readonly scale?: number;
  /** class indices from 0, one per sample */
  readonly labels?: ArrayLike<number>;
  /** of one sample's labels: [h, w] for a label per pixel. Default [], one label */
  readonly labelShape?: Shape;
  /** number of classes: labels must be below it */
  readonly classes?: number;
  readonly targets?: HostValues;
  /** of one sample's targets. Default inputShape */
  readonly targetShape?: Shape;
  /** as `scale`, of targets of their own. Default 1 */
  readonly targetScale?: number;
}

/** The fields that belong to another one, which must be there too. */
const companions = {
  labelShape: "labels",
  classes: "labels",
  targetShape: "targets",
  targetScale: "targets",
} as const;

const names: OptionNames<HostDataset> = {
  inputs: true,
  inputShape: true,
  scale: true,
  labels: true,
  labelShape: true,
  classes: true,
  targets: true,
  targetShape: true,
  targetScale: true,
};

/** The number of samples. Throws ArgumentError or ShapeError, naming the field, for what contradicts itself. */
export function checkDataset(data: HostDataset): number {
  if (typeof data !== "object" || data === null) {
    throw new ArgumentError(`data set: needs inputs and their shape, got ${written(data)}.`);
  }
  checkOptionNames("data set", data, names);
  for (const name of Object.keys(companions) as (keyof typeof companions)[]) {
    if (data[name] !== undefined && data[companions[name]] === undefined)
      throw new ArgumentError(`data set: has ${name}, but no ${companions[name]}.`);
  }
  const { inputs, inputShape, labels, labelShape = [], classes, targets, targetShape = inputShape } = data;
  checkValues("data set: inputs", inputs);
  for (const shape of [inputShape, labelShape, targetShape]) checkShape(shape, "data set");
  const count = samplesIn(inputs, inputShape);
  checkScales("data set", data);
  if (labels !== undefined && targets !== undefined)
    throw new ArgumentError("data set: has labels and targets; one of them is meant.");
  if (classes !== undefined) {
    const sound = () => Number.isInteger(classes) && classes >= 1;
    checkOption("data set", "classes", classes, sound, "a positive integer");
  }
  if (targets === undefined) return count;
  checkValues("data set: targets", targets);
  const found = targets.length / sizeOf(targetShape);
  if (found !== count) throw new ShapeError(`data set: ${count} inputs and ${found} targets.`);
  return count;
}

/** Throws ArgumentError unless the factors are numbers other than 0. */
function checkScales(
  what: string,
  { scale = 1, targetScale = 1 }: { readonly scale?: number; readonly targetScale?: number },
): void {
  for (const [name, value] of Object.entries({ scale, targetScale }))
    checkOption(what, name, value, () => value !== 0, "a number other than 0");
}

function samplesIn({ length }: HostValues, shape: Shape): number {
  const count = length / sizeOf(shape);
  if (Number.isInteger(count) && count > 0) return count;
  throw new ShapeError(`data set: ${length} values are no samples of shape ${formatShape(shape)}.`);
}
