/**
 * @file What of `wgrad/datasets` also runs in a page: readers of the files of data sets, parts of image sets, and images that are
 * drawn on the spot. Bytes come from anywhere; a `Response` gives them by `await response.arrayBuffer()`.
 */

export type { ByteReader } from "./formats/byte-reader.ts";
export {
  type ByteRange,
  type ByteSource,
  type FileBytes,
  namedBytes,
  type Packing,
} from "./formats/byte-source.ts";
export { type Cifar100Labels, readCifar10, readCifar100 } from "./formats/cifar.ts";
export { cifar10Classes, cifar100CoarseClasses, cifar100FineClasses } from "./formats/cifar-classes.ts";
export { type IdxArray, readIdx } from "./formats/idx.ts";
export type { ImageSet, Labels, StoredImages } from "./formats/image-set.ts";
export {
  type DecodeOptions,
  decodeImage,
  type Orientation,
  type ResizeFilter,
  type ResizeOptions,
  type RgbImage,
  resizeImage,
} from "./formats/images/image.ts";
export { type ImageInput, type Images, type ImagesOptions, images } from "./formats/images/images.ts";
export { type MatVariable, readMatDirectory, readMatNumbers } from "./formats/matlab.ts";
export type { MatElement } from "./formats/matlab-elements.ts";
export type { NumericArray } from "./formats/matlab-types.ts";
export { readMnist } from "./formats/mnist.ts";
export { readSvhn } from "./formats/svhn.ts";
export {
  describeSplit,
  randomSubset,
  type Split,
  type SplitRule,
  type SplitSize,
  splitByRule,
  takeImages,
} from "./splits.ts";
export { countClasses, pixelRange } from "./statistics.ts";
export { birds } from "./synthetic/birds.ts";
export { clothes } from "./synthetic/clothes.ts";
export { coloredShapes } from "./synthetic/colored-shapes.ts";
export { handwrittenDigits } from "./synthetic/handwriting.ts";
export type { StandIn } from "./synthetic/stand-in.ts";
export { syntheticStreetDigits } from "./synthetic/street-digits.ts";
