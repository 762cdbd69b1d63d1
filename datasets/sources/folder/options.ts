/** @file What is made of the photographs of a folder, as its reader is told. */
import {
  checkChoice,
  checkFlag,
  checkOption,
  checkOptionNames,
  requirePath,
} from "../../../engine/options.ts";
import {
  defaultMaxPixels,
  type Orientation,
  type ResizeFilter,
  resizeFilters,
} from "../../formats/images/image.ts";
import type { Preparation } from "./decode-file.ts";

/** How far imageFolder() has come, in files. */
export interface DecodeProgress {
  readonly done: number;
  readonly total: number;
}

/** Options of imageFolder(): size of the images, how they are resized, what becomes of broken ones, which are for tests. */
export interface ImageFolderOptions {
  /** [height, width] that every photograph is resized to; a number is both */
  readonly size: number | readonly [height: number, width: number];
  /** as by PIL. Default "nearest", Keras's */
  readonly filter?: ResizeFilter;
  /** "apply" turns photographs as EXIF says. Default "ignore", as PIL and Keras do */
  readonly orientation?: Orientation;
  /** leave out files that cannot be decoded, each named in `broken` and by `onLine`. Default false: the first one is an error */
  readonly skipBroken?: boolean;
  /** pixels that a photograph may have before it is resized. Default 50,000,000 */
  readonly maxPixels?: number;
  /** of a folder that has no test part: the share of each class that is for testing. Default 0.2 */
  readonly testFraction?: number;
  /** draws that share. Default 0 */
  readonly seed?: number;
  /** the data folder, in which `image-folders/` keeps what was decoded; see dataFolder() for the default */
  readonly data?: string;
  /** whether it is kept. Default true */
  readonly cache?: boolean;
  /** told after every file that was decoded */
  readonly onProgress?: (progress: DecodeProgress) => void;
  /** told what a user should know: files left out, a cache that cannot be written */
  readonly onLine?: (text: string) => void;
}

/** Throws ArgumentError, in the name of the function `name`. */
export function checkedPreparation(name: string, folder: string, options: ImageFolderOptions): Preparation {
  requirePath(name, folder);
  checkOptionNames<ImageFolderOptions>(name, options, {
    ...{ size: true, filter: true, orientation: true, skipBroken: true, maxPixels: true, testFraction: true },
    ...{ seed: true, data: true, cache: true, onProgress: true, onLine: true },
  });
  const { size, filter = "nearest", orientation = "ignore", maxPixels = defaultMaxPixels } = options;
  const { testFraction = 0.2, seed = 0, skipBroken = false, cache = true } = options;
  const [height, width] = typeof size === "number" ? [size, size] : (size ?? []);
  const whole = (value: number, least: number) => () => Number.isSafeInteger(value) && value >= least;
  checkOption(name, "size: height", height!, whole(height!, 1), "a positive whole number");
  checkOption(name, "size: width", width!, whole(width!, 1), "a positive whole number");
  checkChoice(name, "filter", filter, resizeFilters);
  checkChoice(name, "orientation", orientation, ["ignore", "apply"]);
  checkOption(name, "maxPixels", maxPixels, () => maxPixels >= 1, "a number of pixels");
  checkOption(
    name,
    "testFraction",
    testFraction,
    () => testFraction > 0 && testFraction < 1,
    "above 0 and below 1",
  );
  checkOption(name, "seed", seed, whole(seed, 0), "a whole number from 0");
  checkFlag(name, "skipBroken", skipBroken);
  checkFlag(name, "cache", cache);
  return { height: height!, width: width!, filter, orientation, maxPixels };
}
