/** @file MNIST and Fashion-MNIST: 28x28 grey images in 10 classes, two IDX files for each part. */

import { FileError, formatShape } from "../engine/errors.ts";
import type { ImageSet } from "./dataset.ts";
import { readIdx } from "./idx.ts";
import type { DatasetSource, SourceContents } from "./source.ts";
import { clothes } from "./synthetic-clothes.ts";
import { handwrittenDigits } from "./synthetic-handwriting.ts";

/** Names of the four files, the same for both data sets. */
const names = {
  trainImages: "train-images-idx3-ubyte.gz",
  trainLabels: "train-labels-idx1-ubyte.gz",
  testImages: "t10k-images-idx3-ubyte.gz",
  testLabels: "t10k-labels-idx1-ubyte.gz",
} as const;

type Sums = Readonly<Record<keyof typeof names, string>>;

const size = 28;
const classCount = 10;

/** 60,000 + 10,000 images of digits. The MD5s are those that torchvision checks. */
export const mnist: DatasetSource = {
  id: "mnist",
  name: "MNIST",
  title: "MNIST: handwritten digits",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  license: "MNIST: made by Y. LeCun, C. Cortes and C. J. C. Burges from data of the NIST; CC BY-SA 3.0.",
  citation:
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. " +
    "Proceedings of the IEEE 86(11), 1998.",
  folder: "mnist",
  // The first publisher's own server no longer gives the files to everyone.
  addresses: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
  files: fourFiles({
    trainImages: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    trainLabels: "d53e105ee54ea40749a09fcbcd1e9432",
    testImages: "9fb629c4189551a2d022fa330f9573f3",
    testLabels: "ec29112dd5afa0611ce80d1b7f02629c",
  }),
  read: readMnist,
  standIn: handwrittenDigits,
};

/** 60,000 + 10,000 images of clothes. The MD5s are those of its README, which torchvision checks. */
export const fashionMnist: DatasetSource = {
  id: "fashion-mnist",
  name: "Fashion-MNIST",
  title: "Fashion-MNIST: clothes of a web shop",
  classes: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
  license: "Fashion-MNIST: MIT licence, Zalando SE.",
  citation:
    "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning " +
    "Algorithms. arXiv:1708.07747, 2017.",
  folder: "fashion-mnist",
  addresses: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  files: fourFiles({
    trainImages: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    trainLabels: "25c81989df183df01b3e8a0aad5dffbe",
    testImages: "bef4ecab320f06d8554ea6380940ec79",
    testLabels: "bb300cfdad3c16e7a12a480ee83cd310",
  }),
  read: readMnist,
  standIn: clothes,
};

function fourFiles(sums: Sums): DatasetSource["files"] {
  return [
    { name: names.trainImages, md5: sums.trainImages },
    { name: names.trainLabels, md5: sums.trainLabels, holds: "labels" },
    { name: names.testImages, md5: sums.testImages },
    { name: names.testLabels, md5: sums.testLabels, holds: "labels" },
  ];
}

async function readMnist(path: (name: string) => string): Promise<SourceContents> {
  const train = await readPart(path(names.trainImages), path(names.trainLabels));
  const test = await readPart(path(names.testImages), path(names.testLabels));
  const counts = new Map([
    [names.trainImages, train.count],
    [names.trainLabels, train.count],
    [names.testImages, test.count],
    [names.testLabels, test.count],
  ]);
  return { train, test, counts };
}

async function readPart(imagesPath: string, labelsPath: string): Promise<ImageSet> {
  const { values: labels } = await readIdx(labelsPath, 1);
  const { shape, values: images } = await readIdx(imagesPath, 3);
  const [count = 0, height, width] = shape;
  if (height !== size || width !== size || count === 0) {
    throw new FileError(
      `${imagesPath}: the images are ${formatShape(shape)}, expected [n,${size},${size}] with n images.`,
    );
  }
  if (labels.length !== count) {
    throw new FileError(`${labelsPath}: ${labels.length} labels for the ${count} images of ${imagesPath}.`);
  }
  const wrong = labels.findIndex((label) => label >= classCount);
  if (wrong >= 0) {
    throw new FileError(
      `${labelsPath}: damaged, label ${wrong} (of ${count}, from 0) is ${labels[wrong]}, expected 0 to ${classCount - 1}.`,
    );
  }
  return { images, labels, count, height, width, channels: 1 };
}
