/** @file Losses and metrics that are functions of tensors, in Keras's order of arguments. */
import { requireTensorsOf } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { Tensor } from "../../engine/tensor.ts";
import { add } from "../../kernels/elementwise/index.ts";

/**
 * A loss or a metric of your own. Called while a step is recorded, so it may not depend on values, only on shapes; a loss is made
 * of differentiable ops.
 * @param yTrue the targets, [n, ...] of the output's shape; class labels come as one-hot rows
 * @param yPred the output, [n, ...]
 * @returns a value for each sample, [n] or [n, 1], or one number: their mean over the samples
 */
export type TensorFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A loss that is a function, beside those of loss-names.ts. */
export interface FunctionLoss {
  readonly name: string;
  readonly sparse: false;
  readonly rows: false;
  /** the loss of each sample, [n]. Differentiable */
  readonly values: (outputs: Tensor, targets: Tensor) => Tensor;
}

export function functionLoss(of: TensorFunction): FunctionLoss {
  const name = functionName(of, "loss");
  const values = (outputs: Tensor, targets: Tensor) =>
    valuesPerSample(`the loss ${name}`, of, targets, outputs);
  return { name, sparse: false, rows: false, values };
}

/** Functions that are written where they are used have no name. */
export function functionName(of: TensorFunction, unnamed: string): string {
  return of.name === "" ? unnamed : of.name;
}

/** For files and reports: a name as it is, a function by its name. */
export function writtenKind(kind: string | TensorFunction): string {
  return typeof kind === "string" ? kind : `function ${functionName(kind, "without a name")}`;
}

/**
 * What `of` gives for every sample, [n]: a single number counts for all of them. `what` names it in messages, as "the loss mine".
 * Throws ArgumentError for what is no tensor of numbers, ShapeError for another shape.
 */
export function valuesPerSample(what: string, of: TensorFunction, targets: Tensor, outputs: Tensor): Tensor {
  const samples = outputs.shape[0]!;
  const { engine } = outputs;
  const result: unknown = of(targets, outputs);
  if (!(result instanceof Tensor)) {
    const got = result instanceof Promise ? "a promise" : written(result);
    throw new ArgumentError(`${what} must return a tensor, got ${got}.`);
  }
  requireTensorsOf(engine, what, { "its result": result });
  const { shape, dtype, size } = result;
  if (dtype !== "f32") throw new ArgumentError(`${what} must return f32 numbers, got ${dtype}.`);
  if (shape[0] === samples && size === samples) return shape.length === 1 ? result : result.view([samples]);
  if (size === 1) return add(result.view([1]), engine.zeros([samples]));
  const rest = shape.length > 1 && shape[0] === samples;
  const hint = rest ? ` Average over the other axes: mean(x, { axes: [${axesAfterFirst(shape)}] }).` : "";
  throw new ShapeError(
    `${what} must return a number for each sample, [${samples}] here, or a single one, got ${formatShape(shape)} of outputs ` +
      `${formatShape(outputs.shape)}.${hint}`,
  );
}

function axesAfterFirst(shape: readonly number[]): string {
  return shape
    .slice(1)
    .map((_, i) => i + 1)
    .join(", ");
}
