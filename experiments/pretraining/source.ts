/** @file Where the questions on pre-training stand, and what they share. */
import type { PublishedFigure, Source } from "../../runner/experiment.ts";

export function pretrainingQuestion(letter: string): Source {
  return {
    text: "UTFSM INF-477 2017, Tarea 2, and a student's notebook on its question 3.3",
    question: `3.3 (${letter})`,
    section: "Pre-training on MNIST: INF-477, Tarea 2, section 3.3",
  };
}

export const notebook = "A student's notebook on question 3.3 (Keras 2.0)";

/** A test error that the notebook prints. */
export function notebookError(name: string, measure: string, value: number): PublishedFigure {
  return { name, measure, value, source: notebook };
}

const geron =
  "A. Géron: Hands-On Machine Learning with Scikit-Learn, Keras and TensorFlow, 2nd edition, chapter 17";

export function geronQuestion(question: string): Source {
  return {
    text: geron,
    question,
    section: "Stacked and tied autoencoders on Fashion-MNIST: Géron, chapter 17",
  };
}

/** What the notebook does, and the sheet leaves open. */
export const recipe =
  "Adam at the defaults of Keras 2.0 (epsilon 1e-8), batches of 25; the first 5,000 training images validate, as in the notebook (the sheet takes the last: --validation last). " +
  "The sheet's 768x1000x1000x10 means 784 inputs.";

export const quickNetwork = "hidden layers of 250 units instead of 1,000";

/** Units of a hidden layer. */
export function hiddenUnits(profile: "full" | "quick"): number {
  return profile === "full" ? 1000 : 250;
}

/** The notebook fine-tunes for fewer epochs than it trains autoencoders. */
export const fineTuningEpochs = 20;
