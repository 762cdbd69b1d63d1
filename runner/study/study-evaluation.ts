/** @file A finished study gone through once more: its parts are loaded and evaluated, its figures measured anew. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { command, quoted, typedName } from "../command.ts";
import type { StudyExperiment } from "../experiment.ts";
import type { RunContext } from "../run.ts";
import { parse, readConfig } from "../store/run-folder.ts";
import { resultSchema } from "../store/schemas.ts";
import type { PartOptions, TrainedPart } from "./part.ts";
import { RunningStudy } from "./running-study.ts";
import type { Measure } from "./study.ts";
import { describePart, isFinished, loadPart } from "./study-part.ts";

export interface StudyEvaluation {
  /** loss and metrics of each part on the test images, corrupted as in training */
  readonly parts: Readonly<Record<string, PartEvaluation>>;
  readonly figures: readonly RepeatedFigure[];
}

export interface PartEvaluation {
  readonly measured: Readonly<Record<string, number>>;
  /** what its history says of the test images after the last epoch, where they were evaluated then */
  readonly recorded: Readonly<Record<string, number>>;
}

/** A figure of result.json, and what it is now. */
export interface RepeatedFigure extends Measure {
  readonly name: string;
  /** null where result.json lacks it */
  readonly recorded: number | null;
}

/**
 * Runs the steps of a study whose run is in `context.folder`; nothing is trained or written.
 * @throws FileError if the run or one of its parts is not finished, or was made from other settings
 */
export async function evaluateStudy(context: RunContext<StudyExperiment>): Promise<StudyEvaluation> {
  const { folder, experiment } = context;
  const file = join(folder, "result.json");
  if (!existsSync(file)) {
    throw new FileError(
      `${folder} is not finished: it has no result.json. ${command("train", `${typedName(experiment)} --resume --out ${quoted(folder)}`)} goes on with it.`,
    );
  }
  const recorded = parse(file, resultSchema).measured;
  const study = new FinishedStudy(context, readConfig(folder));
  try {
    await experiment.run(study);
  } finally {
    study.dispose();
  }
  const figures = [...study.measures].map(([name, measure]): RepeatedFigure => {
    const before = recorded[name];
    return { ...measure, name, recorded: typeof before === "number" ? before : null };
  });
  return { parts: Object.fromEntries(study.evaluations), figures };
}

/** Its parts come from a finished run. */
class FinishedStudy extends RunningStudy {
  readonly evaluations = new Map<string, PartEvaluation>();

  override async save(part: TrainedPart, _: unknown, file: string): Promise<string> {
    return join(this.folderOf(part.name), `${file}.safetensors`);
  }

  protected override async obtain(name: string, options: PartOptions): Promise<TrainedPart> {
    const folder = this.folderOf(name);
    if (!isFinished(folder, describePart(this.context, options))) {
      throw new FileError(
        `${folder} cannot be evaluated: its part.json is missing, or says other settings than this version would train it with.`,
      );
    }
    const part = await loadPart(name, folder, options);
    this.evaluations.set(name, await evaluatePart(part, options));
    return part;
  }
}

async function evaluatePart({ model, history }: TrainedPart, options: PartOptions): Promise<PartEvaluation> {
  const measured = await model.evaluate(options.test ?? (await options.evaluation()));
  const recorded = Object.keys(measured).flatMap((name) => {
    const value = history.last(`test_${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { measured, recorded: Object.fromEntries(recorded) };
}
