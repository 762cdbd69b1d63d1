/** @file Whether training can go on from a snapshot: all that does not fit is said before anything changes in the model. */
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { TrainingPosition, TrainingSnapshot } from "../checkpoint/snapshot.ts";
import type { EpochSteps } from "./fit-run.ts";
import { rowLengths } from "./log.ts";
import type { Precision } from "./precision.ts";
import type { Session } from "./session.ts";

/** What goes on: a compiled model, the steps of its epochs, and the last epoch. */
export interface Resumed {
  readonly session: Session;
  readonly steps: EpochSteps;
  readonly epochs: number;
}

/** Throws ArgumentError with all that is missing, too much or out of range in a snapshot whose kind was checked. */
export function checkResume(snapshot: TrainingSnapshot, resumed: Resumed): void {
  const { model } = resumed.session;
  const shapes = new Map(model.weights.map(({ path, variable }) => [path, variable.shape]));
  const kept = [...snapshot.kept].flatMap(([callback, values]) => keptProblems(callback, values, shapes));
  const problems = [
    ...positionProblems(snapshot.position, resumed),
    ...valueProblems("weight", snapshot.weights, shapes, Number.isFinite),
    ...slotProblems(snapshot, resumed.session),
    ...kept,
  ];
  if (problems.length === 0) return;
  const shown = problems.slice(0, mostShown).map((problem) => `\n  ${problem}`);
  const rest = problems.length > mostShown ? `\n  and ${problems.length - mostShown} more` : "";
  throw new ArgumentError(
    `fit: training of ${model.name} cannot go on from this checkpoint:${shown.join("")}${rest}`,
  );
}

/** The moments of a snapshot for an optimizer that goes on from them. Throws ArgumentError if they are another one's. */
export function checkMoments(snapshot: TrainingSnapshot, session: Session): void {
  const [problem] = slotProblems(snapshot, session);
  if (problem) throw new ArgumentError(`${session.model.name}: the checkpoint does not fit: ${problem}.`);
}

const mostShown = 12;

function positionProblems(position: TrainingPosition, resumed: Resumed): string[] {
  const { epoch, batch, step, rows, history, lossScale } = position;
  const { epochs, session } = resumed;
  const steps = resumed.steps.stepsPerEpoch;
  const [columns, withCounts] = rowLengths(session.objective);
  const done = history.epoch!.length + batch;
  const updates = step + (lossScale?.skipped ?? 0);
  const odd = rows.findIndex(
    (row) => (row.length !== columns && row.length !== withCounts) || !(row[0]! > 0),
  );
  const samples = rows.reduce((sum, [count]) => sum + (count ?? 0), 0);
  const expected = resumed.steps.samplesIn(batch);
  const found: (string | false)[] = [
    epoch > epochs && `it has ${epoch} epochs, training shall end after ${epochs}: give more epochs`,
    batch > steps &&
      `it is at batch ${batch} of an epoch, an epoch has ${steps} here: give the data and batchSize it was written with`,
    rows.length !== batch && `it has results of ${rows.length} batches, it is at batch ${batch}`,
    odd >= 0 && `results of batch ${odd + 1} have ${rows[odd]!.length} numbers, ${columns} are expected`,
    odd < 0 &&
      rows.length === batch &&
      expected > 0 &&
      samples !== expected &&
      `its batches had ${samples} samples so far, here they have ${expected}: give the batchSize it was written with`,
    updates < done &&
      `${updates} updates are too few for ${history.epoch!.length} epochs and ${batch} batches`,
    ...historyProblems(position),
  ];
  return found.filter((problem) => problem !== false);
}

function historyProblems({ epoch, history }: TrainingPosition): (string | false)[] {
  const epochs = history.epoch as number[];
  const last = epochs.at(-1) ?? epoch;
  return [
    epochs.length > 0 && !Object.hasOwn(history, "loss") && "its history has no loss",
    epochs.some((value, i) => value <= (i === 0 ? 0 : epochs[i - 1]!)) &&
      "the epochs of its history do not increase",
    // a callback's snapshot may be from before the epoch's results are in the history
    last !== epoch && last !== epoch - 1 && `its history ends with epoch ${last}, it has ${epoch} epochs`,
  ];
}

/** Moments: those of another optimizer would be taken for this one's where the names are the same. */
function slotProblems({ position, slots }: TrainingSnapshot, { optimizer, state }: Session): string[] {
  const { optimizer: name = optimizer.name } = position;
  if (name !== optimizer.name)
    return [`it has the moments of the optimizer ${name}, the model is compiled with ${optimizer.name}`];
  return valueProblems("moment", slots, state.shapes, (value) => !Number.isNaN(value)); // squares may overflow
}

function valueProblems(
  kind: string,
  values: ReadonlyMap<string, Float32Array>,
  shapes: ReadonlyMap<string, Shape>,
  isSound: (value: number) => boolean,
): string[] {
  const own = [...shapes].map(([name, shape]) => {
    const data = values.get(name);
    if (!data) return `the ${kind} ${name} ${formatShape(shape)} is missing`;
    return (
      sizeProblem(`the ${kind} ${name}`, data, shape) ?? contentProblem(`the ${kind} ${name}`, data, isSound)
    );
  });
  const more = [...values.keys()].filter((name) => !shapes.has(name));
  const unknown = more.map((name) => `the ${kind} ${name} belongs to nothing that is trained here`);
  return [...own.filter((problem) => problem !== undefined), ...unknown];
}

/** Callbacks may keep what they like; what has the name of a weight must be one. */
function keptProblems(
  callback: string,
  values: ReadonlyMap<string, Float32Array>,
  shapes: ReadonlyMap<string, Shape>,
): string[] {
  return [...values].flatMap(([path, data]) => {
    const shape = shapes.get(path);
    return (shape && sizeProblem(`the weight ${path} that ${callback} keeps`, data, shape)) ?? [];
  });
}

function sizeProblem(what: string, data: Float32Array, shape: Shape): string | undefined {
  if (data.length === sizeOf(shape)) return undefined;
  return `${what} has ${data.length} values, ${formatShape(shape)} needs ${sizeOf(shape)}`;
}

function contentProblem(
  what: string,
  data: Float32Array,
  isSound: (value: number) => boolean,
): string | undefined {
  const bad = data.findIndex((value) => !isSound(value));
  return bad < 0 ? undefined : `${what} is ${data[bad]} at place ${bad}`;
}

/** Throws ArgumentError for a checkpoint of another precision: it would not go on to the same bits. */
export function checkSamePrecision(precision: Precision, { position }: TrainingSnapshot): void {
  const before: Precision = position.lossScale ? "mixed" : "float32";
  if (before === precision) return;
  throw new ArgumentError(
    `fit: the checkpoint was written with precision ${before}, this fit has ${precision}. Resume with precision ${before}, ` +
      "or start anew from its weights.",
  );
}
