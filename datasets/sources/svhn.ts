/** @file The Street View House Numbers, cropped digits ("format 2"): MATLAB files of 32x32 RGB images. */

import { openSvhn, readOpened } from "../formats/svhn.ts";
import { syntheticCounts, syntheticStreetDigits } from "../synthetic/street-digits.ts";
import { fileSource } from "./file-source.ts";
import type { DatasetSource, SourceContents } from "./source.ts";

const trainFile = { name: "train_32x32.mat", md5: "e26dedcc434d2e4c54c9b2d4a06d8373", count: 73_257 };
const testFile = { name: "test_32x32.mat", md5: "eb5a983be6a315427106f1b164d9cef3", count: 26_032 };
const extraFile = { name: "extra_32x32.mat", md5: "a93ce644f1a588dc4d68dda5feec44a7", count: 531_131 };

const svhnFacts = {
  // Label = the file's label - 1, so that 9 is the digit 0.
  classes: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"],
  license: "SVHN: for non-commercial use only.",
  citation:
    "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng: Reading Digits in Natural Images with Unsupervised " +
    "Feature Learning. NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011.",
  folder: "svhn",
  unpacks: false, // MATLAB's files are packed inside
  ownNames: true,
  addresses: ["http://ufldl.stanford.edu/housenumbers/"],
  standIn: { what: "street digits", counts: syntheticCounts, draw: syntheticStreetDigits },
} as const;

/** 73,257 + 26,032 images. */
export const svhn: DatasetSource = {
  ...svhnFacts,
  id: "svhn",
  name: "SVHN",
  title: "Street View House Numbers, cropped digits",
  files: [trainFile, testFile],
  read: (path) => readSvhn(path, [trainFile.name]),
};

/** The training set is train and extra together: 604,388 + 26,032 images. */
export const svhnExtra: DatasetSource = {
  ...svhnFacts,
  id: "svhn-extra",
  name: "SVHN with the extra set",
  title: "Street View House Numbers, cropped digits, with the extra set",
  files: [trainFile, testFile, extraFile],
  read: (path) => readSvhn(path, [trainFile.name, extraFile.name]),
};

/** All shapes are checked before any image is read. */
async function readSvhn(
  path: (name: string) => string,
  training: readonly string[],
): Promise<SourceContents> {
  const open = (names: readonly string[]) =>
    Promise.all(names.map((name) => openSvhn(fileSource(path(name)))));
  const train = await open(training);
  const test = await open([testFile.name]);
  const counted = (names: readonly string[], files: readonly { readonly count: number }[]) =>
    names.map((name, i) => [name, files[i]!.count] as const);
  return {
    train: await readOpened(train),
    test: await readOpened(test),
    counts: new Map([...counted(training, train), ...counted([testFile.name], test)]),
  };
}
