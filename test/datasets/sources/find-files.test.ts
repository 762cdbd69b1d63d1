/** @file Data sets as they lie on people's disks: found in whatever form, and never replaced by a stand-in. */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { mnist } from "../../../datasets/sources/mnist.ts";
import { obtainDataset } from "../../../datasets/sources/obtain.ts";
import { FileError } from "../../../engine/errors.ts";
import { cifar10Files, cifarRecords } from "../support/cifar-files.ts";
import { idxFile } from "../support/idx-writer.ts";
import { tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const load = (id: DatasetId = "mnist", data = folder()) =>
  loadDataset(id, { data, allowDownload: false, syntheticCounts: { train: 2, test: 1 } });

function put(path: string, bytes: Uint8Array | string = "something"): void {
  const file = join(folder(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

/** MNIST's four files by their name without ending: 3 + 2 images. */
const idxFiles: readonly (readonly [string, Buffer])[] = [
  ["train-images", idxFile([3, 28, 28], new Uint8Array(3 * 784).fill(7))],
  ["train-labels", idxFile([3], [7, 0, 9])],
  ["t10k-images", idxFile([2, 28, 28], new Uint8Array(2 * 784))],
  ["t10k-labels", idxFile([2], [1, 2])],
];
const rank = (name: string) => (name.endsWith("images") ? "idx3" : "idx1");

/** How the four files are called, where they lie, and whether they are packed. */
const forms: readonly (readonly [string, (name: string) => string, boolean])[] = [
  ["as published", (name) => `mnist/${name}-${rank(name)}-ubyte.gz`, true],
  ["after gunzip", (name) => `mnist/${name}-${rank(name)}-ubyte`, false],
  ["unpacked by a browser that left the name", (name) => `mnist/${name}-${rank(name)}-ubyte.gz`, false],
  ["of Kaggle", (name) => `mnist/${name}.${rank(name)}-ubyte`, false],
  ["of Kaggle, in folders", (name) => `mnist/${name}-${rank(name)}-ubyte/${name}-${rank(name)}-ubyte`, false],
  ["of torchvision", (name) => `MNIST/raw/${name}-${rank(name)}-ubyte`, false],
  ["in upper case", (name) => `MNIST/${name}-${rank(name)}-ubyte.gz`.toUpperCase(), true],
  ["packed, with a dot", (name) => `mnist/${name}.${rank(name)}-ubyte.gz`, true],
];

describe("the files of MNIST are read", () => {
  it.each(forms)("%s", async (_, pathOf, packed) => {
    for (const [name, bytes] of idxFiles) put(pathOf(name), packed ? bytes : gunzipSync(bytes));
    const { origin, train, test, note, files } = await load();
    expect(origin).toBe("other");
    expect([...train.labels, ...test.labels]).toEqual([7, 0, 9, 1, 2]);
    expect(train.images.every((value) => value === 7)).toBe(true);
    expect(note).toContain(`${pathOf("train-labels")} (3 labels, officially 60,000)`);
    expect(files[0]!.path).toBe(join(folder(), pathOf("train-images")));
  });

  it("in a data folder that is the set's own, and through links", async () => {
    const own = join(folder(), "MNIST");
    mkdirSync(own);
    for (const [name, bytes] of idxFiles) {
      put(`elsewhere/${name}`, bytes);
      symlinkSync(join(folder(), "elsewhere", name), join(own, `${name}-${rank(name)}-ubyte.gz`));
    }
    expect(await load("mnist", own)).toMatchObject({ origin: "other", train: { count: 3 } });
  });

  it("and called official by what is in them, unpacked or packed anew", async () => {
    const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
    const names = mnist.files.map(({ name }) => name);
    const source = {
      ...mnist,
      files: idxFiles.map(([, bytes], i) => ({
        ...mnist.files[i]!,
        md5: "that of another packing",
        unpackedMd5: md5(gunzipSync(bytes)),
      })),
    };
    for (const [i, [, bytes]] of idxFiles.entries())
      put(`mnist/${i < 2 ? names[i] : names[i]!.replace(".gz", "")}`, i < 2 ? bytes : gunzipSync(bytes));
    const found = await obtainDataset(source, { data: folder(), allowDownload: false });
    expect(found.origin, found.note).toBe("official");
    put(
      `mnist/${names[1]}`,
      gzipSync(Buffer.concat([gunzipSync(idxFiles[1]![1]).subarray(0, 8), Buffer.from([1, 2, 3])])),
    );
    expect((await obtainDataset(source, { data: folder(), allowDownload: false })).origin).toBe("other");
  });
});

describe("the files of CIFAR are read", () => {
  const records = cifar10Files();
  const archive = tarGz(
    [...records].map(([name, bytes]) => ({ name: `cifar-10-batches-bin/${name}`, bytes })),
  );
  const expectTen = async (data?: string) => {
    const { train, test, origin } = await load("cifar10", data);
    expect(origin).toBe("other");
    expect([...train.labels, ...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  };

  it.each<[string, string, boolean]>([
    ["each packed", "cifar-10-batches-bin/", true],
    ["in a folder of the data set's name", "CIFAR10/", false],
    ["in the folder of the archive within that", "cifar-10/cifar-10-batches-bin/", false],
    ["in the data folder itself", "", false],
  ])("%s", async (_, place, packed) => {
    for (const [name, bytes] of records)
      put(`${place}${name}${packed ? ".gz" : ""}`, packed ? gzipSync(bytes) : bytes);
    await expectTen();
  });

  it.each<[string, string, Buffer]>([
    ["beside the folder", "cifar-10-binary.tar.gz", archive],
    ["within the folder", "cifar-10-batches-bin/cifar-10-binary.tar.gz", archive],
    ["unpacked by a browser", "cifar10/cifar-10-binary.tar", gunzipSync(archive)],
    ["under its short ending", "cifar-10-binary.tgz", archive],
  ])("out of the archive %s, which stays", async (_, path, bytes) => {
    put(path, bytes);
    await expectTen();
    expect(readFileSync(join(folder(), path)).equals(bytes)).toBe(true);
  });

  it("packed or not, they hold whole records", async () => {
    for (const [name, bytes] of records) put(`cifar-10-batches-bin/${name}`, gzipSync(bytes));
    put(
      "cifar-10-batches-bin/data_batch_2.bin",
      gzipSync(records.get("data_batch_2.bin")!.subarray(0, 5000)),
    );
    await expect(load("cifar10")).rejects.toThrow(
      "data_batch_2.bin: truncated or not a CIFAR file, 5000 bytes are not a positive multiple of 3073",
    );
  });

  it("one cut between records is named with both counts", async () => {
    for (const [name, bytes] of records) put(`cifar-10-batches-bin/${name}`, bytes);
    put("cifar-10-batches-bin/data_batch_2.bin", cifarRecords([[3]]));
    expect((await load("cifar10")).note).toContain(
      "cifar-10-batches-bin/data_batch_2.bin (1 image, officially 10,000)",
    );
  });
});

it("SVHN's files are read from the data folder itself", async () => {
  const twelve = readFileSync(join(import.meta.dirname, "../fixtures", "svhn-12.mat"));
  put("train_32x32.mat", twelve);
  put("Test_32x32.mat", twelve);
  expect(await load("svhn")).toMatchObject({ origin: "other", train: { count: 12 }, test: { count: 12 } });
});

describe("no stand-in where something of the data set lies", () => {
  it.each<[DatasetId, string, string]>([
    ["mnist", "mnist/mnist.npz", "mnist/mnist.npz (arrays for Python: put the four IDX files there instead)"],
    ["mnist", "mnist/digits.zip", "mnist/digits.zip"],
    ["mnist", "mnist_train.csv", "mnist_train.csv (tables of numbers:"],
    [
      "fashion-mnist",
      "train-images-idx3-ubyte.gz",
      "train-images-idx3-ubyte.gz (which may be another data set's: put it into fashion-mnist/)",
    ],
    [
      "cifar10",
      "cifar-10-batches-py/data_batch_1",
      "cifar-10-batches-py/ (the version for Python, which is not read: put cifar-10-binary.tar.gz from https",
    ],
    [
      "cifar10",
      "cifar-10-batches-bin/data_batch_1",
      "cifar-10-batches-bin/data_batch_1 (the version for Python",
    ],
    ["cifar10", "cifar-10-python.tar.gz", "cifar-10-python.tar.gz (the version for Python"],
    ["cifar100", "cifar-100-python/train", "cifar-100-python/ (the version for Python"],
    ["cifar25", "train.bin", "train.bin (which may be another data set's: put it into cifar-100-binary/)"],
    ["svhn", "svhn/train_32x32.mat.gz", "svhn/train_32x32.mat.gz"],
    ["svhn", "svhn/extra_32x32.mat", "svhn/extra_32x32.mat"],
  ])("%s: %s", async (id, path, named) => {
    put(path);
    const loading = load(id);
    await expect(loading).rejects.toThrow(`What lies there and is not read: ${named}`);
    await expect(loading).rejects.toThrow(/ not found.* \(downloads are off\)\./);
    await expect(loading).rejects.toBeInstanceOf(FileError);
  });

  it("but a link to nothing is named as one", async () => {
    mkdirSync(join(folder(), "svhn"));
    symlinkSync("/nowhere", join(folder(), "svhn", "train_32x32.mat"));
    await expect(load("svhn")).rejects.toThrow("svhn/train_32x32.mat (a link to a file that is not there)");
  });

  it("hidden files, remains of downloads and other data sets do not count", async () => {
    put("mnist/.DS_Store");
    put("mnist/train-images-idx3-ubyte.gz.part");
    put("svhn/train_32x32.mat");
    put("notes.txt");
    expect(await load("mnist")).toMatchObject({ origin: "synthetic" });
    expect(await load("mnist", join(mkdtempSync(join(folder(), "new-")), "data"))).toMatchObject({
      origin: "synthetic",
    });
  });
});

it("a file in place of the data folder is an error", async () => {
  put("data");
  await expect(load("mnist", join(folder(), "data"))).rejects.toThrow(
    /cannot read .*data: part of the path is a file, not a folder/,
  );
});
