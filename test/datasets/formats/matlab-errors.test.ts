import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMatDirectory, readMatNumbers } from "../../../datasets/formats/matlab.ts";
import { fileSource } from "../../../datasets/sources/file-source.ts";
import { FileError } from "../../../engine/errors.ts";
import { properties } from "../../support/properties.ts";
import { element, matFile, matHeader, uint8Storage, words } from "../support/mat-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const folder = useTemporaryFolder();

/** Writes `bytes` as a file and reads everything in it. */
async function readAll(bytes: Buffer | string) {
  const path = join(folder(), "file.mat");
  writeFileSync(path, bytes);
  const arrays = [];
  for (const variable of await readMatDirectory(fileSource(path)))
    arrays.push(await readMatNumbers(variable));
  return arrays;
}

const values = Uint8Array.from({ length: 4000 }, (_, i) => (i * i * 31) % 241);
const array = { name: "X", dims: [40, 100], classCode: 9, storage: uint8Storage, values };
const plain = matFile([array]);
const compressed = matFile([array], { compress: true });

describe("files that are something else", () => {
  it.each([
    ["plain text", "epoch,loss\n1,0.5\n".repeat(20), /file\.mat: not a MATLAB file \(version 5 has/],
    ["short text", "hello", /file\.mat: not a MATLAB file/],
    ["an empty file", "", /file\.mat: the file is empty/],
    ["version 4", readFileSync(fixture("version4.mat")), /a MATLAB version 4 file, expected version 5.*-v7/],
    ["version 0x0300", matHeader({}, 0x0300), /MATLAB file of version 0x0300, expected 0x0100/],
    [
      "HDF5",
      Buffer.from("\x89HDF\r\n\x1a\n and more", "latin1"),
      /a MATLAB 7\.3 file \(HDF5\), expected version 5.*-v7/,
    ],
    ["7.3", Buffer.from("MATLAB 7.3 MAT-file, Platform: GLNXA64".padEnd(600)), /a MATLAB 7\.3 file \(HDF5\)/],
  ])("%s", async (_, bytes, message) => {
    await expect(readAll(bytes)).rejects.toThrow(message);
    await expect(readAll(bytes)).rejects.toBeInstanceOf(FileError);
  });

  it("no file at all, and a folder", async () => {
    await expect(readMatDirectory(fileSource(join(folder(), "none.mat")))).rejects.toThrow(
      /cannot read .*none\.mat: no such file or folder \(ENOENT\)/,
    );
    await expect(readMatDirectory(fileSource(folder()))).rejects.toThrow(
      /cannot read .*: it is a folder, not a regular file/,
    );
  });
});

describe("truncated files", () => {
  it("are whole to begin with", async () => {
    expect(await readAll(plain)).toEqual([values]);
    expect(await readAll(compressed)).toEqual([values]);
  });

  it.each([
    ["plain", plain],
    ["compressed", compressed],
  ])("%s, cut off anywhere", async (_, whole) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 129, max: whole.length - 1 }), async (length) => {
        await expect(readAll(whole.subarray(0, length))).rejects.toThrow(
          /file\.mat: truncated, \d+ of the \d+ bytes/,
        );
      }),
      properties,
    );
  });

  it("within the header", async () => {
    await expect(readAll(plain.subarray(0, 100))).rejects.toThrow(
      "truncated, 100 of the header's 128 bytes are there",
    );
  });

  it("says where and how much", async () => {
    await expect(readAll(plain.subarray(0, 1128))).rejects.toThrow(
      `truncated, 992 of the ${plain.length - 136} bytes from byte 136 on are there`,
    );
  });

  it("after the header: no variables", async () => {
    expect(await readAll(plain.subarray(0, 128))).toEqual([]);
  });
});

describe("damaged files", () => {
  it("no change of a byte of the zlib data goes unnoticed", async () => {
    const places = fc.integer({ min: 136, max: compressed.length - 1 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const bytes = Buffer.from(compressed);
        bytes[at]! ^= bits;
        const outcome = await readAll(bytes).catch((error: Error) => error.message);
        // A few bits mean nothing: those that fill the last byte before the checksum.
        if (typeof outcome === "string")
          expect(outcome).toMatch(/file\.mat: damaged, the element at byte 128 /);
        else expect(outcome).toEqual([values]);
      }),
      properties,
    );
  });

  it("a wrong checksum behind the numbers", async () => {
    const bytes = Buffer.from(compressed);
    bytes[bytes.length - 1]! ^= 1;
    await expect(readAll(bytes)).rejects.toThrow(/is not valid zlib data \(incorrect data check\)/);
  });

  it("a zlib stream that lacks its end", async () => {
    const stream = compressed.subarray(136, compressed.length - 50);
    const bytes = Buffer.concat([matHeader(), words([15, stream.length], true), stream]);
    await expect(readAll(bytes)).rejects.toThrow(
      "damaged, the element at byte 128 is a zlib stream without its end",
    );
  });

  it.each([
    true,
    false,
  ])("dimensions and numbers that do not fit together (compressed: %s)", async (compress) => {
    await expect(readAll(matFile([{ ...array, dims: [40, 99] }], { compress }))).rejects.toThrow(
      "has 4000 bytes of numbers, its dimensions [40,99] make 3960",
    );
  });

  it("a claim of gigabytes is refused before anything is allocated", async () => {
    // What matFile writes, but the tag before the numbers and the dimensions say 4,000,000,000 bytes.
    const numbers = Buffer.concat([words([2, 4_000_000_000], true), Buffer.alloc(16)]);
    const head = [element(6, words([9, 0], true), true), element(5, words([40_000, 100_000], true), true)];
    const matrix = Buffer.concat([...head, element(1, Buffer.from("X"), true), numbers]);
    await expect(readAll(Buffer.concat([matHeader(), element(14, matrix, true)]))).rejects.toThrow(
      "claims 4000000000 bytes of numbers, more than it can hold",
    );
  });

  it.each([true, false])("bytes behind the numbers of a variable (compressed: %s)", async (compressed) => {
    const body = plain.subarray(136);
    const longer = Buffer.concat([body, Buffer.alloc(8, 1)]);
    const matrix = element(14, longer, true);
    const packed = deflateSync(matrix);
    const whole = compressed ? Buffer.concat([words([15, packed.length], true), packed]) : matrix;
    await expect(readAll(Buffer.concat([matHeader(), whole]))).rejects.toThrow(
      "damaged, the element at byte 128 has bytes left over behind its numbers",
    );
  });

  it("bytes behind the zlib stream of a variable", async () => {
    const packed = Buffer.concat([compressed.subarray(136), Buffer.from("more")]);
    const bytes = Buffer.concat([matHeader(), words([15, packed.length], true), packed]);
    await expect(readAll(bytes)).rejects.toThrow("has bytes left over behind its zlib stream");
  });

  it("an element of a type that does not exist", async () => {
    const bytes = Buffer.concat([matHeader(), words([99, 8], true), Buffer.alloc(8)]);
    await expect(readAll(bytes)).rejects.toThrow("damaged, element of unknown type 99 at byte 128");
  });
});
