/** @file A trained network as one model from pictures to its answer, with what is done to pictures on the way. */
import { join } from "node:path";
import type { Orientation, ResizeFilter } from "../../datasets/formats/images/image.ts";
import type { Engine } from "../../engine/device.ts";
import { FileError, formatShape, UsageError } from "../../engine/errors.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { FeatureStandardizer } from "../../kernels/augment/index.ts";
import type { InputTransform } from "../../models/data/gpu-samples.ts";
import { input, Lambda, type Model, model, Reshape, type SymbolicTensor } from "../../models/index.ts";
import { ImageDataGenerator } from "../../models/preprocessing/image-data-generator.ts";
import { loadWeights } from "../../models/weights/model-weights.ts";
import type { Experiment, TrainingExperiment } from "../experiment.ts";
import { type ExperimentDataOptions, fittedGenerator, imagesOf } from "../experiment-data.ts";
import { loadData } from "../load-data.ts";
import { imagesOnly } from "../samples.ts";
import { sourceOf } from "../store/run-folder.ts";
import { describeImages } from "../store/runs.ts";
import type { RunConfig } from "../store/schemas.ts";
import { backbones } from "../transfer/backbones.ts";
import { boundExperiment, pooled } from "../transfer/bound-experiment.ts";
import { type LoadedBackbone, statisticsOfAverages } from "../transfer/prepare.ts";
import { trainingVariant } from "../variant.ts";

/** How pictures become samples. */
export interface PictureRules {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly filter: ResizeFilter;
  readonly orientation: Orientation;
  /** bytes are multiplied by it */
  readonly scale: number;
}

/** Owner of the weights on the GPU; dispose() frees them. */
export interface Predictor {
  /** from pictures [h, w, c], already scaled, to shares of classes or to pictures of their size */
  readonly model: Model;
  readonly answers: "classes" | "pictures";
  /** names, index = output */
  readonly classes: readonly string[];
  readonly rules: PictureRules;
  dispose(): void;
}

/** A finished run, and what it takes to have its network. */
export interface FinishedRun {
  readonly experiment: Experiment;
  readonly config: RunConfig;
  readonly folder: string;
  readonly engine: Engine;
  /** the data folder, if one was named */
  readonly data?: string;
  readonly line: (text: string) => void;
  /** of a head on features: the network that computes them */
  readonly backbone: LoadedBackbone | undefined;
}

type Samples = NonNullable<RunConfig["dataset"]["samples"]>;

interface DataFacts {
  readonly classes: readonly string[];
  readonly samples: Samples;
}

/** What there is to know of the run's data; they are read only for what config.json does not say. */
class RunData {
  readonly #run: FinishedRun;
  readonly #experiment: Pick<TrainingExperiment, "id" | "dataset">;
  #dataset: ReturnType<typeof loadData> | undefined;

  constructor(run: FinishedRun, experiment: Pick<TrainingExperiment, "id" | "dataset">) {
    this.#run = run;
    this.#experiment = experiment;
  }

  get dataset(): ReturnType<typeof loadData> {
    const { config, data, line } = this.#run;
    const { seed, backbone } = config.settings;
    this.#dataset ??= loadData(this.#experiment, { ...sourceOf(config, data), seed, backbone, onLine: line });
    return this.#dataset;
  }

  async facts(): Promise<DataFacts> {
    const { classes, samples } = this.#run.config.dataset;
    if (classes && samples) return { classes, samples };
    const found = describeImages(await this.dataset);
    return { classes: found.classes!, samples: found.samples! };
  }
}

/**
 * The network of a run on pictures: of transfer with its backbone, of a study its main part. `scale` says what bytes are multiplied
 * by where the run's samples were floats.
 * @throws UsageError for an experiment without a network, or one that takes no pictures; FileError for files that are gone
 */
export async function runPredictor(run: FinishedRun, scale: number | undefined): Promise<Predictor> {
  const { experiment, config, engine, folder } = run;
  const { settings } = config;
  if (
    experiment.kind === "data" ||
    experiment.kind === "review" ||
    (experiment.kind === "study" && !experiment.main)
  )
    throw new UsageError(`${folder}: ${experiment.id} trains no network of its own that could predict.`);
  const variant = experiment.kind === "study" ? undefined : trainingVariant(experiment, settings);
  const data = new RunData(run, variant ?? experiment);
  const { classes, samples } = await data.facts();
  const rules = rulesOf(run, samples, scale);
  const network = variant
    ? boundExperiment(variant, settings, classes.length).network(settings.profile)
    : (experiment as Extract<Experiment, { kind: "study" }>).main!.network(settings.profile);
  const owned: { dispose(): void }[] = [network];
  try {
    network.initialize(engine, settings.seed);
    await loadWeights(network, join(folder, "weights.safetensors"));
    const image = input([rules.height, rules.width, rules.channels]);
    const seen = variant ? await prepared(run, variant, data, image, owned) : image;
    const whole = model({ inputs: image, outputs: network.apply(shaped(seen, network.inputShape, folder)) });
    return finished(whole, { classes, rules, engine, owned, what: folder });
  } catch (error) {
    for (const each of owned) each.dispose();
    throw error;
  }
}

/** A model of its own on pictures, with the names of its classes, else their numbers. */
export function modelPredictor(
  network: Model,
  {
    engine,
    path,
    scale,
    classes,
  }: {
    readonly engine: Engine;
    readonly path: string;
    readonly scale: number;
    readonly classes?: readonly string[];
  },
): Predictor {
  const owned = [network];
  const { shape } = network.inputs[0]!;
  const rules = { ...pictureSize(shape, path), filter: "bilinear", orientation: "ignore", scale } as const;
  const image = input([rules.height, rules.width, rules.channels]);
  const whole = model({ inputs: image, outputs: network.apply(shaped(image, network.inputShape, path)) });
  const outputs = sizeOf(whole.output.shape);
  if (classes && classes.length !== outputs)
    throw new UsageError(`--classes: ${classes.length} names, but ${path} tells ${outputs} classes apart.`);
  const names = classes ?? Array.from({ length: outputs }, (_, i) => String(i));
  return finished(whole, { classes: names, rules, engine, owned, what: path });
}

interface Finish extends Pick<Predictor, "classes" | "rules"> {
  readonly engine: Engine;
  readonly owned: { dispose(): void }[];
  /** named in errors */
  readonly what: string;
}

function finished(whole: Model, { classes, rules, engine, owned, what }: Finish): Predictor {
  whole.initialize(engine, 0);
  owned.push(whole);
  const { shape } = whole.output;
  const isPicture = sizeOf(shape) === sizeOf(whole.inputShape) && sizeOf(shape) !== classes.length;
  const isRow =
    shape.length === 1 && (shape[0] === classes.length || (shape[0] === 1 && classes.length === 2));
  if (!isPicture && !isRow) {
    throw new UsageError(
      `${what}: the network answers ${formatShape(shape)}; predict shows shares of ${classes.length} classes, or pictures of the size that went in.`,
    );
  }
  const dispose = () => {
    for (const each of owned.toReversed()) each.dispose();
  };
  return { model: whole, answers: isPicture ? "pictures" : "classes", classes, rules, dispose };
}

/** As the run's data were read and scaled. */
function rulesOf(
  { config, experiment, folder }: FinishedRun,
  { shape, values, scale: own }: Samples,
  scale: number | undefined,
): PictureRules {
  const { photographs, backbone } = config.settings;
  const size = pictureSize(shape, folder);
  if (values === "floats" && scale === undefined) {
    throw new UsageError(
      `${folder}: the samples of ${experiment.id} are floats, and how they were made of pictures is not recorded. Say what the bytes ` +
        "0 to 255 are multiplied by: --scale 1/255. (With bytes and a scale in the experiment's file, the run says it.)",
    );
  }
  const wasPhotographs = photographs !== undefined || config.dataset.id === "cub200";
  return {
    ...size,
    filter: photographs?.filter ?? (backbone ? backbones[backbone].filter : "bilinear"),
    orientation: wasPhotographs ? "ignore" : "apply",
    scale: scale ?? (backbone ? backbones[backbone].scale : own),
  };
}

/** [h, w, c] or [h, w]. Throws UsageError for what is no picture. */
function pictureSize(shape: Shape, what: string): Pick<PictureRules, "height" | "width" | "channels"> {
  const [height = 0, width = 0, channels = 1] = shape;
  const isPicture = (shape.length === 2 || shape.length === 3) && (channels === 1 || channels === 3);
  if (isPicture) return { height, width, channels: channels as 1 | 3 };
  throw new UsageError(
    `${what}: the network takes samples ${formatShape(shape)}; pictures are [height,width,1 or 3].`,
  );
}

/** In the shape that the network takes: an image as a row of its pixels, for example. */
function shaped(image: SymbolicTensor, shape: Shape, what: string): SymbolicTensor {
  if (String(image.shape) === String(shape)) return image;
  if (sizeOf(image.shape) === sizeOf(shape)) return Reshape(shape).apply(image);
  throw new FileError(
    `${what}: the network takes ${formatShape(shape)}, its pictures are ${formatShape(image.shape)}.`,
  );
}

/** What the network sees of an image: standardized as the run's images were, or the features that a backbone makes of it. */
async function prepared(
  run: FinishedRun,
  experiment: TrainingExperiment,
  data: RunData,
  image: SymbolicTensor,
  owned: { dispose(): void }[],
): Promise<SymbolicTensor> {
  const { engine, config, line } = run;
  const { settings } = config;
  const sources = { experiment, engine, settings, line, ...sourceOf(config, run.data) };
  const transform = await standardization(sources, data, owned);
  if (transform) {
    const order = engine.keep(engine.tensor([0], [1], "u32")); // augmentation alone reads it
    owned.push(order);
    return Lambda((x: Tensor) => transform.apply(x, order)).apply(image);
  }
  if (experiment.transfer?.trains !== "head") return image;
  const { backbone } = run;
  if (!backbone) throw new FileError(`${run.folder}: the network that computes the features is not there.`);
  const features = pooled(backbones[backbone.name].network(settings.profile));
  owned.push(features);
  features.initialize(engine, 0, backbone.weights);
  const averaged = features.apply(image);
  if (!backbones[backbone.name].standardizes) return averaged;
  const training = { ...sources, dataset: await data.dataset, fresh: false };
  const statistics = await statisticsOfAverages(training, backbone, imagesOnly(imagesOf(training)).train);
  const standardizer = new FeatureStandardizer(engine, statistics);
  owned.push(standardizer);
  return Lambda((x: Tensor) => standardizer.apply(x)).apply(averaged);
}

/** That of the experiment's generator, fitted on the run's training images if it depends on them; none without one. */
async function standardization(
  sources: Omit<ExperimentDataOptions, "dataset">,
  data: RunData,
  owned: { dispose(): void }[],
): Promise<InputTransform | undefined> {
  const { experiment, settings } = sources;
  const { zcaImages: _, ...options } = experiment.generator?.(settings.profile) ?? {};
  const plain = new ImageDataGenerator(options);
  if (!plain.needsFit) return plain.evaluation;
  const training = { ...sources, dataset: await data.dataset };
  const fitted = (await fittedGenerator(training, imagesOf(training).train))!;
  owned.push(fitted);
  return fitted.evaluation;
}
