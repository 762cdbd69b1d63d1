/** @file Augmentation, noise and standardization of inputs. */
export { augmentImages, transformImages } from "./augment-images.ts";
export { type Corruption, type CorruptOptions, corrupt } from "./corrupt.ts";
export type { AugmentOptions, FillMode, SamplingOptions } from "./options.ts";
export {
  type ChannelStatistics,
  centreSamples,
  channelStatistics,
  FeatureStandardizer,
  standardizeSamples,
} from "./standardize.ts";
export type { ImageTransform } from "./transform.ts";
