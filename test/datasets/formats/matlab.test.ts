import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findVariable,
  readMatBytes,
  readMatDirectory,
  readMatNumbers,
} from "../../../datasets/formats/matlab.ts";
import { fileSource } from "../../../datasets/sources/file-source.ts";
import { properties } from "../../support/properties.ts";
import { doubleStorage, matFile, uint8Storage } from "../support/mat-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const folder = useTemporaryFolder();

async function readNumbers(path: string, name: string) {
  return readMatNumbers(findVariable(await readMatDirectory(fileSource(path)), name, path));
}

// What is in the fixtures stands in fixtures/make-mat.py, which wrote them with SciPy.
describe.each(["plain.mat", "compressed.mat"])("SciPy's %s", (name) => {
  const path = fixture(name);

  it.each([
    ["uint8", Uint8Array],
    ["int8", Int8Array],
    ["uint16", Uint16Array],
    ["int16", Int16Array],
    ["uint32", Uint32Array],
    ["int32", Int32Array],
    ["uint64", Float64Array],
    ["int64", Float64Array],
  ])("%s, column-major", async (className, type) => {
    expect(await readNumbers(path, className)).toEqual(type.of(1, 4, 2, 5, 3, 100));
  });

  it("floating point", async () => {
    expect(await readNumbers(path, "single")).toEqual(Float32Array.of(0.5, -1.5));
    expect(await readNumbers(path, "double")).toEqual(Float64Array.of(0.1, -2.5e10));
  });

  it("three dimensions: the first index moves fastest", async () => {
    const variable = findVariable(await readMatDirectory(fileSource(path)), "cube", path);
    expect(variable.dims).toEqual([2, 3, 4]);
    const values = await readMatNumbers(variable);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let k = 0; k < 4; k++) expect(values[i + 2 * (j + 3 * k)]).toBe(100 * i + 10 * j + k);
  });

  it("a single number, an empty array, a name of any length", async () => {
    expect(await readNumbers(path, "one")).toEqual(Uint8Array.of(7));
    expect(await readNumbers(path, "empty")).toEqual(new Float64Array(0));
  });

  it("what is not numeric is listed, and refused when read", async () => {
    const variables = await readMatDirectory(fileSource(path));
    for (const [variable, what] of [
      ["text", "char"],
      ["complex", "complex double"],
      ["struct", "struct"],
      ["cell", "cell"],
    ] as const) {
      const refused = readMatNumbers(findVariable(variables, variable, path));
      await expect(refused).rejects.toThrow(`${path}: ${variable} is ${what}, expected real numbers.`);
    }
  });

  it("a missing variable: says which there are", async () => {
    const variables = await readMatDirectory(fileSource(path));
    expect(() => findVariable(variables, "X", path)).toThrow(
      /no variable X in the file; it has uint8, int8, .*cell/,
    );
  });

  it("bytes come straight into a target of the right size only", async () => {
    const variable = findVariable(await readMatDirectory(fileSource(path)), "uint8", path);
    const target = new Uint8Array(6);
    await readMatBytes(variable, target);
    expect([...target]).toEqual([1, 4, 2, 5, 3, 100]);
    await expect(readMatBytes(variable, new Uint8Array(5))).rejects.toThrow(
      "uint8 is uint8 [2,3], expected 5 values",
    );
    const other = findVariable(await readMatDirectory(fileSource(path)), "double", path);
    await expect(readMatBytes(other, new Uint8Array(2))).rejects.toThrow(
      "double is double [2,1], expected 2 values of uint8",
    );
  });
});

describe("any byte order, compression and storage type", () => {
  const dims = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });

  it("gives back what was written", async () => {
    const arrays = dims.chain((shape) => {
      const length = shape.reduce((product, n) => product * n, 1);
      const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });
      const stored = fc.constantFrom(uint8Storage, doubleStorage, { type: 4, bytesPerValue: 2 } as const);
      return fc.tuple(fc.constant(shape), bytes, stored, fc.boolean(), fc.boolean());
    });
    await fc.assert(
      fc.asyncProperty(arrays, async ([shape, values, storage, compress, littleEndian]) => {
        const path = join(folder(), "random.mat");
        const first = { name: "first", dims: [1, 1], classCode: 9, storage: uint8Storage, values: [1] };
        const array = { name: "values", dims: shape, classCode: 6, storage, values };
        writeFileSync(path, matFile([first, array], { compress, littleEndian }));
        const variable = findVariable(await readMatDirectory(fileSource(path)), "values", path);
        expect(variable.dims).toEqual(shape);
        expect(await readMatNumbers(variable)).toEqual(Float64Array.from(values));
      }),
      properties,
    );
  });

  it("reads an array larger than one chunk of the stream", async () => {
    const path = join(folder(), "large.mat");
    const values = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * i) % 251);
    writeFileSync(
      path,
      matFile([{ name: "v", dims: [1, values.length], classCode: 9, storage: uint8Storage, values }], {
        compress: true,
      }),
    );
    expect(Buffer.from(await readNumbers(path, "v")).equals(Buffer.from(values))).toBe(true);
  });
});
