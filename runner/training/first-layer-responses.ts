/** @file What the first convolution makes of some training images. */
import { takeImages } from "../../datasets/splits.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { Model } from "../../models/model.ts";
import type { FeatureMaps } from "../../report/run-report.ts";
import type { ExperimentData } from "../experiment-data.ts";
import { loadedOnly, picturesOf } from "../samples.ts";

/** Images of different classes, as far as there are so many. */
const shownImages = 5;

/** Throws ArgumentError if the network has no convolution. */
export async function firstLayerResponses(
  model: Model,
  data: ExperimentData,
  classes: readonly string[],
): Promise<FeatureMaps> {
  const layer = model.layers.find(({ className }) => className === "Conv2D");
  if (!layer) throw new ArgumentError("The network has no convolution whose responses could be shown.");
  const output = model.outputOf(layer.name);
  const [height, width, filters] = output.shape as [number, number, number];
  const pictures = picturesOf(loadedOnly(data.train));
  if (!pictures) throw new ArgumentError("The network's inputs are no images that could be shown.");
  const { labels } = pictures;
  const indices = Uint32Array.from(
    classes
      .flatMap((_, label) => data.trained.find((index) => labels[index] === label) ?? [])
      .slice(0, shownImages),
  );
  const first = new Model({ inputs: model.inputs, outputs: output });
  const maps = await first.predict({ ...data.trainingAsTested, indices });
  return {
    layer: layer.name,
    images: takeImages(pictures, indices),
    maps,
    height,
    width,
    filters,
    names: Array.from(indices, (index) => classes[labels[index]!]!),
  };
}
