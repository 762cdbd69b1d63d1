/** @file What a data set says of a folder of photographs, and which of them it holds. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { FileError } from "../../../engine/errors.ts";
import type { DataFile, Dataset } from "../../dataset.ts";
import { type Labels, labelsFrom } from "../../formats/image-set.ts";
import type { Preparation } from "./decode-file.ts";
import type { DecodedFile } from "./image-cache.ts";
import type { FolderImage, FolderListing } from "./list-images.ts";

/** The photographs of a part that are not broken. */
export interface FolderPart {
  /** numbers in the listing, that of the training part first */
  readonly indices: Uint32Array;
  readonly labels: Labels;
}

export interface FolderDescription {
  readonly train: FolderPart;
  readonly test: FolderPart;
  readonly facts: Omit<Dataset, "train" | "test"> & { readonly broken: readonly string[] };
}

/** `files` are those of the listing. @throws FileError if a part has no photograph that is whole */
export function describeFolder(
  root: string,
  { classes, train, test, split }: FolderListing,
  files: readonly DecodedFile[],
  { height, width, filter, orientation }: Preparation,
  data: string,
): FolderDescription {
  const part = (images: readonly FolderImage[], first: number): FolderPart => {
    const whole = images.map((_, i) => first + i).filter((index) => !("broken" in files[index]!));
    const labels = whole.map((index) => images[index - first]!.label);
    return { indices: Uint32Array.from(whole), labels: labelsFrom(labels, classes.length) };
  };
  const [trained, tested] = [part(train, 0), part(test, train.length)];
  const counts = [trained, tested].map(({ indices }) => indices.length);
  if (counts.includes(0))
    throw new FileError(`${root}: no ${counts[0] === 0 ? "training" : "test"} image can be decoded.`);
  const broken = files.flatMap((file) => ("broken" in file ? [file.broken] : []));
  const skipped = broken.length > 0 ? ` ${broken.length} broken files are left out.` : "";
  const turned = orientation === "apply" ? ", turned as EXIF says" : "";
  const written = counts.map((count) => count.toLocaleString("en-US")).join(" + ");
  return {
    train: trained,
    test: tested,
    facts: {
      id: `folder-${basename(root)}`,
      title: `Photographs in ${basename(root)}`,
      classes,
      files: [
        { ...partFile(root, "train", train, files), dataFolder: data },
        { ...partFile(root, "test", test, files.slice(train.length)), dataFolder: data },
      ],
      origin: "own",
      note: `photographs in ${root}: ${written} of ${classes.length} classes (${split}), resized to ${width}x${height} (${filter})${turned}.${skipped}`,
      license: "that of the photographs",
      citation: root,
      broken,
    },
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
