/** @file What the experiments on CIFAR-100 have in common. */
import type { PublishedFigure, Source } from "../../runner/experiment.ts";

const text =
  "J. Utrera Burgal: Deep Learning básico con Keras (Parte 2): Convolutional Nets, enmilocalfunciona.io";

/** A part of the article. */
export function cifar100Part(part: string): Source {
  return { text, question: part, section: "CIFAR-100: an article on Keras" };
}

/** A figure that the article prints. */
export function printed(name: string, measure: string, value: number): PublishedFigure {
  return { name, measure, value, source: text };
}
