/** @file Where the questions on autoencoders stand. */
import type { Source } from "../experiment.ts";

export function mnistQuestion(question: string): Source {
  return { text: "UTFSM INF-477 2017, Tarea 2: CNNs y AEs", question };
}

/** What the text leaves open and every experiment of question 3.1 does the same way. */
export const training =
  "The loss is binary cross-entropy, averaged over the 784 pixels: a pixel between 0 and 1 is taken for the probability " +
  "of ink. Training is SGD with a learning rate of 1 (the text imports SGD here and uses that rate in 3.1 (g); the mean over " +
  "the pixels makes it that large), batches of 25, 50 epochs.";
