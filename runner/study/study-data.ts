/** @file The images of a study: training, validation and test part, in main memory and on the GPU. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { ImageSet, Labels } from "../../datasets/formats/image-set.ts";
import type { Engine } from "../../engine/device.ts";
import type { Shape } from "../../engine/shape.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import type { RunSettings } from "../store/schemas.ts";
import { type DataPart, studyImages } from "./study-images.ts";

export class StudyData {
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
  /** in words, which images validate */
  readonly split: string;
  readonly #engine: Engine;
  readonly #uploads = new Map<string, GpuDataset>();

  /** `take` says which end of the training file is held out. */
  constructor(engine: Engine, dataset: Dataset, settings: RunSettings, take: "first" | "last") {
    const { train, validation, test, split } = studyImages(dataset, settings, take);
    this.#engine = engine;
    this.classes = dataset.classes;
    this.train = train;
    this.validation = validation;
    this.test = test;
    this.split = split;
  }

  /** Pixels from 0 to 1 as rows [n, 784], for the classical methods. */
  rows(part: DataPart): HostRows {
    const { images, count } = this[part];
    return { values: images, shape: [count, images.length / count], scale: 1 / 255 };
  }

  /** Images without labels, the targets of an autoencoder; [784] each unless another shape is given. */
  images(part: DataPart, shape: Shape = [this.#pixels]): GpuDataset {
    return this.#upload(part, shape, {});
  }

  /** Images with their classes. */
  labelled(part: DataPart, shape: Shape = [this.#pixels]): GpuDataset {
    return this.#upload(part, shape, { labels: this[part].labels, classes: this.classes.length });
  }

  dispose(): void {
    for (const dataset of this.#uploads.values()) dataset.dispose();
    this.#uploads.clear();
  }

  get #pixels(): number {
    return this.train.height * this.train.width * this.train.channels;
  }

  #upload(part: DataPart, inputShape: Shape, labels: { labels?: Labels; classes?: number }): GpuDataset {
    const key = `${part} ${inputShape.join("x")} ${labels.classes ?? ""}`;
    const known = this.#uploads.get(key);
    if (known) return known;
    const data = { inputs: this[part].images, inputShape, scale: 1 / 255, ...labels };
    const dataset = GpuDataset.upload(this.#engine, data);
    this.#uploads.set(key, dataset);
    return dataset;
  }
}
