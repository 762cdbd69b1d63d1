/** @file Damaged files of every format: whatever bytes are changed, the outcome is data or an error that names the file. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { unpackTar } from "../../../datasets/sources/unpack.ts";
import { FileError } from "../../../engine/errors.ts";
import { cifar10Files } from "../support/cifar-files.ts";
import { idxFile } from "../support/idx-writer.ts";
import { doubleStorage, matFile, uint8Storage } from "../support/mat-writer.ts";
import { drawsOf, mutate } from "../support/mutate.ts";
import { tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const mutations = 30;

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
