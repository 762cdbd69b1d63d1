/** @file The answer to a guess, read from committed results. Numbers are as the run wrote them. */
import { FileError } from "../../engine/errors.ts";
import { formatCount, formatFixed, formatPercent, formatShort } from "../../report/format.ts";
import type { Language } from "../address.ts";
import type { FigureName, Question } from "./questions.ts";
import type { ResultFile, Results } from "./results.ts";

/** One of the figures that are compared; a number that is guessed is the only one. */
export interface AnswerFigure {
  /** as the result calls it */
  readonly name: string;
  readonly value: number;
  readonly published: number | undefined;
  /** no other is better; several may be equal */
  readonly isBest: boolean;
}

type Unit = "percent" | "count" | undefined;

export interface Answer {
  readonly figures: readonly AnswerFigure[];
  readonly unit: Unit;
  /** other figures that the text names */
  readonly also: readonly { readonly value: number; readonly unit: Unit }[];
  /** the results that the figures are from, each once; the question's own first */
  readonly files: readonly ResultFile[];
}

interface Trial {
  readonly mean: Readonly<Record<string, number>>;
}

interface Pair {
  readonly classes: readonly string[];
  readonly mistakes: number;
}

/** Throws FileError if there is no result that has them. */
export function answerOf(question: Question, results: Results): Answer {
  const also = (question.also ?? []).map((figure) => {
    const { name, value } = figureOf(results, question.id, figure);
    return { value, unit: unitOf([name]) };
  });
  return { ...comparedFigures(question, results), also };
}

function comparedFigures({ id, guess }: Question, results: Results): Omit<Answer, "also"> {
  const own = fileOf(results, id);
  switch (guess.kind) {
    case "number":
      return answer([figureOf(results, id, guess.figure)], "largest", [own]);
    case "choice": {
      const figures = guess.of.map((name) => figureOf(results, id, name));
      return answer(figures, guess.best, [
        own,
        ...guess.of.map((name) => fileOf(results, splitName(id, name).experiment)),
      ]);
    }
    case "trials": {
      const trials = listOf<Trial>(own, "summary");
      const figures = trials.map(({ mean }) => {
        return { name: guess.figure, value: mean[guess.figure]!, published: undefined };
      });
      return answer(figures, guess.best, [own]);
    }
    default: {
      const pairs = listOf<Pair>(own, "confused_pairs");
      const figures = pairs.map(({ classes, mistakes }) => {
        return { name: classes.join(" / "), value: mistakes, published: undefined };
      });
      return { ...answer(figures, "largest", [own]), unit: "count" };
    }
  }
}

function answer(
  figures: readonly Omit<AnswerFigure, "isBest">[],
  best: "smallest" | "largest",
  files: readonly ResultFile[],
): Omit<Answer, "also"> {
  const values = figures.map(({ value }) => value);
  const wanted = best === "smallest" ? Math.min(...values) : Math.max(...values);
  return {
    figures: figures.map((figure) => ({ ...figure, isBest: figure.value === wanted })),
    unit: unitOf(figures.map(({ name }) => name)),
    files: [...new Set(files)],
  };
}

function splitName(id: string, name: FigureName): { readonly experiment: string; readonly figure: string } {
  const [first, second] = name.split(":");
  return second === undefined ? { experiment: id, figure: first! } : { experiment: first!, figure: second };
}

function fileOf(results: Results, experiment: string): ResultFile {
  const file = results.get(experiment);
  if (!file) throw new FileError(`docs/results has no result of ${experiment}.`);
  return file;
}

function figureOf(results: Results, id: string, name: FigureName): Omit<AnswerFigure, "isBest"> {
  const { experiment, figure } = splitName(id, name);
  const { path, result } = fileOf(results, experiment);
  const value = result.measured[figure];
  if (typeof value !== "number") throw new FileError(`${path} has no figure ${figure}.`);
  const published = result.published.find(({ measure }) => measure === figure)?.published;
  return { name: figure, value, published };
}

function listOf<T>({ path, result }: ResultFile, name: string): readonly T[] {
  const list = result[name];
  if (!Array.isArray(list) || list.length === 0) throw new FileError(`${path} has no ${name}.`);
  return list;
}

/** Shares are written in percent. */
function unitOf(names: readonly string[]): Unit {
  return names.every((name) => /accuracy|recall|agreement|kept|error/.test(name)) ? "percent" : undefined;
}

export function writeFigure(value: number, unit: Unit, language: Language): string {
  if (unit === "percent") return formatPercent(value, 2, language);
  return unit === "count" ? formatFixed(value, 0, language) : formatShort(value, language);
}

/** What the slots of a question's text stand for. */
export function slotsOf(answer: Answer, language: Language): Record<string, string> {
  const { figures, unit, also, files } = answer;
  const { epochs, dataset } = files[0]!.result;
  const count = (value: number | undefined) => (value === undefined ? "?" : formatCount(value, language));
  const slots: Record<string, string> = {
    epochs: count(epochs),
    images: count(dataset?.train),
    tests: count(dataset?.test),
  };
  for (const [i, { value, published }] of figures.entries()) {
    slots[`v${i + 1}`] = writeFigure(value, unit, language);
    if (published !== undefined) slots[`p${i + 1}`] = writeFigure(published, unit, language);
  }
  for (const [i, { value, unit: own }] of also.entries())
    slots[`a${i + 1}`] = writeFigure(value, own, language);
  return slots;
}
