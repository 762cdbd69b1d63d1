/** @file Fuzzes the reader and the writer of weights files: random bytes, damaged files, headers that lie. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { FileError } from "../../engine/errors.ts";
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsFile,
  serializeSafetensors,
  writeSafetensors,
} from "../../models/index.ts";
import { attack, type Target } from "./attack.ts";
import { useSurroundings } from "./surroundings.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));

const known = ["F64", "F32", "F16", "BF16", "I64", "U64", "I32", "U32", "I16", "U16", "I8", "U8", "BOOL"];

/** Reads the bytes; a FileError or a file whose values fill their shapes. */
function read(bytes: Uint8Array): void {
  let file: SafetensorsFile;
  try {
    file = parseSafetensors(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return;
  }
  for (const tensor of file.tensors.values()) {
    let length: number;
    try {
      ({ length } = tensor.data);
    } catch (error) {
      expect(error).toBeInstanceOf(FileError);
      expect(known).not.toContain(tensor.dtype);
      continue;
    }
    expect(length).toBe(tensor.shape.reduce((product, size) => product * size, 1));
  }
}

/** A file with this header and `bytes` of data. */
function withHeader(header: string, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entries = [
  { name: "a/kernel", shape: [2, 3], data: new Float32Array(6) },
  { name: "a/bias", shape: [3], data: new Uint8Array(3) },
  { name: "b", shape: [], data: new Float64Array(1) },
];
const whole = serializeSafetensors(entries, { format: "wgrad" });

const size = fc.oneof(fc.nat(20), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300, null, "3"));
const description = fc.record(
  {
    dtype: fc.constantFrom("F32", "F16", "U8", "I64", "BF16", "F8", "toString", 4),
    shape: fc.oneof(fc.array(size, { maxLength: 3 }), fc.jsonValue()),
    data_offsets: fc.oneof(fc.array(size, { maxLength: 3 }), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const names = fc.constantFrom("a", "b", "__proto__", "__metadata__", "");
const headers = fc.dictionary(names, fc.oneof(description, fc.jsonValue()), { maxKeys: 3 });

const runs = { numRuns: 500 };

describe("a weights file", () => {
  it("of random bytes is a FileError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => read(bytes)),
      runs,
    );
  });

  it("with a random header is a FileError or holds what it says", () => {
    const property = fc.property(headers, fc.nat(64), (header, bytes) =>
      read(withHeader(JSON.stringify(header), bytes)),
    );
    fc.assert(property, runs);
  });

  it("with any text as its header is a FileError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), fc.nat(8), (text, bytes) =>
        read(withHeader(text, bytes)),
      ),
      runs,
    );
  });

  it("with one byte changed, or cut off, is a FileError or holds what it says", () => {
    expect([...parseSafetensors(whole).tensors.keys()]).toEqual(["a/kernel", "a/bias", "b"]);
    const property = fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (place, byte, cut) =>
      read(cut ? whole.subarray(0, place) : whole.with(place, byte)),
    );
    fc.assert(property, runs);
  });

  it("with a deep or a long header is a FileError", () => {
    const deep = "[".repeat(1e6) + "]".repeat(1e6);
    for (const header of [deep, `{"a":${deep}}`, `{"${"a".repeat(1e7)}":1}`, `{"a":"${'\\"'.repeat(3e6)}"}`])
      expect(() => parseSafetensors(withHeader(header, 0))).toThrow(FileError);
  });
});

const path = join(folder, "x.safetensors");
const files: readonly Target[] = [
  {
    name: "readSafetensors|Cannot read|safetensors",
    sound: () => {
      writeFileSync(path, whole);
      return [path];
    },
    call: async (source) => void (await readSafetensors(source)),
  },
  {
    name: "writeSafetensors|Cannot write|safetensors|__metadata__",
    sound: () => [path, entries, { format: "wgrad" }],
    keeps: ["0"], // a file of any name would be written
    call: (...args: Parameters<typeof writeSafetensors>) => writeSafetensors(...args),
  },
];

describe("reading and writing", () => {
  const surroundings = useSurroundings();

  it.each(files)("says what is wrong: $name", async (target) => {
    await attack(target, surroundings());
  });
});
