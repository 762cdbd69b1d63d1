/** @file A training's images on the GPU, divided and changed as the experiment says. */
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { type Split, type SplitRule, splitByRule } from "../../datasets/splits.ts";
import type { Engine } from "../../engine/device.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import type { Subset } from "../../models/data/batches.ts";
import { ImageDataGenerator } from "../../models/preprocessing/image-data-generator.ts";
import type { ProfileName, TrainingExperiment } from "../../runner/experiment.ts";
import type { LabImages } from "./image-data.ts";

/** Owner of the images on the GPU; dispose() frees them. */
export class TrainingData {
  readonly images: LabImages;
  readonly training: Subset;
  /** what is evaluated after every epoch as val_* */
  readonly validation: Subset;
  readonly testing: Subset;
  readonly #free: readonly { dispose(): void }[];

  private constructor(
    images: LabImages,
    parts: Pick<TrainingData, "training" | "validation" | "testing">,
    free: readonly { dispose(): void }[],
  ) {
    this.images = images;
    this.training = parts.training;
    this.validation = parts.validation;
    this.testing = parts.testing;
    this.#free = free;
  }

  static async open(
    engine: Engine,
    experiment: TrainingExperiment,
    profile: ProfileName,
    images: LabImages,
    seed: number,
  ): Promise<TrainingData> {
    const generator = await generatorFor(engine, experiment, profile, images.train);
    const upload = (set: ImageSet) => GpuDataset.upload(engine, samplesOf(set, images.classes.length));
    const [train, test] = [upload(images.train), upload(images.test)];
    const split = splitOf(experiment, images.train.count, seed);
    const augmented = experiment.validation instanceof Object && experiment.validation.augmented;
    const part = (dataset: GpuDataset, indices: Uint32Array | undefined, training: boolean): Subset => {
      const transform = training ? generator?.training : generator?.evaluation;
      return { dataset, ...(indices && { indices }), ...(transform && { transform }) };
    };
    const testing = part(test, undefined, false);
    const parts = {
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

/** As fit() takes them: bytes that the network gets from 0 to 1. */
function samplesOf({ images, labels, height, width, channels }: ImageSet, classes: number) {
  return { inputs: images, inputShape: [height, width, channels], scale: 1 / 255, labels, classes };
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
