import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileError, WgradError } from "../../../engine/errors.ts";
import { halfToNumber, numberToHalf } from "../../../models/weights/half-precision.ts";
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsEntry,
  serializeSafetensors,
  writeSafetensors,
} from "../../../models/weights/safetensors.ts";
import { headerEnd } from "../../../models/weights/safetensors-header.ts";
import { properties } from "../../support/properties.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-safetensors-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file from a header written by hand, as someone else's program might. */
function file(header: unknown, dataBytes: number, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

const arrays = fc.oneof(
  fc.float32Array({ maxLength: 12 }),
  fc.float64Array({ maxLength: 12 }),
  fc.int32Array({ maxLength: 12 }),
  fc.uint32Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }),
  fc.int8Array({ maxLength: 12 }),
  fc.int16Array({ maxLength: 12 }),
  fc.uint16Array({ maxLength: 12 }),
  fc.bigInt64Array({ maxLength: 12 }),
  fc.bigUint64Array({ maxLength: 12 }),
);
const entryLists: fc.Arbitrary<SafetensorsEntry[]> = fc
  .uniqueArray(fc.tuple(fc.string(), arrays), { selector: ([name]) => name, maxLength: 6 })
  .map((pairs) => pairs.filter(([name]) => name !== "__metadata__"))
  .map((pairs) => pairs.map(([name, data]) => ({ name, shape: [data.length, 1], data })));

describe("safetensors", () => {
  it("reads back what it wrote, in the order of the bytes, header padded to 8 bytes", async () => {
    const path = join(folder, "roundtrip.safetensors");
    await fc.assert(
      fc.asyncProperty(entryLists, fc.dictionary(fc.string(), fc.string()), async (entries, metadata) => {
        await writeSafetensors(path, entries, metadata);
        const { tensors, metadata: found } = await readSafetensors(path);
        expect({ ...found }).toEqual({ ...metadata });
        // empty tensors take no bytes: their place among the others cannot be told
        const names = (list: readonly SafetensorsEntry[]) =>
          list.filter((e) => e.data.length > 0).map((e) => e.name);
        const read = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
        expect(names(read)).toEqual(names(entries));
        for (const { name, shape, data } of entries) {
          expect(tensors.get(name)!.shape).toEqual(shape);
          expect(tensors.get(name)!.data).toEqual(data);
        }
        const length = readFileSync(path).readUInt32LE(0);
        expect(length % 8).toBe(0);
      }),
      { ...properties, numRuns: 100 },
    );
  });

  it("writes the very bytes of the format", () => {
    const bytes = Buffer.from(
      serializeSafetensors([{ name: "b", shape: [1, 2], data: Float32Array.of(1, -2) }], { a: "x" }),
    );
    // written down from the format's description, not from this program
    const header = '{"__metadata__":{"a":"x"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(88, " ");
    expect(bytes.subarray(0, 8).toString("hex")).toBe("5800000000000000");
    expect(bytes.subarray(8, 96).toString()).toBe(padded);
    expect(bytes.subarray(96).toString("hex")).toBe("0000803f000000c0");
  });

  it("throws nothing but a FileError when bytes of the header or the length are flipped", () => {
    const whole = Buffer.from(
      serializeSafetensors(
        [
          { name: "dense_1/kernel", shape: [2, 3], data: new Float32Array(6) },
          { name: "dense_1/bias", shape: [3], data: new Float32Array(3) },
          { name: "labels", shape: [5], data: new Uint8Array(5) },
        ],
        { format: "wgrad" },
      ),
    );
    const headerEnd = 8 + whole.readUInt32LE(0);
    const flips = fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
    });
    let refused = 0;
    fc.assert(
      fc.property(flips, fc.nat(whole.length), (places, cut) => {
        const bytes = new Uint8Array(whole.subarray(0, cut % 3 ? whole.length : cut));
        for (const [index, value] of places) if (index < bytes.length) bytes[index]! ^= value;
        try {
          parseSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WgradError);
          refused++;
        }
      }),
      { ...properties, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  const broken: readonly (readonly [string, Uint8Array, string])[] = [
    ["no header length", new Uint8Array(7), "7 bytes are too few"],
    ["header beyond the file", file({}, 0, 3n), "header length 3 is beyond the file of 10 bytes"],
    ["huge header length", file({}, 0, 2n ** 63n), "header length 9223372036854775808 is beyond"],
    ["no JSON", file('{"a":', 0), "header is not JSON"],
    ["JSON, but no object", file("[]", 0), "header is not a JSON object"],
    ["metadata of numbers", file({ __metadata__: { a: 1 } }, 0), "__metadata__ must map names to strings"],
    [
      "overlap",
      file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12),
      "tensor b overlaps the one before it at byte 4",
    ],
    ["same range twice", file({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, 8), "tensor b overlaps"],
    [
      "beyond the end",
      file({ a: f32([4], 0, 16) }, 12),
      "tensor a ends at byte 16 of the data, the file holds 12",
    ],
    ["begin after end", file({ a: f32([2], 8, 0) }, 8), "data_offsets [8,0]"],
    [
      "hole between",
      file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12),
      "a hole of 4 bytes before tensor b",
    ],
    ["hole at the start", file({ a: f32([1], 4, 8) }, 8), "a hole of 4 bytes before tensor a"],
    ["rest at the end", file({ a: f32([1], 0, 4) }, 7), "3 bytes after the last tensor"],
    ["a dtype that is no text", file({ a: { dtype: 4, shape: [], data_offsets: [0, 0] } }, 0), "has dtype 4"],
    ["shape against bytes", file({ a: f32([3], 0, 8) }, 8), "F32 [3] takes 12 bytes, data_offsets hold 8"],
    ["negative size", file({ a: f32([-2], 0, 8) }, 8), "has shape [-2]"],
    ["huge shape", file({ a: f32([2 ** 40, 2 ** 40], 0, 8) }, 8), "takes 4.8"],
    ["fractional offset", file({ a: f32([1], 0.5, 4.5) }, 8), "data_offsets [0.5,4.5]"],
    ["description missing", file({ a: null }, 0), "tensor a is described by null"],
    [
      "name twice",
      file(`{"a":${JSON.stringify(f32([1], 0, 4))},"a":${JSON.stringify(f32([1], 0, 4))}}`, 4),
      "names a twice",
    ],
    ["metadata of one name twice", file('{"__metadata__":{"p":"1","p":"2"}}', 0), "names p twice"],
    [
      "a dtype twice",
      file('{"a":{"dtype":"F32","dtype":"I32","shape":[0],"data_offsets":[0,0]}}', 0),
      "names dtype twice",
    ],
  ];
  it.each(broken)("refuses a file with %s", async (_, bytes, message) => {
    await expect(readSafetensors(bytes)).rejects.toThrow(FileError);
    await expect(readSafetensors(bytes)).rejects.toThrow(message);
  });

  it("refuses a longer header than a file may have, before it is read", () => {
    const length = new Uint8Array(BigUint64Array.of(100_000_001n).buffer);
    expect(() => headerEnd(length, 2e9, "x")).toThrow(
      "x: a header of 100000001 bytes, more than the 100000000",
    );
  });

  it("names missing files, folders, and wrong entries", async () => {
    const missing = join(folder, "none", "w.safetensors");
    await expect(readSafetensors(missing)).rejects.toThrow(`Cannot read ${missing}: no such file or folder.`);
    await expect(readSafetensors(folder)).rejects.toThrow(`Cannot read ${folder}: it is a folder.`);
    await expect(writeSafetensors(missing, [])).rejects.toThrow(
      `Cannot write ${missing}: no such file or folder.`,
    );
    const path = join(folder, "file");
    writeFileSync(path, "");
    await expect(writeSafetensors(join(path, "w"), [])).rejects.toThrow("part of the path is not a folder");
    const one = { name: "a", shape: [1], data: Float32Array.of(1) };
    await expect(writeSafetensors(missing, [one, one])).rejects.toThrow("two tensors are named a");
    await expect(writeSafetensors(missing, [{ ...one, shape: [2] }])).rejects.toThrow(
      "a has 1 values for shape [2]",
    );
    await expect(writeSafetensors(missing, [{ ...one, name: "__metadata__" }])).rejects.toThrow(
      "no tensor may be named",
    );
  });

  it("keeps the old file and leaves no other when the disk refuses the new one", async () => {
    const inner = mkdtempSync(join(folder, "full-"));
    const path = join(inner, "w.safetensors");
    await writeSafetensors(path, [{ name: "old", shape: [1], data: Float32Array.of(7) }]);
    const module = new URL("../../../models/weights/safetensors.ts", import.meta.url).pathname;
    const script = join(inner, "write.mts");
    writeFileSync(
      script,
      `import { writeSafetensors } from ${JSON.stringify(module)};
       await writeSafetensors(${JSON.stringify(path)}, [{ name: "new", shape: [1e6], data: new Float32Array(1e6) }]);`,
    );
    // a file size limit of 1 MB stands for the full disk: the write stops half-way with an error
    const command = `trap '' XFSZ; ulimit -f 1000; exec ${process.execPath} --import tsx ${script}`;
    expect(() => execFileSync("bash", ["-c", command], { stdio: "pipe" })).toThrow(`Cannot write ${path}`);
    expect((await readSafetensors(path)).tensors.get("old")!.data).toEqual(Float32Array.of(7));
    expect(readdirSync(inner).sort()).toEqual(["w.safetensors", "write.mts"]);
    expect(statSync(path).size).toBeLessThan(200);
  });

  it("converts half precision both ways: all 65,536 patterns, and every value between two rounds to the nearer", () => {
    for (let pattern = 0; pattern < 65536; pattern++) {
      const value = halfToNumber(pattern);
      if (Number.isNaN(value)) expect(Number.isNaN(halfToNumber(numberToHalf(value)))).toBe(true);
      else if (numberToHalf(value) !== pattern)
        expect.fail(`${pattern} is ${value}, back ${numberToHalf(value)}`);
    }
    expect([1, -2, 65504, 2 ** -24, 2 ** -14].map(numberToHalf)).toEqual([0x3c00, 0xc000, 0x7bff, 1, 0x400]); // IEEE 754
    for (let pattern = 0; pattern < 0x7bff; pattern++) {
      const low = halfToNumber(pattern);
      const high = halfToNumber(pattern + 1);
      if (numberToHalf(low + (high - low) * 0.499) !== pattern) expect.fail(`below the middle of ${pattern}`);
      if (numberToHalf(low + (high - low) * 0.501) !== pattern + 1)
        expect.fail(`above the middle of ${pattern}`);
      const even = pattern % 2 === 0 ? pattern : pattern + 1;
      if (numberToHalf((low + high) / 2) !== even) expect.fail(`middle of ${pattern}`);
    }
  });

  it("reads and writes F16, reads BF16 and I64", async () => {
    const path = join(folder, "half.safetensors");
    const data = Float32Array.of(1, -0.5, 65504, 2 ** -24);
    await writeSafetensors(path, [{ name: "h", shape: [4], data, dtype: "F16" }]);
    expect((await readSafetensors(path)).tensors.get("h")).toEqual({ dtype: "F16", shape: [4], data });
    const header = {
      b: { dtype: "BF16", shape: [2], data_offsets: [0, 4] },
      i: { dtype: "I64", shape: [], data_offsets: [4, 12] },
    };
    const bytes = file(header, 12);
    bytes.set([0x80, 0x3f, 0x20, 0xc1], bytes.length - 12); // 0x3f80 = 1, 0xc120 = -10
    bytes.fill(0xff, bytes.length - 8); // -1
    const { tensors } = await readSafetensors(bytes);
    expect(tensors.get("b")!.data).toEqual(Float32Array.of(1, -10));
    expect(tensors.get("i")!.data).toEqual(BigInt64Array.of(-1n));
  });

  it("reads what it can, and says of the rest what it is when it is asked for", async () => {
    const types = ["F8_E4M3", "F8_E5M2", "C64", "F4", "toString", "__proto__"];
    const unread = types.map((dtype, i) => [
      `t${i}`,
      { dtype, shape: [2], data_offsets: [2 * i, 2 * i + 2] },
    ]);
    const header = Object.fromEntries([
      ...unread,
      ["mask", { dtype: "BOOL", shape: [3], data_offsets: [12, 15] }],
      ["codes", { dtype: "I8", shape: [1], data_offsets: [15, 16] }],
      ["weight", f32([1], 16, 20)],
    ]);
    const bytes = file(header, 20);
    bytes.set([1, 0, 1, 0xff, 0, 0, 0xc0, 0x3f], bytes.length - 8); // 0x3fc00000 = 1.5
    const { tensors } = await readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(["t0", "t1", "t2", "t3", "t4", "t5", "mask", "codes", "weight"]);
    expect(tensors.get("weight")!.data).toEqual(Float32Array.of(1.5));
    expect(tensors.get("mask")).toEqual({ dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) });
    expect(tensors.get("codes")!.data).toEqual(Int8Array.of(-1));
    for (const [i, dtype] of types.entries()) {
      const tensor = tensors.get(`t${i}`)!;
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.shape).toEqual([2]);
      expect(() => tensor.data).toThrow(FileError);
      expect(() => tensor.data).toThrow(`tensor t${i} has dtype "${dtype}"; wgrad reads F64, F32`);
    }
  });

  it("keeps every bit of BF16, those of a NaN as well", async () => {
    const patterns = Uint16Array.of(0x7fa5, 0xff81, 0x8000, 0x0001, 0x7f80);
    const bytes = file({ b: { dtype: "BF16", shape: [5], data_offsets: [0, 10] } }, 10);
    bytes.set(new Uint8Array(patterns.buffer), bytes.length - 10);
    const data = (await readSafetensors(bytes)).tensors.get("b")!.data as Float32Array;
    const found = [...new Uint32Array(data.buffer)].map((word) => word >>> 16);
    expect(found).toEqual([...patterns]);
  });

  it("reads a file of more than 2 GiB without having it in memory", async () => {
    const path = join(folder, "large.safetensors");
    const large = 5 * 2 ** 30; // a hole in the file: takes no disk
    const header = {
      large: { dtype: "F8_E4M3", shape: [large], data_offsets: [0, large] },
      last: f32([2], large, large + 8),
    };
    writeFileSync(path, file(header, 0));
    const start = statSync(path).size;
    truncateSync(path, start + large);
    appendFileSync(path, new Uint8Array(Float32Array.of(3, -4).buffer));
    expect((await readSafetensors(path)).tensors.get("last")!.data).toEqual(Float32Array.of(3, -4));
    truncateSync(path, start + large + 4);
    await expect(readSafetensors(path)).rejects.toThrow(`tensor last ends at byte ${large + 8} of the data`);
  });
});
