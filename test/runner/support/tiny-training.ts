/** @file A training experiment that takes a second: a dense network on a few synthetic images. */

import type { Dataset } from "../../../datasets/dataset.ts";
import { coloredShapes } from "../../../datasets/synthetic/colored-shapes.ts";
import type { Engine } from "../../../engine/device.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import { sgd } from "../../../kernels/optimizers/index.ts";
import { Dense, Dropout, Flatten, Input, sequential } from "../../../models/index.ts";
import type { TrainingExperiment } from "../../../runner/experiment.ts";

const profile = { epochs: 2, batch: 8, description: "tiny" };

export const tinyTraining: TrainingExperiment = {
  id: "tiny",
  kind: "training",
  title: "Tiny",
  source: { text: "a test", question: "1" },
  question: "Does it run?",
  dataset: "cifar10",
  parameters: 3072 * 10 + 10,
  network: () =>
    sequential([Input([32, 32, 3]), Flatten(), Dropout(0.2), Dense(10, { activation: "softmax" })]),
  optimizer: () => sgd({ learningRate: 0.001, momentum: 0.9 }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  validation: { take: "last", fraction: 0.25 },
  published: [],
  profiles: { full: profile, quick: profile },
};

export function tinyDataset(): Dataset {
  const { draw, classes = [] } = coloredShapes(10);
  return {
    id: "cifar10",
    title: "shapes",
    classes,
    train: draw("train", 24, 1),
    test: draw("test", 12, 1),
    origin: "synthetic",
    files: [],
    note: "made for a test",
    license: "none",
    citation: "none",
  };
}

/** What a run needs besides experiment, settings and folder. */
export function tinySurroundings(engine: Engine, lines: string[] = []) {
  return {
    engine,
    dataset: tinyDataset(),
    started: new Date(),
    events: { line: (text: string) => void lines.push(text), progress: () => {}, epochDone: () => {} },
    find: findExperiment,
    saveInitial: false,
    resume: false,
    signal: new AbortController().signal,
  };
}
