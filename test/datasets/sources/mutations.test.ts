/** @file Damaged files of every format: whatever bytes are changed, the outcome is data or an error that names the file. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { unpackTar } from "../../../datasets/sources/unpack.ts";
import { FileError } from "../../../engine/errors.ts";
import { pcg4d } from "../../../engine/random.ts";
import { cifar10Files } from "../support/cifar-files.ts";
import { idxFile } from "../support/idx-writer.ts";
import { doubleStorage, matFile, uint8Storage } from "../support/mat-writer.ts";
import { tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const mutations = 30;

/** Integers below `limit`, always the same ones. */
function drawsOf(seed: number): (limit: number) => number {
  let place = 0;
  return (limit) => pcg4d(seed, 0x4d5554, place++, 0)[0] % limit;
}

/** Values that mean something as sizes, counts, types and signs. */
const telling = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** Bytes changed, cut off, put in, repeated or exchanged. Most changes fall on the first bytes, where the headers are. */
function mutate(bytes: Buffer, draw: (limit: number) => number): Buffer {
  const place = () => draw(draw(3) > 0 ? Math.min(bytes.length, 160) : bytes.length);
  const [at, end] = [place(), place()];
  const mutant = Buffer.from(bytes);
  switch (draw(6)) {
    case 0:
      return mutant.subarray(0, at);
    case 1:
      return Buffer.concat([mutant, mutant.subarray(0, at)]);
    case 2:
      return Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + 1 + draw(8))]);
    case 3:
      mutant.copy(mutant, at, end, end + 4);
      return mutant;
    default:
      for (let i = 0; i <= draw(4); i++) mutant[place()] = draw(2) ? telling[draw(5)]! : draw(256);
      return mutant;
  }
}

interface Format {
  readonly name: string;
  readonly id: DatasetId;
  readonly place: string;
  /** the first is mutated */
  readonly files: readonly (readonly [string, Buffer])[];
  /** packs what is mutated before packing */
  readonly pack?: (bytes: Buffer) => Buffer;
}

const idx = (count: number) => idxFile([count, 28, 28], new Uint8Array(count * 784).fill(3));
const restOfIdx = [
  ["train-labels-idx1-ubyte.gz", idxFile([2], [7, 0])],
  ["t10k-images-idx3-ubyte.gz", idx(1)],
  ["t10k-labels-idx1-ubyte.gz", idxFile([1], [4])],
] as const;
const digits = (compress: boolean) =>
  matFile(
    [
      { name: "y", dims: [2, 1], classCode: 6, storage: doubleStorage, values: [1, 10] },
      { name: "X", dims: [32, 32, 3, 2], classCode: 9, storage: uint8Storage, values: new Uint8Array(6144) },
    ],
    { compress },
  );
const cifar = [...cifar10Files()];

const formats: readonly Format[] = [
  {
    name: "packed IDX",
    id: "mnist",
    place: "mnist",
    files: [["train-images-idx3-ubyte.gz", idx(2)], ...restOfIdx],
  },
  {
    name: "IDX inside its packing",
    id: "mnist",
    place: "mnist",
    files: [["train-images-idx3-ubyte.gz", gunzipSync(idx(2))], ...restOfIdx],
    pack: gzipSync,
  },
  {
    name: "IDX unpacked",
    id: "mnist",
    place: "mnist",
    files: [["train-images-idx3-ubyte", gunzipSync(idx(2))], ...restOfIdx],
  },
  { name: "CIFAR's records", id: "cifar10", place: "cifar-10-batches-bin", files: cifar },
  ...[true, false].map((compress) => ({
    name: `MATLAB, compressed: ${compress}`,
    id: "svhn" as const,
    place: "svhn",
    files: [["train_32x32.mat", digits(compress)] as const, ["test_32x32.mat", digits(true)] as const],
  })),
];

describe.each(formats)("$name", ({ id, place, files, pack = (bytes) => bytes }) => {
  it(`${mutations} mutations: data or an error that names the file`, async () => {
    mkdirSync(join(folder(), place));
    for (const [name, bytes] of files) writeFileSync(join(folder(), place, name), bytes);
    const [first, whole] = files[0]!;
    const path = join(folder(), place, first);
    const draw = drawsOf(files.length + whole.length);
    let refused = 0;
    for (let i = 0; i < mutations; i++) {
      writeFileSync(path, pack(mutate(whole, draw)));
      const outcome = await loadDataset(id, { data: folder(), allowDownload: false }).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) {
        expect(outcome, `mutation ${i}`).toBeInstanceOf(FileError);
        expect(outcome.message, `mutation ${i}`).toContain(`${place}/`);
        refused++;
      } else expect(outcome, `mutation ${i}`).toMatchObject({ origin: "other" });
    }
    expect(refused).toBeGreaterThan(mutations / 10); // else nothing was damaged
  });
});

describe.each([true, false])("a tar archive, packed: %s", (packed) => {
  it(`${mutations} mutations: files or an error, never half of them`, async () => {
    const name = "cifar-10-batches-bin";
    const whole = tarGz(cifar.map(([file, bytes]) => ({ name: `${name}/${file}`, bytes })));
    const draw = drawsOf(packed ? 1 : 2);
    const path = join(folder(), "cifar-10-binary.tar");
    const files = cifar.map(([file]) => file);
    for (let i = 0; i < mutations; i++) {
      writeFileSync(path, packed ? mutate(whole, draw) : mutate(gunzipSync(whole), draw));
      const target = join(folder(), `${i}`, name);
      const outcome = await unpackTar(path, target, files).catch((error: unknown) => error);
      if (outcome !== undefined) expect(outcome, `mutation ${i}`).toBeInstanceOf(FileError);
      expect(readdirSync(target).sort(), `mutation ${i}`).toEqual(
        outcome === undefined ? files.toSorted() : [],
      );
    }
  });
});
