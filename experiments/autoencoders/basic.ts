/** @file The autoencoders with one hidden layer, which several questions train, compare or start from. */
import { type ActivationName, adam, type Callback, type InputTransform } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import type { MainTraining } from "../../runner/experiment.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";
import type { DataPart } from "../../runner/study/study-images.ts";
import { epsilon } from "../keras-2-0.ts";
import { cutAt, type Halves } from "./cut.ts";

export interface BasicPartOptions {
  readonly code: number;
  /** usualEncoder unless given */
  readonly encoder?: ActivationName;
  readonly decoder?: ActivationName;
  /** noise on the inputs, and the name it gives the part */
  readonly noise?: { readonly name: string } & Readonly<Record<DataPart, InputTransform>>;
  readonly callbacks?: readonly Callback[];
}

export interface BasicPart extends TrainedPart, Halves {
  readonly code: number;
}

/**
 * The encoder of every question after (a), where ReLU turns out to be the better one: a sigmoid code of few numbers saturates
 * and stays at the error of the mean image.
 */
export const usualEncoder = "relu";

/** Binary cross-entropy and Adam, whatever the code. */
export const basicTraining = {
  optimizer: () => adam({ epsilon }),
  loss: "binary_crossentropy",
  metrics: { mse: "mean_squared_error" },
  targets: "images",
} as const satisfies MainTraining;

/** The network of 32 numbers as main part. */
export const basicMain = {
  part: () => `${usualEncoder}-32`,
  parameters: 50_992,
  network: () => basicAutoencoder({ code: 32, encoder: usualEncoder }),
  training: basicTraining,
} as const;

/** The layer of the code in a network of one hidden layer. */
const codeLayer = "dense_1";

/** Experiments that train the same networks: a finished run of one serves the others. */
const relatives = ["ae-a", "ae-b", "ae-c", "ae-e", "ae-g", "ae-h", "ae-i", "dae-b", "dae-d", "dae-e"];

/** Trains 784-code-784 and cuts it; its part is called sigmoid-32, relu-8, ... */
export async function trainBasic(study: Study, options: BasicPartOptions): Promise<BasicPart> {
  const { code, encoder = usualEncoder, decoder = "sigmoid", noise, callbacks = [] } = options;
  const words = [encoder, code, ...(decoder === "sigmoid" ? [] : [decoder]), ...(noise ? [noise.name] : [])];
  const images = (part: DataPart) =>
    noise ? { dataset: study.data.images(part), transform: noise[part] } : study.data.images(part);
  const part = await study.train(words.join("-"), {
    model: basicAutoencoder({ code, encoder, decoder }),
    optimizer: basicTraining.optimizer(),
    loss: basicTraining.loss,
    metrics: basicTraining.metrics,
    data: images("train"),
    validation: images("validation"),
    evaluation: () => images("test"),
    about: { encoder, decoder, ...(noise ? { noise: study.settings.noise ?? "fixed" } : {}) },
    callbacks,
    reuse: relatives,
  });
  return { ...part, ...cutAt(part.model, codeLayer), code };
}
