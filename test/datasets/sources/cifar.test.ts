import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../../../datasets/formats/image-set.ts";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import {
  type DatasetId,
  type LoadDatasetOptions,
  loadDataset,
} from "../../../datasets/sources/load-dataset.ts";
import { countClasses, pixelRange } from "../../../datasets/statistics.ts";
import { FileError } from "../../../engine/errors.ts";
import { cifar10Files, cifarPixel, cifarRecords } from "../support/cifar-files.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const load = (id: DatasetId, options: LoadDatasetOptions = {}) =>
  loadDataset(id, { data: folder(), allowDownload: false, ...options });

function write(folderName: string, files: Iterable<readonly [string, Buffer]>): void {
  mkdirSync(join(folder(), folderName), { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder(), folderName, name), bytes);
}

const writeCifar10 = () => write("cifar-10-batches-bin", cifar10Files());
const cifar10Path = (name: string) => join(folder(), "cifar-10-batches-bin", name);

/** Images with (coarse, fine) labels; the test set counts on. */
function writeCifar100(train: readonly [number, number][], test: readonly [number, number][]): void {
  write("cifar-100-binary", [
    ["train.bin", cifarRecords(train)],
    ["test.bin", cifarRecords(test, train.length)],
  ]);
}

/** Whether image `i` of a set is image `n` of the files, as [h, w, c]. */
function expectImage({ images }: ImageSet, i: number, n: number): void {
  for (let h = 0; h < 32; h++)
    for (let w = 0; w < 32; w++)
      for (let c = 0; c < 3; c++)
        if (images[((i * 32 + h) * 32 + w) * 3 + c] !== cifarPixel(n, h, w, c)) {
          expect.fail(`image ${i} at [${h},${w},${c}]`);
        }
}

describe("cifar10", () => {
  it("puts the five batches behind each other, as [n, h, w, c]", async () => {
    writeCifar10();
    const { train, test, classes, origin, files, note } = await load("cifar10");
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...test.labels]).toEqual([0, 1]);
    for (let n = 0; n < 10; n++) expectImage(train, n, n);
    for (let n = 0; n < 2; n++) expectImage(test, n, 10 + n);
    expect(classes[3]).toBe("cat");
    expect(origin).toBe("other");
    expect(files.map(({ count }) => count)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(note).toMatch(
      /^not the official CIFAR-10 files .*cifar-10-batches-bin\/data_batch_1\.bin \(2 images, officially 10,000\)/,
    );
  });

  it("reads more images than one block of records holds", async () => {
    writeCifar10();
    writeFileSync(
      cifar10Path("data_batch_1.bin"),
      cifarRecords(Array.from({ length: 300 }, (_, i) => [i % 10])),
    );
    const { train } = await load("cifar10");
    expect(train.count).toBe(308);
    for (const n of [0, 255, 256, 299]) expectImage(train, n, n);
    expectImage(train, 300, 2);
  });

  it.each([1, 3072, 5000])("refuses a batch of %d bytes, keeps the others", async (bytes) => {
    writeCifar10();
    truncateSync(cifar10Path("data_batch_3.bin"), bytes);
    const loading = load("cifar10");
    await expect(loading).rejects.toThrow(
      `data_batch_3.bin: truncated or not a CIFAR file, ${bytes} bytes are not a positive multiple of 3073`,
    );
    await expect(loading).rejects.toBeInstanceOf(FileError);
    expect(
      readFileSync(cifar10Path("data_batch_2.bin")).equals(cifar10Files().get("data_batch_2.bin")!),
    ).toBe(true);
  });

  it("refuses a label out of range", async () => {
    writeCifar10();
    writeFileSync(cifar10Path("data_batch_4.bin"), cifarRecords([[9], [10]]));
    const loading = load("cifar10");
    await expect(loading).rejects.toThrow(
      "data_batch_4.bin: damaged, the label of image 1 (of 2, from 0) is 10, expected 0 to 9.",
    );
    await expect(loading).rejects.toBeInstanceOf(FileError);
  });

  it("a missing batch: an error that names it, no stand-in", async () => {
    writeCifar10();
    rmSync(cifar10Path("data_batch_5.bin"));
    const loading = load("cifar10");
    await expect(loading).rejects.toThrow(
      /: data_batch_5\.bin of CIFAR-10 not found, data_batch_1\.bin, .* found/,
    );
    await expect(loading).rejects.toBeInstanceOf(FileError);
    expect(existsSync(cifar10Path("data_batch_4.bin"))).toBe(true);
  });
});

describe("cifar100 and cifar25", () => {
  it("gives fine or coarse labels", async () => {
    writeCifar100(
      [
        [4, 0],
        [19, 99],
      ],
      [[1, 1]],
    );
    const fine = await load("cifar100");
    expect([...fine.train.labels]).toEqual([0, 99]);
    expect([...fine.train.labels].map((label) => fine.classes[label])).toEqual(["apple", "worm"]);
    expect(fine.note).toContain("Only 2 of 100 classes occur.");
    const coarse = await load("cifar100", { labels: "coarse" });
    expect([...coarse.train.labels].map((label) => coarse.classes[label])).toEqual([
      "fruit_and_vegetables",
      "vehicles_2",
    ]);
    expect(coarse.title).toContain("coarse");
    for (const { train } of [fine, coarse]) expectImage(train, 1, 1);
  });

  it("cifar25 keeps fine labels 0 to 24, in the files' order", async () => {
    writeCifar100(
      [
        [0, 25],
        [0, 24],
        [0, 99],
        [0, 0],
      ],
      [[0, 7]],
    );
    const { train, test, classes, files } = await load("cifar25");
    expect(classes.length).toBe(25);
    expect([...train.labels]).toEqual([24, 0]);
    expectImage(train, 0, 1);
    expectImage(train, 1, 3);
    expectImage(test, 0, 4);
    expect(files.map(({ count }) => count)).toEqual([4, 1]); // of the files, not of the data set
  });

  it("cifar25 refuses a file without any of its classes", async () => {
    writeCifar100(
      [
        [0, 25],
        [0, 99],
      ],
      [[0, 7]],
    );
    await expect(load("cifar25")).rejects.toThrow("none of its 2 images has a fine label from 0 to 24");
  });

  it.each<[string, [number, number], string]>([
    ["fine", [0, 100], "the fine label of image 1 (of 2, from 0) is 100, expected 0 to 99"],
    ["coarse", [20, 0], "the coarse label of image 1 (of 2, from 0) is 20, expected 0 to 19"],
  ])("refuses a %s label out of range, whichever is asked for", async (_, wrong, message) => {
    writeCifar100([[0, 0], wrong], [[0, 7]]);
    for (const labels of ["fine", "coarse"] as const)
      await expect(load("cifar100", { labels })).rejects.toThrow(message);
  });
});

const real = dataFolder();

/** The tests of real files say in their names when they were skipped. */
function realFiles(id: string, name: string, tests: (folder: string) => void): void {
  const there = existsSync(join(real, name));
  describe.skipIf(!there)(`real ${id} in ${real}${there ? "" : " (skipped: not there)"}`, () =>
    tests(join(real, name)),
  );
}

const linesOf = (path: string) => readFileSync(path, "latin1").trim().split(/\s+/);
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

realFiles("CIFAR-10", "cifar-10-batches-bin", (path) => {
  it("is the official one: 5,000 + 1,000 images of each class", async () => {
    const dataset = await loadDataset("cifar10", { data: real, allowDownload: false });
    const { train, test, classes, origin, note, files } = dataset;
    expect(origin, note).toBe("official");
    expect(note).toBe("official CIFAR-10 files: 50,000 + 10,000 images.");
    expect(files.map(({ count }) => count)).toEqual(new Array(6).fill(10000));
    // https://www.cs.toronto.edu/~kriz/cifar.html: 6000 images per class, 1000 of them in the test batch.
    expect(countClasses(train, 10)).toEqual(new Array(10).fill(5000));
    expect(countClasses(test, 10)).toEqual(new Array(10).fill(1000));
    expect(pixelRange(test)).toEqual({ smallest: 0, largest: 255 });
    expect(classes).toEqual(linesOf(join(path, "batches.meta.txt")));
    // Mean of each channel over the training set; .4914, .4822, .4465 are the figures that everybody normalises with.
    const sums = [0, 0, 0];
    train.images.forEach((value, i) => {
      sums[i % 3]! += value;
    });
    const means = sums.map((sum) => sum / (train.images.length / 3) / 255);
    for (const [c, mean] of [0.4914, 0.4822, 0.4465].entries()) expect(means[c]).toBeCloseTo(mean, 4);
  });
});

realFiles("CIFAR-100", "cifar-100-binary", (path) => {
  it("has the first 25 classes with 500 + 100 images each", async () => {
    const { train, test, classes } = await loadDataset("cifar25", { data: real, allowDownload: false });
    expect(countClasses(train, 25)).toEqual(new Array(25).fill(500));
    expect(countClasses(test, 25)).toEqual(new Array(25).fill(100));
    expect(classes).toEqual(linesOf(join(path, "fine_label_names.txt")).slice(0, 25));
    const coarse = await loadDataset("cifar100", { data: real, allowDownload: false, labels: "coarse" });
    expect(coarse.classes).toEqual(linesOf(join(path, "coarse_label_names.txt")));
  });

  it("is called official only if it is whole", async () => {
    const { train, classes, origin, note } = await loadDataset("cifar100", {
      data: real,
      allowDownload: false,
    });
    expect(classes).toEqual(linesOf(join(path, "fine_label_names.txt")));
    expect(origin === "official").toBe(
      md5(readFileSync(join(path, "train.bin"))) === "6172c7755cfe09b2fe270c85cebc1b15",
    );
    if (origin === "official") expect(train.count).toBe(50000);
    else
      expect(note).toContain(
        `cifar-100-binary/train.bin (${train.count.toLocaleString("en-US")} images, officially 50,000)`,
      );
  });
});
