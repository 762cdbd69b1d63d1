/** @file The weights of networks trained on ImageNet, without their classifiers: from the data folder, else downloaded. */
import { type DownloadProgress, resnet50, squeezenet } from "../../applications/index.ts";
import type { WeightSupply } from "./choose-backbone.ts";

/** `data` is the data folder, if one was named. What the supply gives is named as the networks name it. */
export function imagenetWeights(
  data: string | undefined,
  onProgress?: (progress: DownloadProgress) => void,
): WeightSupply {
  const options = {
    weights: "imagenet",
    includeTop: false,
    ...(data === undefined ? {} : { data }),
    ...(onProgress ? { onProgress } : {}),
  } as const;
  return async (name) => {
    const network = await (name === "resnet50" ? resnet50(options) : squeezenet(options));
    // on no engine yet, its weights are what they start from: those that were loaded
    return new Map(
      network.weights.map(({ path, variable: { initializer, shape } }) => {
        return [path, initializer(shape, { seed: 0, stream: 0 })];
      }),
    );
  };
}
