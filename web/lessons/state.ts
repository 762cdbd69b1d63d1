/** @file What the page knows of its lessons: words, changed numbers and predictions. They stay in the page's memory alone. */
import { effect, signal } from "@preact/signals";
import { firstValues, type HandName, type HandValues } from "../../lessons/by-hand/examples.ts";
import { lab, place } from "../page.ts";
import type { HandAnswer } from "../worker/lessons.ts";
import type { HandPart } from "./list.ts";
import type { Results } from "./results.ts";
import { type LessonTexts, loadTexts } from "./texts.ts";

export const hasWebGpu = "gpu" in navigator;

/** in the page's language, once they are loaded */
export const lessonTexts = signal<LessonTexts | undefined>(undefined);
/** committed ones, once they are loaded */
export const committed = signal<Results | undefined>(undefined);

/** Loads what lessons are made of, and the words again when the language changes. */
export function openLessons(): () => void {
  void import("./results.ts").then(({ results }) => {
    committed.value = results;
  });
  return effect(() => {
    const { language } = place.value;
    void loadTexts(language).then((texts) => {
      if (place.peek().language === language) lessonTexts.value = texts;
    });
  });
}

/** What the reader has done with one prediction. */
export interface Prediction {
  readonly typed: string;
  /** typed and checked */
  readonly checked: number | undefined;
  /** the answer is to be seen */
  readonly isShown: boolean;
}

export const untouched: Prediction = { typed: "", checked: undefined, isShown: false };

const predictions = signal<Readonly<Record<string, Prediction>>>({});

/** By the name of what is predicted: dense.forward y[0,1], or the question's id. */
export function predictionOf(key: string): Prediction {
  return predictions.value[key] ?? untouched;
}

export function predict(key: string, change: Partial<Prediction>): void {
  predictions.value = { ...predictions.value, [key]: { ...predictionOf(key), ...change } };
}

const changedValues = signal<Readonly<Partial<Record<HandName, HandValues>>>>({});

/** The same object each time: whoever watches it sees a change where there is one. */
const first = new Map<HandName, HandValues>();

export function valuesOf(example: HandName): HandValues {
  const changed = changedValues.value[example];
  if (changed) return changed;
  const known = first.get(example) ?? firstValues(example);
  first.set(example, known);
  return known;
}

export function isChanged(example: HandName): boolean {
  return changedValues.value[example] !== undefined;
}

/** Other numbers have other results: what was predicted of the old ones is forgotten. */
export function changeValue(example: HandName, input: string, at: number, value: number): void {
  const values = valuesOf(example);
  setValues(example, { ...values, [input]: values[input]!.with(at, value) });
}

export function resetValues(example: HandName): void {
  setValues(example, undefined);
}

function setValues(example: HandName, values: HandValues | undefined): void {
  changedValues.value = { ...changedValues.value, [example]: values };
  const kept = Object.entries(predictions.value).filter(([key]) => !key.startsWith(`${example} `));
  predictions.value = Object.fromEntries(kept);
}

/** Which number of a part is asked about, where it is not the first one. */
const asked = signal<Readonly<Record<string, HandPart["asks"]>>>({});

export function asksOf(lesson: string, part: HandPart): HandPart["asks"] {
  return asked.value[`${lesson}.${part.id}`] ?? part.asks;
}

export function askFor(lesson: string, part: HandPart, result: string, at: number): void {
  asked.value = { ...asked.value, [`${lesson}.${part.id}`]: [result, at] };
}

/** Computes an example in the worker; in a browser without WebGPU what a run of it has left, which has the numbers of the start alone. */
export async function answerByHand(
  example: HandName,
  values: HandValues,
  asks: HandPart["asks"],
): Promise<HandAnswer | undefined> {
  if (hasWebGpu) return lab.byHand({ example, values, asks });
  const { recordedAnswer } = await import("./recorded.ts");
  return recordedAnswer(example, asks);
}
