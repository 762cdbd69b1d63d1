/** @file A folder of photographs that stay on disk: batches are decoded, or read from the cache, ahead of who takes them. */
import { resolve } from "node:path";
import { FileError, formatBytes } from "../../../engine/errors.ts";
import type { Dataset } from "../../dataset.ts";
import type { StoredImages } from "../../formats/image-set.ts";
import { dataFolder } from "../data-folder.ts";
import { surveyFile } from "./decode-file.ts";
import { describeFolder, type FolderPart } from "./describe-folder.ts";
import type { DecodedFile } from "./image-cache.ts";
import { type ImageFolder, imageFolder, readEach, refuseBroken } from "./image-folder.ts";
import { listImages } from "./list-images.ts";
import { checkedPreparation, type ImageFolderOptions } from "./options.ts";
import { PhotographReader } from "./photograph-reader.ts";
import { readAhead } from "./read-ahead.ts";

/** As imageFolder() gives it, but for the pixels, which are read when they are wanted. */
export interface StreamedImageFolder extends Dataset<StoredImages> {
  /** why files were left out, each named */
  readonly broken: readonly string[];
  /** Ends the threads. What was decoded is kept on disk only if it was the whole folder. */
  close(): Promise<void>;
}

/** In memory, or on disk if the decoded photographs are more than `most` bytes. @throws as imageFolder() does */
export async function openFolder(
  folder: string,
  options: ImageFolderOptions,
  most: number,
): Promise<ImageFolder | StreamedImageFolder> {
  const { height, width } = checkedPreparation("imageFolder", folder, options);
  const { testFraction = 0.2, seed = 0, onLine } = options;
  const { train, test } = await listImages(resolve(folder), { testFraction, seed });
  const bytes = (train.length + test.length) * height * width * 3;
  if (bytes <= most) return imageFolder(folder, options);
  onLine?.(
    `${formatBytes(bytes)} of photographs stay on disk and are decoded while the GPU works on those before: same results.`,
  );
  return streamedImageFolder(folder, options);
}

/**
 * The photographs of imageFolder(), in the same order, of which only some batches are in memory at a time:
 * `model.fit(birds.train, { batchSize: 32 })` gives the same weights. The caller closes it.
 * Every file is read once before, for its checksum; `skipBroken` decodes them all, as a file that is cut off shows only then.
 * Without it a broken file is told when its turn comes.
 * @throws FileError and ArgumentError as imageFolder() does
 */
export async function streamedImageFolder(
  folder: string,
  options: ImageFolderOptions,
): Promise<StreamedImageFolder> {
  const preparation = checkedPreparation("streamedImageFolder", folder, options);
  const { testFraction = 0.2, seed = 0, skipBroken = false } = options;
  const root = resolve(folder);
  const listing = await listImages(root, { testFraction, seed });
  const names = [...listing.train, ...listing.test].map(({ name }) => name);
  const reader = await PhotographReader.open({ root, names, preparation }, options);
  try {
    const files = await (skipBroken ? decodedFiles : surveyedFiles)(reader, names.length);
    refuseBroken(files, skipBroken, options.onLine);
    const { train, test, facts } = describeFolder(
      root,
      listing,
      files,
      preparation,
      dataFolder(options.data),
    );
    const { height, width } = preparation;
    const stored = ({ indices, labels }: FolderPart): StoredImages => ({
      ...{ count: indices.length, inputShape: [height, width, 3], scale: 1 / 255 },
      ...{ labels, classes: facts.classes.length },
      read: (parts) => readParts(reader, files, indices, parts),
    });
    return { ...facts, train: stored(train), test: stored(test), close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function surveyedFiles(reader: PhotographReader, count: number): Promise<DecodedFile[]> {
  const files: DecodedFile[] = [];
  const indices = Array.from({ length: count }, (_, i) => i);
  const survey = async (index: number) => reader.known(index) ?? surveyFile(reader.pathOf(index));
  for await (const file of readAhead(indices, () => 8, survey)) files.push(file);
  return files;
}

/** Their pixels go to the cache, and are decoded again if there is none. */
async function decodedFiles(reader: PhotographReader, count: number): Promise<DecodedFile[]> {
  const files: DecodedFile[] = [];
  for await (const image of readEach(reader, count))
    files.push(image instanceof FileError ? { broken: image.message } : image.file);
  return files;
}

/** Part after part [n, height, width, 3]; two at least, and as many as keep the threads busy, are read ahead. */
function readParts(
  reader: PhotographReader,
  files: readonly DecodedFile[],
  indices: Uint32Array,
  parts: Iterable<Uint32Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ahead = ({ length }: Uint32Array) => Math.max(2, Math.ceil((2 * reader.lanes) / length));
  return readAhead(parts, ahead, async (part) => {
    const images = await Promise.all(
      Array.from(part, async (place) => {
        const index = indices[place]!;
        const { pixels, file } = await reader.read(index).catch((error) => {
          throw error instanceof FileError ? withWayOut(error) : error;
        });
        requireSame(reader.pathOf(index), files[index]!, file);
        return pixels;
      }),
    );
    const bytes = images[0]?.length ?? 0;
    const all = new Uint8Array(images.length * bytes);
    for (const [i, pixels] of images.entries()) all.set(pixels, i * bytes);
    return all;
  });
}

function withWayOut(error: FileError): FileError {
  return new FileError(`${error.message} --skip-broken (skipBroken: true) leaves broken files out.`, {
    cause: error,
  });
}

function requireSame(path: string, before: DecodedFile, now: DecodedFile): void {
  if ("md5" in before && "md5" in now && before.md5 === now.md5) return;
  throw new FileError(`${path}: the file has been changed since the folder was opened.`);
}
