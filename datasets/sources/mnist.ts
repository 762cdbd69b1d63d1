/** @file MNIST and Fashion-MNIST: 28x28 grey images in 10 classes, two IDX files for each part. */

import { readMnist } from "../formats/mnist.ts";
import { clothes } from "../synthetic/clothes.ts";
import { handwrittenDigits } from "../synthetic/handwriting.ts";
import { fileSource } from "./file-source.ts";
import type { DatasetSource, SourceContents } from "./source.ts";

/** Names of the four files, the same for both data sets. */
const names = {
  trainImages: "train-images-idx3-ubyte.gz",
  trainLabels: "train-labels-idx1-ubyte.gz",
  testImages: "t10k-images-idx3-ubyte.gz",
  testLabels: "t10k-labels-idx1-ubyte.gz",
} as const;

/** MD5 of each file, as published and unpacked. */
type Sums = Readonly<Record<keyof typeof names, readonly [packed: string, unpacked: string]>>;

/** Both data sets have the same names, so that only the folder says whose a file is. */
const idxFacts = { unpacks: true, ownNames: false, read: readBothParts } as const;

const csv = "tables of numbers: put the four IDX files there instead";

/** 60,000 + 10,000 images of digits. The MD5s are those that torchvision checks. */
export const mnist: DatasetSource = {
  ...idxFacts,
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
    trainImages: ["f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"],
    trainLabels: ["d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"],
    testImages: ["9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"],
    testLabels: ["ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"],
  }),
  otherVersions: [
    { names: ["mnist_train.csv", "mnist_test.csv"], what: csv },
    { names: ["mnist.npz", "mnist.pkl.gz"], what: "arrays for Python: put the four IDX files there instead" },
  ],
  standIn: handwrittenDigits,
};

/** 60,000 + 10,000 images of clothes. The MD5s are those of its README, which torchvision checks. */
export const fashionMnist: DatasetSource = {
  ...idxFacts,
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
    trainImages: ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", "f4a8712d7a061bf5bd6d2ca38dc4d50a"],
    trainLabels: ["25c81989df183df01b3e8a0aad5dffbe", "9018921c3c673c538a1fc5bad174d6f9"],
    testImages: ["bef4ecab320f06d8554ea6380940ec79", "8181f5470baa50b63fa0f6fddb340f0a"],
    testLabels: ["bb300cfdad3c16e7a12a480ee83cd310", "15d484375f8d13e6eb1aabb0c3f46965"],
  }),
  otherVersions: [{ names: ["fashion-mnist_train.csv", "fashion-mnist_test.csv"], what: csv }],
  standIn: clothes,
};

function fourFiles(sums: Sums): DatasetSource["files"] {
  const file = (key: keyof Sums, count: number) => {
    const [md5, unpackedMd5] = sums[key];
    return { name: names[key], md5, unpackedMd5, count };
  };
  return [
    file("trainImages", 60_000),
    { ...file("trainLabels", 60_000), holds: "labels" },
    file("testImages", 10_000),
    { ...file("testLabels", 10_000), holds: "labels" },
  ];
}

async function readBothParts(path: (name: string) => string): Promise<SourceContents> {
  const read = (images: string, labels: string) =>
    readMnist(fileSource(path(images)), fileSource(path(labels)));
  const train = await read(names.trainImages, names.trainLabels);
  const test = await read(names.testImages, names.testLabels);
  const counts = new Map([
    [names.trainImages, train.count],
    [names.trainLabels, train.count],
    [names.testImages, test.count],
    [names.testLabels, test.count],
  ]);
  return { train, test, counts };
}
