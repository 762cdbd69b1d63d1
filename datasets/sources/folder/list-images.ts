/** @file Which photographs a folder holds, of which classes, and which of them are for testing. */
import { type Dirent, existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { FileError } from "../../../engine/errors.ts";
import { mostClasses } from "../../formats/image-set.ts";
import { randomSubset } from "../../splits.ts";
import { fileError } from "../files.ts";

export interface FolderImage {
  /** below the folder, "/" between names */
  readonly name: string;
  /** index of its class */
  readonly label: number;
}

export interface FolderListing {
  /** names of the classes in order, index = label */
  readonly classes: readonly string[];
  readonly train: readonly FolderImage[];
  readonly test: readonly FolderImage[];
  /** how the test images were chosen, in words */
  readonly split: string;
}

/** How a folder without a test part is divided. */
export interface SplitOptions {
  readonly testFraction: number;
  readonly seed: number;
}

const isImage = /\.(jpe?g|png|webp)$/i;

/**
 * Three layouts: `lists/train.txt`, `lists/test.txt` and `images/`, as CUB-200 has it; `train/CLASS/` and `test/CLASS/`; or
 * only `CLASS/`, of each of which a part, drawn by the seed, is for testing. Classes are in the order of their names.
 * @throws FileError for another layout, a class that is not trained on, or an empty part
 */
export async function listImages(folder: string, options: SplitOptions): Promise<FolderListing> {
  const listing = existsSync(join(folder, "lists", "train.txt"))
    ? await byLists(folder)
    : existsSync(join(folder, "train"))
      ? await byParts(folder)
      : await byClasses(folder, options);
  const { classes, train, test } = listing;
  if (classes.length > mostClasses)
    throw new FileError(`${folder}: ${classes.length} classes; at most ${mostClasses} can be told apart.`);
  for (const [part, images] of Object.entries({ training: train, test }))
    if (images.length === 0)
      throw new FileError(`${folder}: there are no ${part} images (.jpg, .png, .webp).`);
  return listing;
}

async function byLists(folder: string): Promise<FolderListing> {
  const [train, test] = await Promise.all(["train", "test"].map((part) => readList(folder, part)));
  const classes = sorted(new Set([...train!, ...test!].map(classOf)));
  const labels = new Map(classes.map((name, label) => [name, label]));
  const labeled = (names: readonly string[]) =>
    names.map((name) => ({ name: `images/${name}`, label: labels.get(classOf(name))! }));
  return { classes, train: labeled(train!), test: labeled(test!), split: "as in lists/" };
}

function classOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** Lines `CLASS/FILE`, which lead nowhere else. */
async function readList(folder: string, part: string): Promise<string[]> {
  const path = join(folder, "lists", `${part}.txt`);
  const text = await readFile(path, "utf8").catch((error) => {
    throw fileError("read", path, error);
  });
  const lines = text.split(/\r?\n/).map((line, i) => ({ name: line.trim(), line: i + 1 }));
  return lines
    .filter(({ name }) => name !== "")
    .map(({ name, line }) => {
      const inside =
        !isAbsolute(name) && normalize(name) === name.split("/").join(sep) && !name.startsWith("..");
      if (inside && classOf(name) !== "") return name;
      throw new FileError(`${path}: line ${line} is no CLASS/FILE below images/: ${JSON.stringify(name)}.`);
    });
}

async function byParts(folder: string): Promise<FolderListing> {
  const classes = await foldersIn(join(folder, "train"));
  const extra = (await foldersIn(join(folder, "test"))).filter((name) => !classes.includes(name));
  if (extra.length > 0)
    throw new FileError(`${folder}: test/${extra[0]} is a class that train/ does not have.`);
  const imagesOf = async (part: string) => {
    const lists = classes.map(async (name, label) =>
      existsSync(join(folder, part, name)) ? imagesIn(folder, `${part}/${name}`, label) : [],
    );
    return (await Promise.all(lists)).flat();
  };
  return {
    classes,
    train: await imagesOf("train"),
    test: await imagesOf("test"),
    split: "as in train/ and test/",
  };
}

async function byClasses(folder: string, { testFraction, seed }: SplitOptions): Promise<FolderListing> {
  const classes = await foldersIn(folder);
  const train: FolderImage[] = [];
  const test: FolderImage[] = [];
  for (const [label, name] of classes.entries()) {
    const images = await imagesIn(folder, name, label);
    const held = Math.round(testFraction * images.length);
    const drawn = new Set(held > 0 ? randomSubset(images.length, held, seed) : []);
    images.forEach((image, i) => {
      (drawn.has(i) ? test : train).push(image);
    });
  }
  const split = `${100 * testFraction} % of each class, drawn with seed ${seed}, are for testing`;
  return { classes, train, test, split };
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return sorted(
    entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name),
  );
}

/** Paths of all photographs below a folder, by name. @throws FileError if there is none, or it cannot be read */
export async function photographsIn(folder: string): Promise<string[]> {
  const images = await imagesIn(folder, ".", 0);
  if (images.length > 0) return images.map(({ name }) => join(folder, name));
  throw new FileError(`${folder}: there are no images (.jpg, .png, .webp) in this folder.`);
}

/** Those below a class in folders of their own too, as Keras takes them. */
async function imagesIn(folder: string, path: string, label: number): Promise<FolderImage[]> {
  const images: FolderImage[] = [];
  const entries = await entriesOf(join(folder, path));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${path}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) images.push(...(await imagesIn(folder, name, label)));
    else if (isImage.test(entry.name)) images.push({ name, label });
  }
  return images;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError("read", folder, error);
  }
}

/** By code units, as Python sorts, so that the same folder has the same labels everywhere. */
function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
