/** @file A data folder with a few SVHN-like images in MATLAB files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { syntheticStreetDigits } from "../../../datasets/synthetic/street-digits.ts";
import { doubleStorage, type MatArray, matFile, uint8Storage } from "../../datasets/support/mat-writer.ts";

const [size, channels] = [32, 3];

/** Row-major images [n, 32, 32, 3] with labels 0 to 9, as a network sees them. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: ArrayLike<number>;
}

/** Writes svhn/train_32x32.mat and svhn/test_32x32.mat below `folder`; returns what was written. */
export function writeDigitFiles(folder: string, counts: { train: number; test: number }) {
  const train = syntheticStreetDigits("train", counts.train, 7);
  const test = syntheticStreetDigits("test", counts.test, 7);
  writeDigitFile(folder, "train", digitArrays(train));
  writeDigitFile(folder, "test", digitArrays(test));
  return { train, test };
}

export function writeDigitFile(folder: string, part: "train" | "test", arrays: readonly MatArray[]): string {
  mkdirSync(join(folder, "svhn"), { recursive: true });
  const path = join(folder, "svhn", `${part}_32x32.mat`);
  writeFileSync(path, matFile(arrays, { compress: true }));
  return path;
}

/** X [32, 32, 3, n], first index fastest, and y [n, 1] with labels 1 to 10, as SVHN has them. */
export function digitArrays({ images, labels }: Digits): [MatArray, MatArray] {
  const n = labels.length;
  const pixels = new Uint8Array(images.length);
  let to = 0;
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let w = 0; w < size; w++)
        for (let h = 0; h < size; h++) pixels[to++] = images[((i * size + h) * size + w) * channels + c]!;
  const values = Array.from(labels, (label) => label + 1);
  return [
    { name: "X", dims: [size, size, channels, n], classCode: 9, storage: uint8Storage, values: pixels },
    { name: "y", dims: [n, 1], classCode: 6, storage: doubleStorage, values },
  ];
}
