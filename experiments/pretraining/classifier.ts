/** @file The classifier of question 3.3: training it, and what is measured of it. */
import { type ActivationName, adam, type Optimizer } from "../../models/index.ts";
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import type { MainTraining } from "../../runner/experiment.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";
import { epsilon } from "../keras-2-0.ts";
import { hiddenUnits } from "./source.ts";

export interface ClassifierOptions {
  readonly activation: ActivationName;
  /** Adam unless given */
  readonly optimizer?: Optimizer;
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** layers that keep their weights */
  readonly frozen?: readonly string[];
  readonly epochs?: number;
  /** of a full run, where they are not those of its profile */
  readonly epochsInFull?: number;
}

const relatives = ["pretrain-a", "pretrain-b", "pretrain-c", "pretrain-d"];

/** Without pre-training. */
export const classifierTraining = {
  optimizer: () => adam({ epsilon }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  targets: "classes",
} as const satisfies MainTraining;

/** Trains 784-1000-1000-10; with --literal by binary cross-entropy, as the sheet's listing does. */
export function trainClassifier(
  study: Study,
  name: string,
  options: ClassifierOptions,
): Promise<TrainedPart> {
  const {
    activation,
    optimizer = classifierTraining.optimizer(),
    frozen = [],
    epochsInFull,
    ...rest
  } = options;
  const inFull = pretrainNetwork({ activation, hidden: hiddenUnits("full") }).parameterCount;
  const model = pretrainNetwork({ activation, hidden: hiddenUnits(study.settings.profile) });
  for (const layer of frozen) model.getLayer(layer).trainable = false;
  const binary = study.literal && options.weights !== undefined;
  return study.train(name, {
    ...rest,
    model,
    optimizer,
    loss: binary ? "binary_crossentropy" : classifierTraining.loss,
    metrics: { ...classifierTraining.metrics, ...(binary ? { binary_accuracy: "binary_accuracy" } : {}) },
    data: study.data.labelled("train"),
    validation: study.data.labelled("validation"),
    test: study.data.labelled("test"),
    about: { activation, frozen: frozen.join() },
    reuse: relatives,
    inFull: { parameters: inFull, ...(epochsInFull ? { epochs: epochsInFull } : {}) },
  });
}

/** Share of the test images with a wrong answer, of the weights at the end of training. */
export async function testError(study: Study, { model }: TrainedPart): Promise<number> {
  const { accuracy } = await model.evaluate(study.data.labelled("test"));
  return 1 - accuracy!;
}
