/** @file The readers on bytes in memory, as a page has them: the same arrays as from files, and errors in words. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fileSource,
  namedBytes,
  readCifar10,
  readCifar100,
  readIdx,
  readMatDirectory,
  readMatNumbers,
  readMnist,
  readSvhn,
} from "../../../datasets/index.ts";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import { properties } from "../../support/properties.ts";
import { cifar10Files, cifarPixel, cifarRecords } from "../support/cifar-files.ts";
import { idxFile } from "../support/idx-writer.ts";
import { matHeader, words } from "../support/mat-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const fixture = (name: string) =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures", name)));

/** The bytes as those of a Response, and as a part of a larger buffer. */
async function bothForms(bytes: Uint8Array): Promise<[ArrayBuffer, Uint8Array]> {
  const larger = new Uint8Array(bytes.length + 10);
  larger.set(bytes, 3);
  return [await new Response(new Uint8Array(bytes)).arrayBuffer(), larger.subarray(3, 3 + bytes.length)];
}

describe("readIdx", () => {
  const packed = idxFile([2, 3], [1, 2, 3, 4, 5, 250]);

  it.each([
    ["packed", packed],
    ["unpacked", gunzipSync(packed)],
  ])("reads %s bytes", async (_, bytes) => {
    for (const form of await bothForms(bytes))
      expect(await readIdx(form)).toEqual({ shape: [2, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 250) });
  });

  it("says what is wrong, with the name that the bytes were given", async () => {
    const named = namedBytes("https://example.org/x.gz", packed);
    await expect(readIdx(named, 3)).rejects.toThrow(
      new FileError(
        "https://example.org/x.gz: its magic number is 0x00000802, expected 0x00000803 (IDX, unsigned bytes, 3 dimensions).",
      ),
    );
    await expect(readIdx(Uint8Array.of(0, 0, 8, 0, 1))).rejects.toThrow(
      "IDX file: its magic number is 0x00000800, expected 0x00000801 or more (IDX, unsigned bytes, 1 dimension or more).",
    );
    await expect(readIdx(Uint8Array.of(0, 0, 8))).rejects.toThrow(
      "IDX file: truncated, it ends after 3 of 4 bytes. Delete the file to download it again.",
    );
    await expect(readIdx(new Uint8Array(0))).rejects.toThrow(FileError);
  });

  it("throws FileError for packed bytes that are cut off or changed, wherever", async () => {
    const values = Uint8Array.from({ length: 2000 }, (_, i) => (i * i) % 251);
    const whole = idxFile([2000], values);
    for (let length = 2; length < whole.length; length += 97)
      await expect(readIdx(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(FileError);
    const wrongSum = new Uint8Array(whole);
    wrongSum[whole.length - 6]! ^= 1;
    await expect(readIdx(wrongSum)).rejects.toThrow(/damaged or not a gzip file/);
  });

  it("reads from bytes what it reads from a file", async () => {
    const path = join(folder(), "values.idx");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }),
        fc.nat(255),
        async (shape, seed) => {
          const count = shape.reduce((product, length) => product * length, 1);
          const bytes = idxFile(
            shape,
            Uint8Array.from({ length: count }, (_, i) => (seed + 7 * i) % 256),
          );
          writeFileSync(path, bytes);
          expect(await readIdx(bytes)).toEqual(await readIdx(fileSource(path)));
        },
      ),
      properties,
    );
  });

  it("refuses what is no bytes", async () => {
    const wrong = [undefined, null, "train-images", new Response(), [1, 2], new Blob(["x"])] as unknown[];
    for (const file of wrong) await expect(readIdx(file as Uint8Array)).rejects.toThrow(ArgumentError);
    await expect(readIdx(new Response() as unknown as Uint8Array)).rejects.toThrow(
      "IDX file: a Response is given, expected a Uint8Array, an ArrayBuffer, or namedBytes(name, bytes).",
    );
  });
});

describe("readMnist", () => {
  const images = idxFile(
    [2, 28, 28],
    Uint8Array.from({ length: 1568 }, (_, i) => i % 256),
  );

  it("gives images and labels", async () => {
    const set = await readMnist(images, idxFile([2], [9, 0]));
    expect(set).toMatchObject({ count: 2, height: 28, width: 28, channels: 1, labels: Uint8Array.of(9, 0) });
    expect(set.images.subarray(784, 787)).toEqual(Uint8Array.of(16, 17, 18));
  });

  it("refuses labels that are no classes, or not as many as images", async () => {
    await expect(readMnist(images, idxFile([2], [9, 10]))).rejects.toThrow(
      "label file: damaged, label 1 (of 2, from 0) is 10, expected 0 to 9.",
    );
    await expect(readMnist(images, idxFile([3], [1, 2, 3]))).rejects.toThrow(
      "label file: 3 labels for the 2 images of image file.",
    );
  });
});

describe("readCifar10 and readCifar100", () => {
  it("read files one behind the other to [n, h, w, c]", async () => {
    const [first, second] = [...cifar10Files().values()];
    const one = await readCifar10(first!);
    const both = await readCifar10(first!, second!);
    expect(both.count).toBe(2 * one.count);
    expect(both.images.subarray(0, one.images.length)).toEqual(one.images);
    const { images, width } = one;
    expect(images[(3 * width + 5) * 3 + 2]).toBe(cifarPixel(0, 3, 5, 2));
  });

  it("gives fine or coarse labels", async () => {
    const bytes = cifarRecords([
      [19, 99],
      [3, 42],
    ]);
    expect((await readCifar100(bytes)).labels).toEqual(Uint8Array.of(99, 42));
    expect((await readCifar100(bytes, "coarse")).labels).toEqual(Uint8Array.of(19, 3));
    await expect(readCifar100(bytes, "corse" as "coarse")).rejects.toThrow(
      'readCifar100: labels must be one of fine, coarse, got "corse". Did you mean coarse?',
    );
  });

  it("refuse no file, and part of an image", async () => {
    await expect(readCifar10()).rejects.toThrow(new ArgumentError("CIFAR file: no file is given."));
    const bytes = cifarRecords([[0, 1]]);
    await expect(readCifar100(bytes.subarray(1))).rejects.toThrow(
      /^CIFAR file: truncated or not a CIFAR file/,
    );
    await expect(readCifar10(new Uint8Array(3073), new Uint8Array(5))).rejects.toThrow(
      /^CIFAR file 2 of 2: /,
    );
  });
});

describe("damaged bytes", () => {
  const formats: [string, Uint8Array, (bytes: Uint8Array) => Promise<unknown>][] = [
    ["IDX", idxFile([40, 5], new Uint8Array(200).fill(3)), readIdx],
    ["CIFAR", cifarRecords([[0, 1]]), readCifar100],
    ["packed CIFAR", gzipSync(cifarRecords([[0, 1]])), readCifar100],
    ["SVHN", fixture("svhn-1.mat"), readSvhn],
  ];

  it.each(formats)("of %s give data or a FileError, wherever they are changed", async (_, whole, read) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const bytes = new Uint8Array(cut ? whole.subarray(0, at) : whole);
        if (!cut) bytes[at] = byte;
        const error: unknown = await read(bytes).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(FileError);
      }),
      properties,
    );
  });
});

describe("MATLAB files", () => {
  it("give the same variables and numbers as from a file", async () => {
    for (const name of ["plain.mat", "compressed.mat"]) {
      const path = join(import.meta.dirname, "../fixtures", name);
      const fromFile = await readMatDirectory(fileSource(path));
      const fromBytes = await readMatDirectory(fixture(name));
      expect(fromBytes.map(({ name, dims, className }) => ({ name, dims, className }))).toEqual(
        fromFile.map(({ name, dims, className }) => ({ name, dims, className })),
      );
      let read = 0;
      for (const [i, variable] of fromBytes.entries()) {
        const numbers = await readMatNumbers(fromFile[i]!).catch((error: Error) => error.constructor);
        expect(await readMatNumbers(variable).catch((error: Error) => error.constructor)).toEqual(numbers);
        if (ArrayBuffer.isView(numbers)) read++;
      }
      expect(read).toBeGreaterThan(3);
    }
  });

  it("are refused with the byte where a zlib stream is damaged", async () => {
    const stream = deflateSync(new Uint8Array(64));
    stream[4]! ^= 0xff;
    const bytes = Buffer.concat([matHeader(), words([15, stream.length], true), stream]);
    await expect(readMatDirectory(namedBytes("x.mat", bytes))).rejects.toThrow(
      /^x\.mat: damaged, the element at byte 128 /,
    );
  });

  it("of SVHN give images and labels 0 to 9", async () => {
    const set = await readSvhn(fixture("svhn-12.mat"), fixture("svhn-1.mat"));
    expect(set).toMatchObject({ count: 13, height: 32, width: 32, channels: 3 });
    const pixel = (h: number, w: number, c: number, n: number) => (7 * h + 3 * w + 50 * c + 11 * n) % 256;
    expect(set.images[((4 * 32 + 10) * 32 + 20) * 3 + 1]).toBe(pixel(10, 20, 1, 4));
  });
});
