import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { countClasses, pixelRange } from "../../../datasets/statistics.ts";
import { FileError } from "../../../engine/errors.ts";
import { doubleStorage, type MatArray, matFile, uint8Storage } from "../support/mat-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const folder = useTemporaryFolder();

function pixels(count: number, changes: Partial<MatArray> = {}): MatArray {
  const values = new Uint8Array(count * 3072).fill(9);
  return { name: "X", dims: [32, 32, 3, count], classCode: 9, storage: uint8Storage, values, ...changes };
}

function labels(values: readonly number[], changes: Partial<MatArray> = {}): MatArray {
  return { name: "y", dims: [values.length, 1], classCode: 6, storage: doubleStorage, values, ...changes };
}

/** A data folder with SciPy's 12 images as test set, and `train` as training set. */
function prepare(train: readonly MatArray[] | string): string {
  const svhn = join(folder(), "svhn");
  mkdirSync(svhn, { recursive: true });
  copyFileSync(fixture("svhn-12.mat"), join(svhn, "test_32x32.mat"));
  if (typeof train === "string") copyFileSync(fixture(train), join(svhn, "train_32x32.mat"));
  else writeFileSync(join(svhn, "train_32x32.mat"), matFile(train, { compress: true }));
  return folder();
}

const read = (data: string) => loadDataset("svhn", { data, allowDownload: false });

/** fixtures/make-mat.py: pixel [h, w, c] of image n. */
const pixel = (h: number, w: number, c: number, n: number) => (7 * h + 3 * w + 50 * c + 11 * n) % 256;

describe("svhn", () => {
  it("brings SciPy's arrays to [n, h, w, c] and labels 1..10 to 0..9", async () => {
    const { test } = await read(prepare("svhn-12.mat"));
    expect(test).toMatchObject({ count: 12, height: 32, width: 32, channels: 3 });
    for (let n = 0; n < 12; n++)
      for (let h = 0; h < 32; h++)
        for (let w = 0; w < 32; w++)
          for (let c = 0; c < 3; c++)
            if (test.images[((n * 32 + h) * 32 + w) * 3 + c] !== pixel(h, w, c, n)) {
              expect.fail(`image ${n} at [${h},${w},${c}]`);
            }
    expect([...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  });

  it("reads a single image, whose last dimension MATLAB drops", async () => {
    const { train, classes } = await read(prepare("svhn-1.mat"));
    expect(train.count).toBe(1);
    expect([...train.images.subarray(0, 4)]).toEqual([0, 50, 100, 3]);
    expect(classes[train.labels[0]!]).toBe("1");
  });

  it("takes label 10 as the digit 0, stored as double or uint8, as column or row", async () => {
    const column = await read(prepare([pixels(2), labels([10, 9])]));
    expect([...column.train.labels].map((label) => column.classes[label])).toEqual(["0", "9"]);
    const row = labels([3, 10], { dims: [1, 2], classCode: 9, storage: uint8Storage });
    const { train, classes } = await read(prepare([pixels(2), row]));
    expect([...train.labels].map((label) => classes[label])).toEqual(["3", "0"]);
  });

  it("puts the extra images behind those of the training set", async () => {
    const data = prepare([pixels(2), labels([1, 2])]);
    copyFileSync(fixture("svhn-12.mat"), join(data, "svhn", "extra_32x32.mat"));
    const { train, files } = await loadDataset("svhn-extra", { data, allowDownload: false });
    expect(train.count).toBe(14);
    expect([...train.labels.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(train.images[2 * 3072 - 1]).toBe(9);
    expect(train.images[2 * 3072 + 5]).toBe(pixel(0, 1, 2, 0));
    expect(files.map((file) => file.count)).toEqual([2, 12, 12]);
  });

  it("names files that are not the official ones, with counts and md5", async () => {
    const data = prepare("svhn-1.mat");
    const { origin, note, files } = await read(data);
    expect(origin).toBe("other");
    expect(note).toMatch(
      /not the official SVHN files \(other md5\): svhn\/train_32x32\.mat \(1 image, officially 73,257\), .*\(12 images, officially 26,032\)/,
    );
    expect(files[0]).toMatchObject({
      path: join(data, "svhn", "train_32x32.mat"),
      official: false,
      count: 1,
    });
    expect(files[0]!.md5).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("files that hold something else", () => {
  it.each<[string, readonly MatArray[], RegExp]>([
    ["no X", [labels([1])], /train_32x32\.mat: no variable X in the file; it has y\./],
    ["no y", [pixels(1)], /train_32x32\.mat: no variable y in the file; it has X\./],
    [
      "images of 28x28",
      [pixels(1, { dims: [28, 28, 3, 1] }), labels([1])],
      /X is uint8 \[28,28,3,1\], expected uint8 \[32,32,3,n\]/,
    ],
    ["grey images", [pixels(1, { dims: [32, 32, 1, 3] }), labels([1, 1, 1])], /X is uint8 \[32,32,1,3\]/],
    ["five dimensions", [pixels(1, { dims: [32, 32, 3, 1, 2] }), labels([1])], /X is uint8 \[32,32,3,1,2\]/],
    ["no images", [pixels(0), labels([])], /X is uint8 \[32,32,3,0\], expected .* with n images/],
    [
      "images as doubles",
      [pixels(1, { classCode: 6 }), labels([1])],
      /X is double \[32,32,3,1\], expected uint8/,
    ],
    [
      "fewer labels",
      [pixels(3), labels([1, 2])],
      /y is \[2,1\], expected \[3,1\]: one label for each image of X \[32,32,3,3\]/,
    ],
    ["one-hot labels", [pixels(2), labels([1, 0, 0, 1], { dims: [2, 2] })], /y is \[2,2\], expected \[2,1\]/],
    [
      "two million images, so it says",
      [pixels(3, { dims: [32, 32, 3, 2_000_000] }), labels([1], { dims: [2_000_000, 1] })],
      /has 9216 bytes of numbers, its dimensions \[32,32,3,2000000\] make 6144000000/,
    ],
    ["two of a name", [pixels(1), labels([1]), labels([2])], /train_32x32\.mat: 2 variables are called y\./],
    ["label 0", [pixels(2), labels([1, 0])], /y\(2\) is 0, labels are 1 to 10 \(10 for the digit 0\)/],
    ["label 11", [pixels(2), labels([11, 1])], /y\(1\) is 11, labels are 1 to 10/],
    ["label 2.5", [pixels(1), labels([2.5])], /y\(1\) is 2\.5, labels are 1 to 10/],
    ["label NaN", [pixels(1), labels([Number.NaN])], /y\(1\) is NaN/],
    [
      "text labels",
      [pixels(1), labels([49], { classCode: 4, storage: uint8Storage })],
      /y is char, expected real numbers/,
    ],
  ])("%s", async (_, arrays, message) => {
    const reading = read(prepare(arrays));
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toBeInstanceOf(FileError);
  });
});

const real = dataFolder();
const missing = ["train", "test"].filter((part) => !existsSync(join(real, "svhn", `${part}_32x32.mat`)));

describe.skipIf(missing.length > 0)(
  `real SVHN in ${real}${missing.length > 0 ? " (skipped: not there)" : ""}`,
  () => {
    it("is read whole, every class present, pixels over the whole range", async () => {
      const { train, test, origin, files } = await read(real);
      for (const set of [train, test]) {
        expect(set.images.length).toBe(set.count * 3072);
        expect(Math.min(...countClasses(set, 10))).toBeGreaterThan(0);
        expect(pixelRange(set)).toEqual({ smallest: 0, largest: 255 });
      }
      expect(files.map((file) => file.count)).toEqual([train.count, test.count]);
      // Official counts: http://ufldl.stanford.edu/housenumbers/ (73,257 digits for training, 26,032 for testing).
      if (origin === "official") expect([train.count, test.count]).toEqual([73257, 26032]);
    });
  },
);
