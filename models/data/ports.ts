/** @file A model's inputs and outputs as data meets them, and whether what a data set says about its samples fits. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { type Shape, sameShape } from "../../engine/shape.ts";
import type { GpuDataset, LabelOfSample } from "../../kernels/gather/index.ts";
import type { Loss } from "../objective/loss-names.ts";

/** An input or output of a model. */
export interface Port {
  readonly name: string;
  /** of one sample */
  readonly shape: Shape;
}

export interface OutputPort extends Port {
  readonly loss: Pick<Loss, "sparse" | "rows">;
}

/** What a data set declares; shapes of one sample. */
export interface DatasetShapes {
  readonly inputShape: Shape;
  /** if it has labels */
  readonly labelShape?: Shape;
  readonly classes?: number;
  readonly largestLabel?: LabelOfSample;
  /** if it has targets of their own */
  readonly targetShape?: Shape;
}

export function shapesOf({ inputs, labels, classes, largestLabel, targets }: GpuDataset): DatasetShapes {
  return {
    inputShape: inputs.sampleShape,
    ...(labels && { labelShape: labels.shape.slice(1) }),
    ...(classes !== undefined && { classes }),
    ...(largestLabel && { largestLabel }),
    ...(targets && { targetShape: targets.sampleShape }),
  };
}

/**
 * Throws ShapeError or ArgumentError if a data set does not fit the model's input and, if its loss is computed, its output:
 * values are never read as samples of another shape.
 */
export function checkDatasetShapes(
  what: string,
  inputs: readonly Port[],
  outputs: readonly OutputPort[],
  data: DatasetShapes,
): void {
  const [input, output] = [inputs[0]!, outputs[0]];
  if (inputs.length > 1 || outputs.length > 1) {
    const names = [...inputs, ...outputs].map(({ name }) => name).join(", ");
    throw new ArgumentError(
      `${what}: a data set has one input and one target; give { inputs, targets } for ${names}.`,
    );
  }
  requireShape(`${what}: the data set's inputs are`, data.inputShape, `${input.name} takes`, input.shape);
  if (!output) return;
  if (data.labelShape) checkLabels(what, output, data.labelShape, data);
  else if (output.loss.sparse)
    throw new ArgumentError(`${what}: the loss of ${output.name} takes labels, which the data set has not.`);
  else {
    const { targetShape = data.inputShape } = data;
    const targets = data.targetShape ? "targets" : "inputs, which are the targets too,";
    requireShape(`${what}: the data set's ${targets} are`, targetShape, `${output.name} gives`, output.shape);
  }
}

function requireShape(found: string, shape: Shape, expected: string, own: Shape): void {
  if (sameShape(shape, own)) return;
  throw new ShapeError(`${found} ${formatShape(shape)}, ${expected} ${formatShape(own)}.`);
}

/** Labels become rows of as many numbers as there are classes, or are given to a sparse loss as they are. */
function checkLabels(
  what: string,
  { name, shape, loss }: OutputPort,
  labelShape: Shape,
  { classes, largestLabel }: DatasetShapes,
): void {
  const outputs = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1);
  const gives = `${name} gives ${formatShape(shape)}`;
  if (!sameShape(labelShape, rows) || (outputs === 1 && !loss.sparse)) {
    const each = labelShape.length > 0 ? `${formatShape(labelShape)} labels` : "one label";
    throw new ShapeError(
      `${what}: the data set has ${each} for each sample, ${gives}.${hintFor(labelShape, rows, outputs)}`,
    );
  }
  if (largestLabel && largestLabel.label >= outputs) {
    throw new ArgumentError(
      `${what}: the label of sample ${largestLabel.sample} is ${largestLabel.label}, expected a whole number from 0 to ` +
        `${outputs - 1}: ${gives}.`,
    );
  }
  const fits = classes === undefined || (loss.sparse ? classes <= outputs : classes === outputs);
  if (!fits) throw new ShapeError(`${what}: the data set has ${classes} classes, ${gives}.`);
}

function hintFor(labelShape: Shape, rows: Shape, outputs: number): string {
  if (labelShape.length === 0 && rows.length > 0)
    return " Is a Flatten() missing before a Dense? Labels by pixel need labelShape.";
  return outputs === 1 ? " For a single number give targets, with targetShape [1], instead of labels." : "";
}
