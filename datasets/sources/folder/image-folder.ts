/** @file A folder of photographs as a data set: decoded once, then read from a cache on disk. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ArgumentError, FileError, formatShape } from "../../../engine/errors.ts";
import {
  checkChoice,
  checkFlag,
  checkOption,
  checkOptionNames,
  requirePath,
} from "../../../engine/options.ts";
import type { DataFile, Dataset } from "../../dataset.ts";
import { allocateFor } from "../../formats/allocate.ts";
import type { ImageSet } from "../../formats/image-set.ts";
import {
  defaultMaxPixels,
  type Orientation,
  type ResizeFilter,
  resizeFilters,
} from "../../formats/images/image.ts";
import { dataFolder } from "../data-folder.ts";
import { fileSource } from "../file-source.ts";
import { decodeAll } from "./decode-all.ts";
import type { Preparation } from "./decode-file.ts";
import { type DecodedFile, type DecodedFolder, readImageCache, writeImageCache } from "./image-cache.ts";
import { type FolderImage, type FolderListing, listImages } from "./list-images.ts";

export interface DecodeProgress {
  readonly done: number;
  readonly total: number;
}

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
  readonly onProgress?: (progress: DecodeProgress) => void;
  /** told what a user should know: files left out, a cache that cannot be written */
  readonly onLine?: (text: string) => void;
}

/** A folder's photographs as bytes [n, height, width, 3], RGB, with labels. */
export interface ImageFolder extends Dataset {
  /** why files were left out, each named */
  readonly broken: readonly string[];
}

/**
 * Photographs (JPEG, PNG, WebP) of a folder: `train/CLASS/` and `test/CLASS/`; or `lists/train.txt`, `lists/test.txt` and
 * `images/`, as CUB-200 has it; or only `CLASS/`, of which `testFraction` are for testing. They are decoded by one thread a core.
 * @throws FileError for another layout, more than 256 classes, or a broken file, named
 * @throws ArgumentError for options outside their values
 */
export async function imageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const preparation = checked(folder, options);
  const { testFraction = 0.2, seed = 0, onLine = () => {} } = options;
  const root = resolve(folder);
  const listing = await listImages(root, { testFraction, seed });
  const decoded = await decodedOnce(root, [...listing.train, ...listing.test], preparation, options);
  const broken = decoded.files.flatMap((file) => ("broken" in file ? [file.broken] : []));
  if (broken.length > 0 && !options.skipBroken)
    throw new FileError(
      `${broken[0]} ${broken.length === 1 ? "One file is" : `${broken.length} files are`} broken; ` +
        "--skip-broken (skipBroken: true) leaves them out.",
    );
  for (const why of broken) onLine(`left out: ${why}`);
  return dataset(root, listing, decoded, preparation, broken, dataFolder(options.data));
}

function checked(folder: string, options: ImageFolderOptions): Preparation {
  const name = "imageFolder";
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

/** From the cache, or decoded and put there. A disk that takes nothing costs the cache and not the work. */
async function decodedOnce(
  root: string,
  images: readonly FolderImage[],
  preparation: Preparation,
  { data, cache = true, onProgress, onLine = () => {} }: ImageFolderOptions,
): Promise<DecodedFolder> {
  if (!cache) return decode(root, images, preparation, onProgress);
  const key = await keyOf(root, images, preparation);
  const { height, width, filter } = preparation;
  const name = `${basename(root)}-${height}x${width}-${filter}-${key.slice(0, 16)}.bin`;
  const path = join(dataFolder(data), "image-folders", name);
  const found = await readImageCache(path, key);
  if (found) return found;
  const decoded = await decode(root, images, preparation, onProgress);
  try {
    writeImageCache(path, key, decoded);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    onLine(`${error.message} The decoded photographs are not kept: the next run decodes them again.`);
  }
  return decoded;
}

/** Of what the pixels depend on: the files by size and time of change, and what is made of them. */
async function keyOf(
  root: string,
  images: readonly FolderImage[],
  preparation: Preparation,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify({ version: 1, root, preparation }));
  for (const { name } of images) {
    const path = join(root, name);
    const found = await stat(path).catch(() => undefined); // one that is not there is found when it is decoded
    hash.update(JSON.stringify([name, found?.size, found?.mtimeMs]));
  }
  return hash.digest("hex");
}

async function decode(
  root: string,
  images: readonly FolderImage[],
  preparation: Preparation,
  onProgress?: (progress: DecodeProgress) => void,
): Promise<DecodedFolder> {
  const { height, width } = preparation;
  const bytes = height * width * 3;
  const all = allocateFor(fileSource(root), images.length * bytes);
  const files: DecodedFile[] = [];
  let done = 0;
  await decodeAll(
    images.map(({ name }) => join(root, name)),
    {
      preparation,
      onImage: (index, image) => {
        files[index] =
          image instanceof FileError ? { broken: image.message } : { md5: image.md5, bytes: image.bytes };
        if (!(image instanceof FileError)) all.set(image.pixels, index * bytes);
        onProgress?.({ done: ++done, total: images.length });
      },
    },
  );
  let kept = 0;
  files.forEach((file, index) => {
    if ("broken" in file) return;
    all.copyWithin(kept++ * bytes, index * bytes, (index + 1) * bytes);
  });
  return { files, pixels: all.subarray(0, kept * bytes) };
}

function dataset(
  root: string,
  { classes, train, test, split }: FolderListing,
  { files, pixels }: DecodedFolder,
  preparation: Preparation,
  broken: readonly string[],
  data: string,
): ImageFolder {
  const { height, width, filter, orientation } = preparation;
  const bytes = height * width * 3;
  const whole = files.map((file) => !("broken" in file));
  const isWhole = (first: number) => (_: FolderImage, i: number) => whole[first + i]!;
  const [trained, tested] = [train.filter(isWhole(0)), test.filter(isWhole(train.length))];
  const set = (images: readonly FolderImage[], from: number): ImageSet => ({
    images: pixels.subarray(from * bytes, (from + images.length) * bytes),
    labels: Uint8Array.from(images, ({ label }) => label),
    count: images.length,
    ...{ height, width, channels: 3 },
  });
  if (trained.length === 0 || tested.length === 0)
    throw new FileError(`${root}: no ${trained.length === 0 ? "training" : "test"} image can be decoded.`);
  if (pixels.length !== (trained.length + tested.length) * bytes)
    throw new ArgumentError(
      `${root}: ${pixels.length} bytes are not images ${formatShape([height, width, 3])}.`,
    );
  const skipped = broken.length > 0 ? ` ${broken.length} broken files are left out.` : "";
  const turned = orientation === "apply" ? ", turned as EXIF says" : "";
  return {
    id: `folder-${basename(root)}`,
    title: `Photographs in ${basename(root)}`,
    classes,
    train: set(trained, 0),
    test: set(tested, trained.length),
    files: [
      { ...partFile(root, "train", train, files), dataFolder: data },
      { ...partFile(root, "test", test, files.slice(train.length)), dataFolder: data },
    ],
    origin: "own",
    note:
      `photographs in ${root}: ${trained.length.toLocaleString("en-US")} + ${tested.length.toLocaleString("en-US")} of ` +
      `${classes.length} classes (${split}), resized to ${width}x${height} (${filter})${turned}.${skipped}`,
    license: "that of the photographs",
    citation: root,
    broken,
  };
}

/** One entry for a part: its MD5 is of the list of its files with theirs, so that other photographs are told apart. */
function partFile(
  root: string,
  part: string,
  images: readonly FolderImage[],
  files: readonly DecodedFile[],
): DataFile {
  const hash = createHash("md5");
  let [count, bytes] = [0, 0];
  images.forEach(({ name, label }, i) => {
    const file = files[i]!;
    if ("broken" in file) return;
    hash.update(`${file.md5} ${label} ${name}\n`);
    bytes += file.bytes;
    count++;
  });
  return { path: join(root, part), bytes, md5: hash.digest("hex"), official: false, count };
}
