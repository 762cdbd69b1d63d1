/** @file A training's images on the GPU, divided and changed as the experiment says. */
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { type Split, type SplitRule, splitByRule } from "../../datasets/splits.ts";
import type { Engine } from "../../engine/device.ts";
import type { Shape } from "../../engine/shape.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import type { Subset } from "../../models/data/batches.ts";
import { ImageDataGenerator } from "../../models/preprocessing/image-data-generator.ts";
import type { ProfileName, TrainingExperiment } from "../../runner/experiment.ts";
import type { PageExperiment } from "../../runner/lab/page-run.ts";
import type { DataPart } from "../../runner/study/study-images.ts";
import type { LabImages } from "./image-data.ts";

/** Owner of the images on the GPU; dispose() frees them. */
export class TrainingData {
  readonly images: LabImages;
  /** what the network has to give: a class, or the image itself */
  readonly targets: "images" | "classes";
  readonly training: Subset;
  /** what is evaluated after every epoch as val_* */
  readonly validation: Subset;
  readonly testing: Subset;
  readonly #free: readonly { dispose(): void }[];

  private constructor(
    images: LabImages,
    parts: Pick<TrainingData, "targets" | "training" | "validation" | "testing">,
    free: readonly { dispose(): void }[],
  ) {
    this.images = images;
    this.targets = parts.targets;
    this.training = parts.training;
    this.validation = parts.validation;
    this.testing = parts.testing;
    this.#free = free;
  }

  static async open(
    engine: Engine,
    experiment: PageExperiment,
    profile: ProfileName,
    images: LabImages,
    seed: number,
  ): Promise<TrainingData> {
    return experiment.study
      ? TrainingData.#ofStudy(engine, experiment, profile, images, seed)
      : TrainingData.#ofTraining(engine, experiment, profile, images, seed);
  }

  static #ofStudy(
    engine: Engine,
    { network, study }: PageExperiment,
    profile: ProfileName,
    images: LabImages,
    seed: number,
  ): TrainingData {
    const { targets, inputs } = study!;
    const transforms = inputs?.({ seed });
    const { inputShape } = network(profile);
    const classes = targets === "classes" ? images.classes.length : undefined;
    const part = (name: DataPart): Subset => {
      const dataset = GpuDataset.upload(engine, samplesOf(images[name]!, inputShape, classes));
      return { dataset, ...(transforms && { transform: transforms[name] }) };
    };
    const parts = { training: part("train"), validation: part("validation"), testing: part("test") };
    const datasets = Object.values(parts).map(({ dataset }) => dataset);
    return new TrainingData(images, { targets, ...parts }, datasets);
  }

  static async #ofTraining(
    engine: Engine,
    experiment: TrainingExperiment,
    profile: ProfileName,
    images: LabImages,
    seed: number,
  ): Promise<TrainingData> {
    const generator = await generatorFor(engine, experiment, profile, images.train);
    const upload = (set: ImageSet) => {
      const { height, width, channels } = set;
      return GpuDataset.upload(engine, samplesOf(set, [height, width, channels], images.classes.length));
    };
    const [train, test] = [upload(images.train), upload(images.test)];
    const split = splitOf(experiment, images.train.count, seed);
    const augmented = experiment.validation instanceof Object && experiment.validation.augmented;
    const part = (dataset: GpuDataset, indices: Uint32Array | undefined, training: boolean): Subset => {
      const transform = training ? generator?.training : generator?.evaluation;
      return { dataset, ...(indices && { indices }), ...(transform && { transform }) };
    };
    const testing = part(test, undefined, false);
    const parts = {
      targets: "classes" as const,
      training: part(train, split?.train, true),
      validation: split ? part(train, split.validation, augmented ?? false) : testing,
      testing,
    };
    return new TrainingData(images, parts, [train, test, ...(generator ? [generator] : [])]);
  }

  dispose(): void {
    for (const each of this.#free) each.dispose();
  }
}

/** As fit() takes them: bytes that the network gets from 0 to 1; without classes they are their own targets. */
function samplesOf({ images, labels }: ImageSet, inputShape: Shape, classes: number | undefined) {
  return { inputs: images, inputShape, scale: 1 / 255, ...(classes !== undefined && { labels, classes }) };
}

function splitOf({ validation }: TrainingExperiment, count: number, seed: number): Split | undefined {
  if (validation === undefined || validation === "test") return undefined;
  const { take, fraction } = validation;
  const rule: SplitRule =
    take === "random" ? { take, size: { fraction }, seed } : { take, size: { fraction } };
  return splitByRule(count, rule);
}

async function generatorFor(
  engine: Engine,
  experiment: TrainingExperiment,
  profile: ProfileName,
  { images, count, height, width, channels }: ImageSet,
): Promise<ImageDataGenerator | undefined> {
  if (!experiment.generator) return undefined;
  const { zcaImages, ...options } = experiment.generator(profile);
  const generator = new ImageDataGenerator(options);
  if (!generator.needsFit) return generator;
  const rows = { values: images, shape: [count, height, width, channels], scale: 1 / 255 };
  await generator.fit(engine, rows, zcaImages === undefined ? {} : { zcaImages });
  return generator;
}
