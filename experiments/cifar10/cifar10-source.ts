/** @file What the questions on CIFAR-10 have in common. */
import type { Source } from "../../runner/experiment.ts";

/** A question of section 1, "CNNs en CIFAR10". */
export function cifar10Question(letter: string): Source {
  return {
    text: "UTFSM INF-477 2017, Tarea 2: CNNs y AEs",
    question: `1 (${letter})`,
    section: "CIFAR-10: INF-477, Tarea 2, section 1",
  };
}

/** The assignment leaves the split to an earlier one: 5,000 of the 50,000 training images, drawn by the seed. */
export const cifar10Validation = { take: "random", fraction: 0.1 } as const;
