/** @file What the questions on SVHN have in common. */
import type { Source } from "../../runner/experiment.ts";

/** A question of section 2, "Reconocimiento de dígitos en imágenes naturales". */
export function svhnQuestion(letter: string): Source {
  return {
    text: "UTFSM INF-477 2017, Tarea 2: CNNs y AEs",
    question: `2 (${letter})`,
    section: "SVHN: INF-477, Tarea 2, section 2",
  };
}
