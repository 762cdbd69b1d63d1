/** @file CIFAR files of a few images, whose every byte is known. */

/** Byte of plane c, row h, column w of image n. */
export const cifarPixel = (n: number, h: number, w: number, c: number) =>
  (31 * n + 7 * h + 3 * w + 80 * c) % 256;

/** Records with these label bytes, one array for each image; the images count from `first`. */
export function cifarRecords(labels: readonly (readonly number[])[], first = 0): Buffer {
  return Buffer.concat(
    labels.map((bytes, i) => {
      const planes = Buffer.alloc(3072);
      for (let c = 0; c < 3; c++)
        for (let h = 0; h < 32; h++)
          for (let w = 0; w < 32; w++) planes[(c * 32 + h) * 32 + w] = cifarPixel(first + i, h, w, c);
      return Buffer.concat([Buffer.from(bytes), planes]);
    }),
  );
}

/** The six files of CIFAR-10 with two images each, labels 0 to 9 and then 0, 1. */
export function cifar10Files(): Map<string, Buffer> {
  const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), "test_batch.bin"];
  return new Map(names.map((name, i) => [name, cifarRecords([[(2 * i) % 10], [(2 * i + 1) % 10]], 2 * i)]));
}
