/** @file ImageNet's class names for what a network answers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataFolder } from "../datasets/sources/data-folder.ts";
import { fileError, fileSize } from "../datasets/sources/files.ts";
import { ArgumentError, FileError } from "../engine/errors.ts";
import { checkOptionNames, requireParts, written } from "../engine/options.ts";
import { requireCount } from "../models/layers/layer-options.ts";
import { type ObtainOptions, obtainPretrained } from "./pretrained-file.ts";

/** A class of ImageNet (ILSVRC-2012). */
export interface ImagenetClass {
  /** of WordNet, e.g. "n02058221" */
  readonly id: string;
  /** e.g. "albatross, mollymawk" */
  readonly name: string;
}

/** One guess. */
export interface Prediction extends ImagenetClass {
  /** from 0 to 999 */
  readonly index: number;
  /** what the network gives for the class: its share, after a softmax */
  readonly score: number;
}

const classCount = 1000;

const classIndex = {
  name: "imagenet_class_index.json",
  md5: "c2c37ea517e94d9795004a39431a14cb",
  folder: "imagenet",
  addresses: [
    "https://storage.googleapis.com/download.tensorflow.org/data/",
    "https://s3.amazonaws.com/deep-learning-models/image-models/",
  ],
  source: "Keras's class names",
};

/** The 1,000 classes in the order of the outputs of ResNet-50 and SqueezeNet: from the data folder, else Keras's list is downloaded. */
export async function imagenetClasses(options: ObtainOptions = {}): Promise<readonly ImagenetClass[]> {
  requireParts("imagenetClasses", options, "options");
  const besideWeights = join(dataFolder(options.data), "squeezenet", "synset_words.txt");
  const there = (await fileSize(besideWeights)) !== undefined;
  const path = there ? besideWeights : await obtainPretrained(classIndex, options);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw fileError("read", path, error);
  }
  const classes = there ? fromLines(text) : fromJson(text);
  if (classes?.length === classCount) return classes;
  throw new FileError(
    `${path}: ${classCount} classes of ImageNet are expected, it has ${classes?.length ?? "none"}.`,
  );
}

/** "n01440764 tench, Tinca tinca", one a line. */
function fromLines(text: string): ImagenetClass[] | undefined {
  const matches = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /^(n\d{8}) (.+?)\r?$/.exec(line));
  const classes = matches.flatMap((match) => (match ? [{ id: match[1]!, name: match[2]! }] : []));
  return classes.length === matches.length ? classes : undefined;
}

/** {"0": ["n01440764", "tench"], ...}; its MD5 was checked. */
function fromJson(text: string): ImagenetClass[] {
  const entries = JSON.parse(text) as Readonly<Record<string, readonly [string, string]>>;
  return Array.from({ length: classCount }, (_, i) => entries[i]!).map(([id, name]) => ({
    id,
    name: name.replaceAll("_", " "),
  }));
}

/**
 * Keras's decode_predictions: the `top` best classes of every photograph, the best first.
 * @param predictions [n, 1000], from predict()
 * @throws ArgumentError for another number of classes; FileError if the names are not there and do not come
 */
export async function decodePredictions(
  predictions: Float32Array,
  options: ObtainOptions & { readonly top?: number } = {},
): Promise<Prediction[][]> {
  checkOptionNames("decodePredictions", options, {
    top: true,
    data: true,
    allowDownload: true,
    onProgress: true,
    address: true,
  });
  const { top = 5 } = options;
  requireCount("decodePredictions", "top", top);
  if (!(predictions instanceof Float32Array) || predictions.length % classCount !== 0)
    throw new ArgumentError(
      `decodePredictions: needs ${classCount} values a photograph, from predict(), got ${written(predictions)}.`,
    );
  const classes = await imagenetClasses(options);
  return Array.from({ length: predictions.length / classCount }, (_, n) => {
    const scores = predictions.subarray(n * classCount, (n + 1) * classCount);
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
    return order.slice(0, top).map((index) => ({ index, score: scores[index]!, ...classes[index]! }));
  });
}
