/** @file Bad data files, and none at all. */
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { syntheticStreetDigits } from "../../datasets/synthetic/street-digits.ts";
import { cifar10Files, cifarRecords } from "../datasets/support/cifar-files.ts";
import type { MatArray } from "../datasets/support/mat-writer.ts";
import { matHeader } from "../datasets/support/mat-writer.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { adapter, fail, succeed } from "./run.ts";
import { digitArrays, writeDigitFile, writeDigitFiles } from "./support/street-digit-files.ts";

const folder = useTemporaryFolder();
const words = (experiment = "svhn-a") => [
  "train",
  experiment,
  "--adapter",
  adapter,
  "--data",
  folder(),
  "--out",
  join(folder(), "run"),
];
const [pixels, labels] = digitArrays(syntheticStreetDigits("train", 3, 7));
const change = (array: MatArray, changes: Partial<MatArray>): MatArray => ({ ...array, ...changes });

describe("a .mat file is refused with exit code 1", () => {
  it.each<[string, (path: string) => void, RegExp]>([
    ["cut short", (path) => truncateSync(path, 1000), /train_32x32\.mat: truncated/],
    [
      "not MATLAB's",
      (path) => writeFileSync(path, "<html>no such page</html>".repeat(20)),
      /not a MATLAB file/,
    ],
    [
      "of version 7.3",
      (path) => {
        const header = matHeader({}, 0x0200);
        header.write("MATLAB 7.3 MAT-file", "latin1");
        writeFileSync(path, header);
      },
      /MATLAB 7\.3 file \(HDF5\), expected version 5/,
    ],
  ])("%s", async (_, spoil, pattern) => {
    writeDigitFiles(folder(), { train: 3, test: 2 });
    spoil(join(folder(), "svhn", "train_32x32.mat"));
    await fail(words(), 1, pattern);
  });

  it.each<[string, MatArray[], RegExp]>([
    ["with label 11", [pixels, change(labels, { values: [1, 11, 3] })], /y\(2\) is 11, labels are 1 to 10/],
    ["with label 0", [pixels, change(labels, { values: [0, 1, 3] })], /y\(1\) is 0, labels are 1 to 10/],
    [
      "with grey images",
      [change(pixels, { dims: [32, 32, 9] }), labels],
      /X is uint8 \[32,32,9\], expected uint8 \[32,32,3,n\]/,
    ],
    [
      "with too few labels",
      [pixels, change(labels, { dims: [2, 1], values: [1, 2] })],
      /y is \[2,1\], expected \[3,1\]/,
    ],
    ["without labels", [pixels], /no variable y in the file; it has X/],
  ])("%s", async (_, arrays, pattern) => {
    writeDigitFiles(folder(), { train: 3, test: 2 });
    writeDigitFile(folder(), "train", arrays);
    await fail(words(), 1, pattern);
  });
});

describe("a batch of CIFAR-10 is refused with exit code 1, the other files stay", () => {
  it.each<[string, (path: string) => void, RegExp]>([
    ["cut short", (path) => truncateSync(path, 4000), /data_batch_2\.bin: truncated or not a CIFAR file/],
    [
      "with label 10",
      (path) => writeFileSync(path, cifarRecords([[10], [0]])),
      /data_batch_2\.bin: damaged, the label of image 0 \(of 2, from 0\) is 10, expected 0 to 9/,
    ],
    ["that is not there", (path) => rmSync(path), /data_batch_2\.bin of CIFAR-10 not found/],
  ])("%s", async (_, spoil, pattern) => {
    const batches = join(folder(), "cifar-10-batches-bin");
    mkdirSync(batches);
    const files = cifar10Files();
    for (const [name, bytes] of files) writeFileSync(join(batches, name), bytes);
    spoil(join(batches, "data_batch_2.bin"));
    await fail(words("cifar10-a"), 1, pattern);
    files.delete("data_batch_2.bin");
    for (const [name, bytes] of files)
      expect(readFileSync(join(batches, name)).equals(bytes), name).toBe(true);
    expect(readdirSync(batches).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("without data and network", () => {
  it("the stand-in is called synthetic wherever figures are shown", async () => {
    const { stdout } = await succeed(words());
    expect(stdout).toMatch(/^data: +SYNTHETIC stand-in: 8,000 \+ 2,000 street digits .*not SVHN/m);
    const read = (name: string) => readFileSync(join(folder(), "run", name), "utf8");
    expect(JSON.parse(read("config.json")).dataset).toMatchObject({
      origin: "synthetic",
      train: 8000,
      test: 2000,
    });
    expect(JSON.parse(read("result.json")).dataset).toMatchObject({ origin: "synthetic" });
    expect(read("report.html")).toContain("SYNTHETIC stand-in");
  });
});
