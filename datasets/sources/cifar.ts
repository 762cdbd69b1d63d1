/** @file CIFAR-10, CIFAR-100 and the first 25 classes of CIFAR-100: 32x32 RGB photographs, binary version. */

import { FileError } from "../../engine/errors.ts";
import {
  type Cifar100Labels,
  type CountedFile,
  cifar10Layout,
  cifar100Layout,
  countRecords,
  type RecordLayout,
  readRecords,
} from "../formats/cifar.ts";
import { cifar10Classes, cifar100CoarseClasses, cifar100FineClasses } from "../formats/cifar-classes.ts";
import type { ImageSet } from "../formats/image-set.ts";
import { takeImages } from "../splits.ts";
import { coloredShapes } from "../synthetic/colored-shapes.ts";
import { fileSource } from "./file-source.ts";
import type { DatasetSource, SourceContents } from "./source.ts";

const cifarFacts = {
  license: "CIFAR: no licence stated; its authors ask that the technical report be cited.",
  citation: "A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, 2009.",
  addresses: ["https://www.cs.toronto.edu/~kriz/"],
  unpacks: true,
} as const;

/** What to do about the versions for Python and MATLAB. */
const notRead = (version: string, archive: string) =>
  `the version for ${version}, which is not read: put ${archive} from ${cifarFacts.addresses[0]} there instead`;

/**
 * 50,000 + 10,000 images in 10 classes. The MD5s of the files inside the archive are those that several public projects
 * check (also against the pixels of the official Python version).
 */
export const cifar10: DatasetSource = {
  ...cifarFacts,
  id: "cifar10",
  name: "CIFAR-10",
  title: "CIFAR-10: photographs in 10 classes",
  classes: cifar10Classes,
  folder: "cifar-10-batches-bin",
  otherFolders: ["cifar-10", "cifar-10-binary"],
  ownNames: true,
  archive: { name: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530" },
  files: [
    { name: "data_batch_1.bin", md5: "5dd7e06a14cb22eb9f671a540d1b7c25", count: 10_000 },
    { name: "data_batch_2.bin", md5: "5ea93a67294ea407fff1d09f752e9692", count: 10_000 },
    { name: "data_batch_3.bin", md5: "942cd6a4bcdd0dd3c604fbe906cb4421", count: 10_000 },
    { name: "data_batch_4.bin", md5: "ae636b3ba5c66a11e91e8cb52e771fcb", count: 10_000 },
    { name: "data_batch_5.bin", md5: "53f37980c15c3d472c316c40844f3f0d", count: 10_000 },
    { name: "test_batch.bin", md5: "803d5f7f4d78ea53de84dbe85f74fb6d", count: 10_000 },
  ],
  otherVersions: [
    {
      names: ["cifar-10-python.tar.gz", "cifar-10-batches-py", "data_batch_1", "test_batch"],
      what: notRead("Python", "cifar-10-binary.tar.gz"),
    },
    {
      names: ["cifar-10-matlab.tar.gz", "cifar-10-batches-mat", "data_batch_1.mat", "test_batch.mat"],
      what: notRead("MATLAB", "cifar-10-binary.tar.gz"),
    },
  ],
  read: (path) => {
    const batches = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
    return readParts(path, batches, ["test_batch.bin"], cifar10Layout);
  },
  standIn: coloredShapes(10),
};

/** The MD5s of the files inside the archive come from one public project; a download brings its own, see official-sums. */
const cifar100Files = {
  ...cifarFacts,
  folder: "cifar-100-binary",
  otherFolders: ["cifar-100"],
  ownNames: false, // train.bin may be anybody's
  archive: { name: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8" },
  files: [
    { name: "train.bin", md5: "6172c7755cfe09b2fe270c85cebc1b15", count: 50_000 },
    { name: "test.bin", md5: "4499cfba6c016c1be1438163640a0898", count: 10_000 },
  ],
  otherVersions: [
    {
      names: ["cifar-100-python.tar.gz", "cifar-100-python"],
      what: notRead("Python", "cifar-100-binary.tar.gz"),
    },
    {
      names: ["cifar-100-matlab.tar.gz", "cifar-100-matlab"],
      what: notRead("MATLAB", "cifar-100-binary.tar.gz"),
    },
  ],
} as const;

/** 50,000 + 10,000 images. */
export function cifar100(labels: Cifar100Labels): DatasetSource {
  const fine = labels === "fine";
  return {
    ...cifar100Files,
    id: "cifar100",
    name: "CIFAR-100",
    title: fine ? "CIFAR-100: photographs in 100 classes" : "CIFAR-100: photographs, the 20 coarse classes",
    classes: fine ? cifar100FineClasses : cifar100CoarseClasses,
    read: (path) => readCifar100(path, labels),
    standIn: coloredShapes(fine ? 100 : 20),
  };
}

/** Classes of CIFAR-25. */
const firstClasses = 25;

/** The images of CIFAR-100 with fine label 0 to 24: 12,500 + 2,500. */
export const cifar25: DatasetSource = {
  ...cifar100Files,
  id: "cifar25",
  name: "CIFAR-100",
  title: "CIFAR-25: the first 25 classes of CIFAR-100",
  classes: cifar100FineClasses.slice(0, firstClasses),
  read: async (path) => {
    const { train, test, counts } = await readCifar100(path, "fine");
    return {
      train: keepFirstClasses(train, path("train.bin")),
      test: keepFirstClasses(test, path("test.bin")),
      counts,
    };
  },
  standIn: coloredShapes(firstClasses),
};

function readCifar100(path: (name: string) => string, labels: Cifar100Labels): Promise<SourceContents> {
  return readParts(path, ["train.bin"], ["test.bin"], cifar100Layout(labels));
}

async function readParts(
  path: (name: string) => string,
  training: readonly string[],
  test: readonly string[],
  layout: RecordLayout,
): Promise<SourceContents> {
  const counted = new Map<string, CountedFile>();
  for (const name of [...training, ...test])
    counted.set(name, await countRecords(fileSource(path(name)), layout));
  const read = (names: readonly string[]) =>
    readRecords(
      names.map((name) => counted.get(name)!),
      layout,
    );
  return {
    train: await read(training),
    test: await read(test),
    counts: new Map([...counted].map(([name, { count }]) => [name, count])),
  };
}

function keepFirstClasses(set: ImageSet, path: string): ImageSet {
  const kept: number[] = [];
  set.labels.forEach((label, i) => {
    if (label < firstClasses) kept.push(i);
  });
  if (kept.length === 0) {
    throw new FileError(
      `${path}: none of its ${set.count} images has a fine label from 0 to ${firstClasses - 1}.`,
    );
  }
  return kept.length === set.count ? set : takeImages(set, Uint32Array.from(kept));
}
