/** @file The lessons in their order, and what is predicted in each. Their words are in text/, one folder a language. */
import type { HandName } from "../../lessons/by-hand/examples.ts";
import { type Question, questions } from "./questions.ts";

/** One prediction of a lesson by hand: a number of an example. */
export interface HandPart {
  readonly id: string;
  readonly example: HandName;
  /** what goes in, and which results are shown, hidden until they are asked about */
  readonly inputs: readonly string[];
  readonly results: readonly string[];
  /** the number that is asked for first: a result, and its row-major index */
  readonly asks: readonly [result: string, at: number];
}

/** Numbers of which the reader changes the inputs, and the results come from the engine's own ops. */
export interface HandLesson {
  readonly kind: "hand";
  readonly id: string;
  readonly parts: readonly HandPart[];
}

/** A question of the assignment, with the figure that a run of this project gave. */
export interface QuestionLesson {
  readonly kind: "question";
  readonly id: string;
  readonly question: Question;
}

export type LessonEntry = HandLesson | QuestionLesson;

const hand = (id: string, ...parts: readonly HandPart[]): HandLesson => ({ kind: "hand", id, parts });

const descent = (id: "sgd" | "momentum" | "adam", step: number, ...own: readonly string[]): HandPart => ({
  id,
  example: id,
  inputs: ["w", "a", "rate", ...own],
  results: ["path"],
  asks: ["path", step],
});

export const handLessons: readonly HandLesson[] = [
  hand(
    "tensor",
    { id: "turned", example: "tensor", inputs: ["x"], results: ["turned"], asks: ["turned", 4] },
    { id: "columns", example: "tensor", inputs: ["x"], results: ["columns"], asks: ["columns", 1] },
    { id: "both", example: "tensor", inputs: ["x", "row"], results: ["both"], asks: ["both", 5] },
  ),
  hand(
    "dense",
    { id: "forward", example: "dense", inputs: ["x", "w", "b"], results: ["y"], asks: ["y", 0] },
    { id: "weights", example: "dense", inputs: ["x", "dy"], results: ["d w"], asks: ["d w", 3] },
    { id: "inputs", example: "dense", inputs: ["dy", "w"], results: ["d x"], asks: ["d x", 2] },
  ),
  hand(
    "conv2d",
    { id: "forward", example: "conv2d", inputs: ["image", "filter", "b"], results: ["y"], asks: ["y", 4] },
    {
      id: "filter",
      example: "conv2d",
      inputs: ["image", "dy"],
      results: ["d filter"],
      asks: ["d filter", 4],
    },
    { id: "image", example: "conv2d", inputs: ["dy", "filter"], results: ["d image"], asks: ["d image", 10] },
  ),
  hand(
    "softmax",
    { id: "probabilities", example: "softmax", inputs: ["x"], results: ["p"], asks: ["p", 1] },
    { id: "loss", example: "softmax", inputs: ["x", "truth"], results: ["L"], asks: ["L", 0] },
    { id: "gradient", example: "softmax", inputs: ["x", "truth"], results: ["d x"], asks: ["d x", 0] },
  ),
  hand("optimizer", descent("sgd", 1), descent("momentum", 1, "momentum"), descent("adam", 0)),
];

export const lessons: readonly LessonEntry[] = [
  ...handLessons,
  ...questions.map((question) => ({ kind: "question" as const, id: question.id, question })),
];

/** Undefined if there is none of that name. */
export function lessonOf(id: string): LessonEntry | undefined {
  return lessons.find((lesson) => lesson.id === id);
}

/** Predictions of a lesson: a question has one. */
export function partCount(lesson: LessonEntry): number {
  return lesson.kind === "hand" ? lesson.parts.length : 1;
}
