/** @file A folder of photographs as a data set in memory: decoded once, then read from a cache on disk. */
import { resolve } from "node:path";
import { FileError } from "../../../engine/errors.ts";
import type { Dataset } from "../../dataset.ts";
import { allocateFor } from "../../formats/allocate.ts";
import type { ImageSet } from "../../formats/image-set.ts";
import { dataFolder } from "../data-folder.ts";
import { fileSource } from "../file-source.ts";
import { describeFolder, type FolderPart } from "./describe-folder.ts";
import type { DecodedFile } from "./image-cache.ts";
import { listImages } from "./list-images.ts";
import { checkedPreparation, type ImageFolderOptions } from "./options.ts";
import { PhotographReader, type ReaderSource } from "./photograph-reader.ts";
import { readAhead } from "./read-ahead.ts";

/** A folder's photographs as bytes [n, height, width, 3], RGB, with labels. */
export interface ImageFolder extends Dataset {
  /** why files were left out, each named */
  readonly broken: readonly string[];
}

/**
 * Photographs (JPEG, PNG, WebP) of a folder: `train/CLASS/` and `test/CLASS/`; or `lists/train.txt`, `lists/test.txt` and
 * `images/`, as CUB-200 has it; or only `CLASS/`, of which `testFraction` are for testing. They are decoded by one thread a core.
 * All are in main memory; streamedImageFolder() is for those that do not fit.
 * @throws FileError for another layout, more than 8,192 classes, or a broken file, named
 * @throws ArgumentError for options outside their values
 */
export async function imageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const preparation = checkedPreparation("imageFolder", folder, options);
  const { testFraction = 0.2, seed = 0, skipBroken = false } = options;
  const root = resolve(folder);
  const listing = await listImages(root, { testFraction, seed });
  const names = [...listing.train, ...listing.test].map(({ name }) => name);
  const { pixels, files } = await readAll({ root, names, preparation }, options);
  refuseBroken(files, skipBroken, options.onLine);
  const { train, test, facts } = describeFolder(root, listing, files, preparation, dataFolder(options.data));
  const { height, width } = preparation;
  const set = ({ indices, labels }: FolderPart, from: number): ImageSet => {
    const [begin, end] = [from, from + indices.length].map((image) => image * height * width * 3);
    const images = pixels.subarray(begin, end);
    return { images, labels, count: indices.length, height, width, channels: 3 };
  };
  return { ...facts, train: set(train, 0), test: set(test, train.indices.length) };
}

/** Names files that are left out. @throws FileError for the first if none may be */
export function refuseBroken(
  files: readonly DecodedFile[],
  skip: boolean,
  onLine: (text: string) => void = () => {},
): void {
  const broken = files.flatMap((file) => ("broken" in file ? [file.broken] : []));
  if (broken.length > 0 && !skip)
    throw new FileError(
      `${broken[0]} ${broken.length === 1 ? "One file is" : `${broken.length} files are`} broken; ` +
        "--skip-broken (skipBroken: true) leaves them out.",
    );
  for (const why of broken) onLine(`left out: ${why}`);
}

interface DecodedFolder {
  /** [images that are not broken, height, width, 3], in the order of the listing */
  readonly pixels: Uint8Array;
  /** by number in the listing */
  readonly files: readonly DecodedFile[];
}

async function readAll(source: ReaderSource, options: ImageFolderOptions): Promise<DecodedFolder> {
  const { root, names, preparation } = source;
  const bytes = preparation.height * preparation.width * 3;
  const all = allocateFor(fileSource(root), names.length * bytes);
  const reader = await PhotographReader.open(source, options);
  try {
    const files: DecodedFile[] = [];
    let kept = 0;
    for await (const image of readEach(reader, names.length)) {
      files.push(image instanceof FileError ? { broken: image.message } : image.file);
      if (!(image instanceof FileError)) all.set(image.pixels, kept++ * bytes);
    }
    return { files, pixels: all.subarray(0, kept * bytes) };
  } finally {
    await reader.close();
  }
}

/** Photographs 0 to `count` - 1, or why they are broken. */
export function readEach(reader: PhotographReader, count: number) {
  const indices = Array.from({ length: count }, (_, i) => i);
  const read = (index: number) =>
    reader.read(index).catch((error: unknown) => {
      if (error instanceof FileError) return error;
      throw error;
    });
  return readAhead(indices, () => 4 * reader.lanes, read);
}
