/** @file A visitor's folder of images, one folder within for each class, at the size that a network takes. */

import { labelsFrom } from "../../datasets/formats/image-set.ts";
import { randomSubset } from "../../datasets/splits.ts";
import { ArgumentError } from "../../engine/errors.ts";
import type { OwnData, OwnSamples } from "../../runner/own/data.ts";
import type { FolderFacts, SpoiltFile } from "./network-protocol.ts";
import { type PictureFile, pictureFrom } from "./picture-file.ts";

/** A file with its path below the folder that was chosen: "photos/cat/1.jpg". */
export interface FolderFile {
  readonly path: string;
  readonly file: File;
}

/** Decoded images that a page may keep. */
const mostBytes = 1_000_000_000;
const mostClasses = 1000;
/** Every how many images one is kept for testing. */
const testEvery = 5;
/** draws which */
const seed = 0;

export interface FolderImages {
  readonly facts: FolderFacts;
  readonly data: OwnData;
  /** height, width, channels of the images */
  readonly shape: readonly number[];
  /** of the folder itself */
  readonly name: string;
}

interface Read {
  readonly label: number;
  readonly picture: Uint8Array;
}

/**
 * Reads the files in the order of their paths; those that are no images are named among the facts, and done without.
 * @throws ArgumentError for a folder without two classes of images, or with more than a page can hold
 */
export async function readFolder(
  files: readonly FolderFile[],
  shape: readonly number[],
  tell: (done: number, of: number) => void,
  read: (file: File, shape: readonly number[]) => Promise<PictureFile> = pictureFrom,
): Promise<FolderImages> {
  const size = shape.reduce((product, side) => product * side, 1);
  if (files.length * size > mostBytes)
    throw new ArgumentError(
      `${files.length} files at ${shape.join(" x ")} would take ${Math.ceil((files.length * size) / 1e6)} MB; a page holds up to ${mostBytes / 1e6}.`,
    );
  const sorted = files
    .filter(({ path }) => classOf(path) !== undefined && !/(^|\/)\./.test(path)) // .DS_Store and the like are of the system
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const spoilt: SpoiltFile[] = [];
  const found: (Omit<Read, "label"> & { readonly className: string })[] = [];
  for (const [i, { path, file }] of sorted.entries()) {
    tell(i, sorted.length);
    const result = await read(file, shape);
    if ("picture" in result) found.push({ picture: result.picture, className: classOf(path)! });
    else spoilt.push({ path, ...result });
  }
  const classes = [...new Set(found.map(({ className }) => className))].sort();
  if (classes.length < 2 || classes.length > mostClasses)
    throw new ArgumentError(
      `The folder needs 2 to ${mostClasses} folders with images, one for each class; it has ${classes.length}. ${spoilt.length} files are no images that can be read.`,
    );
  const reads = found.map(({ picture, className }) => ({ picture, label: classes.indexOf(className) }));
  const { train, test } = parts(reads, classes.length);
  const samples = (of: readonly Read[]) => samplesOf(of, shape, size, classes.length);
  return {
    facts: { classes, train: train.length, test: test.length, spoilt },
    data: { train: samples(train), test: samples(test), scale: 1 / 255, classes },
    shape,
    name: files[0]?.path.split("/")[0] ?? "images",
  };
}

/** The folder that a file lies in, unless that is the chosen one. */
function classOf(path: string): string | undefined {
  const names = path.split("/");
  return names.length >= 3 ? names.at(-2) : undefined;
}

/** A share of each class is for testing; of a single image both parts. */
function parts(reads: readonly Read[], classCount: number): { train: Read[]; test: Read[] } {
  const [train, test]: [Read[], Read[]] = [[], []];
  for (let label = 0; label < classCount; label++) {
    const own = reads.filter((each) => each.label === label);
    const held = new Set(randomSubset(own.length, Math.max(1, Math.floor(own.length / testEvery)), seed));
    test.push(...own.filter((_, i) => held.has(i)));
    train.push(...own.filter((_, i) => !held.has(i) || own.length === 1));
  }
  return { train, test };
}

function samplesOf(
  reads: readonly Read[],
  shape: readonly number[],
  size: number,
  classes: number,
): OwnSamples {
  const x = new Uint8Array(reads.length * size);
  for (const [i, { picture }] of reads.entries()) x.set(picture, i * size);
  const labels = reads.map(({ label }) => label);
  return { x, shape: [reads.length, ...shape], y: labelsFrom(labels, classes) };
}
