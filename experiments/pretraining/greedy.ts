/** @file Greedy layer-wise pre-training: an autoencoder per hidden layer, each on the codes of the one before. */
import { GpuDataset } from "../../kernels/gather/index.ts";
import { type ActivationName, adam, type Model } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";
import type { DataPart } from "../../runner/study/study-images.ts";
import { cutAt } from "../autoencoders/cut.ts";
import { codesOf } from "../autoencoders/quality.ts";
import { noiseTransforms } from "../denoising/noise.ts";
import { epsilon } from "../keras-2-0.ts";
import { testError, trainClassifier } from "./classifier.ts";
import { fineTuningEpochs, hiddenUnits } from "./source.ts";

export interface Scheme {
  /** first word of its parts and figures */
  readonly name: string;
  readonly encoder: ActivationName;
  readonly decoder: ActivationName;
  /** masking noise on the inputs of each autoencoder: the share of them that stays */
  readonly keep?: number;
}

/** Test errors of the classifier on the way, and the parts it is made of. */
export interface Pretrained {
  readonly scheme: Scheme;
  /** the pre-trained layers below a last layer that was never trained */
  readonly before: number;
  /** the last layer trained alone */
  readonly head: number;
  /** all layers trained */
  readonly after: number;
  readonly autoencoders: readonly TrainedPart[];
  readonly classifier: TrainedPart;
}

const relatives = ["pretrain-b", "pretrain-c", "pretrain-d"];

/** Trains both autoencoders, puts their encoders into the classifier, and trains that. */
export async function pretrain(study: Study, scheme: Scheme): Promise<Pretrained> {
  const first = await trainLayer(study, scheme, 1, (part) => study.data.images(part));
  using codes = new Codes(study, first.encoder);
  const second = await trainLayer(study, scheme, 2, (part) => codes.of(part));
  const weights = new Map([...(await layerWeights(first.part, 1)), ...(await layerWeights(second.part, 2))]);
  const before = await errorBefore(study, scheme, weights);
  const epochs = Math.min(study.settings.epochs, fineTuningEpochs);
  const { encoder: activation, name } = scheme;
  const frozen = ["dense_1", "dense_2"];
  const options = { activation, weights, epochs, epochsInFull: fineTuningEpochs };
  const head = await trainClassifier(study, `${name}-head`, { ...options, frozen });
  const classifier = await trainClassifier(study, `${name}-finetuned`, options);
  return {
    scheme,
    before,
    head: await testError(study, head),
    after: await testError(study, classifier),
    autoencoders: [first.part, second.part],
    classifier,
  };
}

/** The autoencoder of hidden layer `layer`; its encoder is saved beside it, as in the source. */
async function trainLayer(
  study: Study,
  { name, encoder, decoder, keep }: Scheme,
  layer: 1 | 2,
  images: (part: DataPart) => GpuDataset | Promise<GpuDataset>,
): Promise<{ readonly part: TrainedPart; readonly encoder: Model }> {
  const noise = keep === undefined ? undefined : noiseTransforms(study, { kind: "masking", keep });
  const source = async (part: DataPart) => {
    const dataset = await images(part);
    return noise ? { dataset, transform: noise[part] } : dataset;
  };
  const inputs = (await images("train")).inputs.sampleShape[0]!;
  const part = await study.train(`${name}-${layer}`, {
    model: basicAutoencoder({ code: hiddenUnits(study.settings.profile), inputs, encoder, decoder }),
    optimizer: adam({ epsilon }),
    data: await source("train"),
    validation: await source("validation"),
    evaluation: () => source("test"),
    about: { encoder, decoder, ...(noise ? { keep: keep!, noise: study.settings.noise ?? "fixed" } : {}) },
    reuse: relatives,
    inFull: { parameters: basicAutoencoder(sizesInFull(layer, inputs)).parameterCount },
  });
  const half = cutAt(part.model, "dense_1").encoder;
  await study.save(part, half, "encoder");
  return { part, encoder: half };
}

/** The second layer's inputs are the first one's units. */
function sizesInFull(layer: 1 | 2, inputs: number) {
  const units = hiddenUnits("full");
  return { code: units, inputs: layer === 1 ? inputs : units };
}

/** Outputs of an encoder for a part of the images, as a data set of their own; made when they are asked for. */
class Codes {
  readonly #study: Study;
  readonly #encoder: Model;
  readonly #sets = new Map<DataPart, GpuDataset>();

  constructor(study: Study, encoder: Model) {
    this.#study = study;
    this.#encoder = encoder;
  }

  async of(part: DataPart): Promise<GpuDataset> {
    const known = this.#sets.get(part);
    if (known) return known;
    this.#study.step(`  codes of the ${part} images, for the next layer`);
    const { values, shape } = await codesOf(this.#study, this.#encoder, part);
    const set = GpuDataset.upload(this.#study.engine, { inputs: values, inputShape: shape.slice(1) });
    this.#sets.set(part, set);
    return set;
  }

  [Symbol.dispose](): void {
    for (const set of this.#sets.values()) set.dispose();
  }
}

/** An encoder's kernel and bias under the names that layer `layer` of the classifier has. */
async function layerWeights({ model }: TrainedPart, layer: 1 | 2): Promise<[string, Float32Array][]> {
  const weights = await model.getLayer("dense_1").getWeights();
  return [...weights].map(([name, values]) => [`dense_${layer}/${name}`, values]);
}

/** The classifier's error before any training with labels. */
async function errorBefore(
  study: Study,
  { encoder: activation }: Scheme,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<number> {
  const { engine, settings, data } = study;
  const model = pretrainNetwork({ activation, hidden: hiddenUnits(settings.profile) });
  const metrics = { accuracy: "categorical_accuracy" };
  await model.compile({
    engine,
    optimizer: adam({ epsilon }),
    loss: "categorical_crossentropy",
    metrics,
    seed: settings.seed,
  });
  model.setWeights(weights);
  const { accuracy } = await model.evaluate(data.labelled("test"));
  model.dispose();
  return 1 - accuracy!;
}
