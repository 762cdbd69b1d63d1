import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { countClasses, pixelRange } from "../../../datasets/statistics.ts";
import { FileError } from "../../../engine/errors.ts";
import { idxFile } from "../support/idx-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const load = (id: DatasetId = "mnist") => loadDataset(id, { data: folder(), allowDownload: false });

/** Images of 28x28 bytes counting up, so that every place differs from its neighbours. */
const images = (count: number) =>
  idxFile(
    [count, 28, 28],
    new Uint8Array(count * 784).map((_, i) => i % 251),
  );

/** The four files: 3 + 2 images, with `changes` by name. */
function write(changes: Readonly<Record<string, Buffer>> = {}, name = "mnist"): void {
  mkdirSync(join(folder(), name), { recursive: true });
  const files = {
    "train-images-idx3-ubyte.gz": images(3),
    "train-labels-idx1-ubyte.gz": idxFile([3], [7, 0, 9]),
    "t10k-images-idx3-ubyte.gz": images(2),
    "t10k-labels-idx1-ubyte.gz": idxFile([2], [1, 2]),
    ...changes,
  };
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder(), name, file), bytes);
}

describe.each(["mnist", "fashion-mnist"] as const)("%s", (id) => {
  it("reads images and labels of both parts", async () => {
    write({}, id);
    const { train, test, classes, origin, note, files } = await load(id);
    expect(train).toMatchObject({ count: 3, height: 28, width: 28, channels: 1 });
    expect([...train.labels]).toEqual([7, 0, 9]);
    expect([...test.labels]).toEqual([1, 2]);
    expect(train.images.length).toBe(3 * 784);
    expect(train.images.every((value, i) => value === i % 251)).toBe(true);
    expect(classes.length).toBe(10);
    expect(origin).toBe("other");
    expect(files.map(({ count }) => count)).toEqual([3, 3, 2, 2]);
    expect(note).toContain(`${id}/train-labels-idx1-ubyte.gz (3 labels, officially 60,000)`);
    expect(note).toContain("Only 3 of 10 classes occur.");
  });
});

describe("a file that is not as it should be", () => {
  const packed = images(3);
  const flipped = Buffer.from(packed);
  flipped[packed.length - 6]! ^= 1; // in the checksum of the gzip stream
  const short = gzipSync(gunzipSync(packed).subarray(0, 2000));
  const long = gzipSync(Buffer.concat([gunzipSync(packed), Buffer.alloc(5)]));
  it.each<[string, Buffer, RegExp]>([
    [
      "labels for images",
      idxFile([3], [1, 2, 3]),
      /magic number is 0x00000801, expected 0x00000803 \(IDX, unsigned bytes, 3 dim/,
    ],
    [
      "floats",
      idxFile([3, 28, 28], new Uint8Array(2352), 0x0d03),
      /magic number is 0x00000d03, expected 0x00000803/,
    ],
    [
      "a truncated gzip stream",
      packed.subarray(0, packed.length - 30),
      /images-idx3-ubyte\.gz: truncated, the gzip stream has no end/,
    ],
    ["a wrong checksum", flipped, /damaged or not a gzip file \(incorrect data check\)/],
    [
      "packed no longer, and cut short",
      gunzipSync(packed).subarray(0, 2000),
      /damaged, a file of this size cannot hold \[3,28,28\]/,
    ],
    ["an empty file", Buffer.alloc(0), /the file is empty/],
    ["a second gzip file behind it", Buffer.concat([packed, packed]), /2368 bytes follow the 2352 values/],
    [
      "something behind the gzip stream",
      Buffer.concat([packed, Buffer.from("more")]),
      /damaged or not a gzip/,
    ],
    [
      "megabytes of packed zeros behind the pixels",
      Buffer.concat([packed, gzipSync(Buffer.alloc(3_000_000))]),
      /more than 1048576 bytes follow the 2352 values/,
    ],
    ["fewer pixels than it says", short, /damaged, what is packed in it ends after 1984 of 2352 bytes/],
    ["more bytes than it says", long, /5 bytes follow the 2352 values of \[3,28,28\]/],
    [
      "an impossible count",
      idxFile([0xffffffff, 28, 28], []),
      /a file of this size cannot hold \[4294967295,28,28\]/,
    ],
    [
      "images of 32x32",
      idxFile([3, 32, 32], new Uint8Array(3072)),
      /the images are \[3,32,32\], expected \[n,28,28\] with n images/,
    ],
    ["no image", idxFile([0, 28, 28], []), /the images are \[0,28,28\], expected \[n,28,28\] with n images/],
    [
      "one image more than labels",
      images(4),
      /train-labels-idx1-ubyte\.gz: 3 labels for the 4 images of .*train-images/,
    ],
  ])("%s", async (_, bytes, message) => {
    write({ "train-images-idx3-ubyte.gz": bytes });
    const loading = load();
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(FileError);
    expect(existsSync(join(folder(), "mnist", "t10k-images-idx3-ubyte.gz"))).toBe(true);
  });

  it("a label out of range", async () => {
    write({ "t10k-labels-idx1-ubyte.gz": idxFile([2], [9, 10]) });
    await expect(load()).rejects.toThrow(
      /t10k-labels.*: damaged, label 1 \(of 2, from 0\) is 10, expected 0 to 9/,
    );
  });

  it("a missing file: an error that names it, no stand-in", async () => {
    write();
    rmSync(join(folder(), "mnist", "t10k-labels-idx1-ubyte.gz"));
    await expect(load()).rejects.toThrow(
      /: t10k-labels-idx1-ubyte\.gz of MNIST not found, train-images.* found/,
    );
  });
});

/** The tests of real files say in their names when they were skipped. */
const real = dataFolder();
const there = (id: string) => existsSync(join(real, id, "train-images-idx3-ubyte.gz"));
const title = (id: string) => `real ${id} in ${real}${there(id) ? "" : " (skipped: not there)"}`;

describe.skipIf(!there("mnist"))(title("mnist"), () => {
  it("is the official one, class by class", async () => {
    const { train, test, origin, note } = await loadDataset("mnist", { data: real, allowDownload: false });
    expect(origin, note).toBe("official");
    // The well-known frequencies, 1 the most, 5 the least frequent.
    expect(countClasses(train, 10)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(countClasses(test, 10)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(pixelRange(train)).toEqual({ smallest: 0, largest: 255 });
    // .1307 is the mean that everybody normalises with.
    expect(train.images.reduce((sum, value) => sum + value, 0) / train.images.length / 255).toBeCloseTo(
      0.1307,
      4,
    );
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  });
});

describe.skipIf(!there("fashion-mnist"))(title("fashion-mnist"), () => {
  it("is read whole: 6,000 + 1,000 images of each class", async () => {
    const { train, test } = await loadDataset("fashion-mnist", { data: real, allowDownload: false });
    expect(countClasses(train, 10)).toEqual(new Array(10).fill(6000));
    expect(countClasses(test, 10)).toEqual(new Array(10).fill(1000));
  });
});
