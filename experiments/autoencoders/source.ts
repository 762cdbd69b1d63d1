/** @file Where the questions on autoencoders stand. */
import type { Source } from "../../runner/experiment.ts";

export function mnistQuestion(question: string): Source {
  return {
    text: "UTFSM INF-477 2017, Tarea 2: CNNs y AEs",
    question,
    section: "Autoencoders on MNIST: INF-477, Tarea 2, section 3",
  };
}

/** What the text leaves open and every experiment of question 3.1 does the same way. */
export const training =
  "The loss is binary cross-entropy, averaged over the 784 pixels: a pixel between 0 and 1 is taken for the probability " +
  "of ink. The text leaves the optimizer of the basic autoencoder to the reader: here it is Adam at the defaults of " +
  "Keras 2.0 (epsilon 1e-8), as in the notebook on question 3.3. Batches of 25, 50 epochs. The last 5,000 " +
  "training images validate; --validation first takes the first.";

/** What the questions after (a) take from it. */
export const encoderOfA = "The encoders are ReLU, the better ones of (a).";
