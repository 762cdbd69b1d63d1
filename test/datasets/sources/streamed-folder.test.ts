/** @file A folder of photographs that stay on disk: the pixels of imageFolder(), bounded in number, errors with the file's name. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoredImages } from "../../../datasets/formats/image-set.ts";
import { imageFolder } from "../../../datasets/sources/folder/image-folder.ts";
import { readAhead } from "../../../datasets/sources/folder/read-ahead.ts";
import { openFolder, streamedImageFolder } from "../../../datasets/sources/folder/streamed-folder.ts";

const root = mkdtempSync(join(tmpdir(), "wgrad-streamed-"));
afterAll(() => rmSync(root, { recursive: true }));
const folder = join(root, "photographs");
let fresh = 0;
/** An empty data folder, so that nothing is decoded yet. */
const options = () => ({ size: 8, data: join(root, `data-${fresh++}`) });
const caches = (data: string) => readdirSync(join(data, "image-folders"));

beforeAll(async () => {
  for (let i = 0; i < 40; i++) {
    const parent = join(folder, i % 4 === 3 ? "test" : "train", i % 2 ? "odd" : "even");
    mkdirSync(parent, { recursive: true });
    const noise = { type: "gaussian", mean: 6 * i, sigma: 20 } as const;
    const picture = sharp({ create: { width: 20, height: 16, channels: 3, background: "black", noise } });
    writeFileSync(join(parent, `${i}.png`), await picture.png().toBuffer());
  }
  mkdirSync(join(folder, "test", "even"), { recursive: true });
});

const parts = (count: number, size: number) =>
  Array.from({ length: Math.ceil(count / size) }, (_, i) =>
    Uint32Array.from({ length: Math.min(size, count - i * size) }, (_, k) => count - 1 - (i * size + k)),
  );

async function pixelsOf(set: StoredImages, size = 7): Promise<number[]> {
  const pixels: number[] = [];
  for await (const bytes of set.read(parts(set.count, size))) pixels.push(...bytes);
  return pixels;
}

/** The images of a set from the last to the first. */
function backwards({ images, count }: { images: Uint8Array; count: number }): number[] {
  const size = images.length / count;
  return parts(count, 1).flatMap(([i]) => [...images.subarray(i! * size, (i! + 1) * size)]);
}

/** The reason is libvips's, which has one place for those of all threads. */
const withoutReason = (text: string) => text.replace(/cannot be decoded.*/, "cannot be decoded");

describe("streamedImageFolder", () => {
  it("gives the pixels, labels and description of imageFolder(), decoded or from the cache", async () => {
    const given = options();
    const expected = await imageFolder(folder, given);
    for (const data of [given.data, options().data, join(root, "kept"), join(root, "kept")]) {
      const found = await streamedImageFolder(folder, { ...given, data });
      const { train, test, close, ...facts } = found;
      expect(facts).toEqual({
        ...(({ train: _, test: __, ...rest }) => rest)(expected),
        files: expected.files.map((file) => ({ ...file, dataFolder: data })),
      });
      expect(await pixelsOf(train)).toEqual(backwards(expected.train));
      expect(await pixelsOf(test, 100)).toEqual(backwards(expected.test));
      expect([train.labels, test.labels]).toEqual([expected.train.labels, expected.test.labels]);
      await close();
      expect(caches(data)).toEqual([expect.stringMatching(/^photographs-8x8-nearest-[0-9a-f]{16}\.bin$/)]);
    }
  });

  it("keeps nothing of a folder that was not read to its end, and what was is found by the other way", async () => {
    const given = options();
    const { train, close } = await streamedImageFolder(folder, given);
    for await (const _ of train.read(parts(train.count, 4))) break;
    await close();
    expect(caches(given.data)).toEqual([]);
    await expect(pixelsOf(train)).rejects.toThrow("the folder was closed");
    const whole = await streamedImageFolder(folder, given);
    await Promise.all([pixelsOf(whole.train), pixelsOf(whole.test)]);
    await whole.close();
    let decoded = 0;
    await imageFolder(folder, { ...given, onProgress: () => decoded++ });
    expect(decoded).toBe(0);
  });

  it("decodes an image again that is damaged in the cache, and the next run makes the cache anew", async () => {
    const given = options();
    const expected = await imageFolder(folder, given);
    const path = join(given.data, "image-folders", caches(given.data)[0]!);
    const bytes = readFileSync(path);
    bytes[8 * 8 * 3 * 5 + 3]! ^= 1; // of photograph 5
    writeFileSync(path, bytes);
    const found = await streamedImageFolder(folder, given);
    expect(await pixelsOf(found.train)).toEqual(backwards(expected.train));
    await found.close();
    expect(caches(given.data)).toEqual([]);
  });

  it("names a broken file at once if it is no picture, and when its turn comes if it is cut off", async () => {
    const broken = join(root, "broken");
    cpSync(folder, broken, { recursive: true });
    const cut = join(broken, "train", "odd", "5.png");
    const whole = await sharp({ create: { width: 90, height: 90, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    writeFileSync(cut, whole.subarray(0, whole.length - 40));
    const { train, close } = await streamedImageFolder(broken, options());
    await expect(pixelsOf(train)).rejects.toThrow(
      new RegExp(`${cut}: damaged, cannot be decoded.* --skip-broken \\(skipBroken: true\\) leaves`),
    );
    await close();
    writeFileSync(join(broken, "test", "odd", "3.png"), "no picture");
    await expect(streamedImageFolder(broken, options())).rejects.toThrow("3.png: is not an image");
    const given = { ...options(), skipBroken: true };
    const expected = await imageFolder(broken, { ...given, data: options().data });
    const lines: string[] = [];
    for (const cache of [true, true, false]) {
      const found = await streamedImageFolder(broken, {
        ...given,
        cache,
        onLine: (text) => lines.push(text),
      });
      expect(found.broken.map(withoutReason)).toEqual(expected.broken.map(withoutReason));
      expect(await pixelsOf(found.train)).toEqual(backwards(expected.train));
      expect(await pixelsOf(found.test)).toEqual(backwards(expected.test));
      await found.close();
    }
    expect(lines).toHaveLength(6);
  });

  it("does not train on a photograph that was changed meanwhile", async () => {
    const changed = join(root, "changed");
    cpSync(folder, changed, { recursive: true });
    const { train, close } = await streamedImageFolder(changed, { ...options(), cache: false });
    const path = join(changed, "train", "even", "0.png");
    cpSync(join(folder, "train", "even", "2.png"), path);
    await expect(pixelsOf(train)).rejects.toThrow(`${path}: the file has been changed since`);
    await close();
  });

  it("goes on without a cache where the disk takes none", async () => {
    const data = join(root, "no-folder");
    writeFileSync(data, "a file is in the way");
    const lines: string[] = [];
    const given = { size: 8, data, onLine: (text: string) => lines.push(text) };
    const { train, close } = await streamedImageFolder(folder, given);
    expect(await pixelsOf(train)).toHaveLength(train.count * 8 * 8 * 3);
    await close();
    expect(lines).toEqual([expect.stringContaining("The decoded photographs are not kept")]);
  });

  it("is taken for what is larger than memory allows", async () => {
    const lines: string[] = [];
    const given = { ...options(), onLine: (text: string) => lines.push(text) };
    const bytes = 40 * 8 * 8 * 3;
    expect(await openFolder(folder, given, bytes)).not.toHaveProperty("close");
    const stored = await openFolder(folder, given, bytes - 1);
    expect(stored.train).toHaveProperty("read");
    if ("close" in stored) await stored.close();
    expect(lines).toEqual([expect.stringContaining("of photographs stay on disk")]);
  });
});

describe("readAhead", () => {
  it("keeps the order, and never reads more than it should", async () => {
    let [running, most] = [0, 0];
    const read = async (item: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running--;
      return item;
    };
    const found: number[] = [];
    const items = Array.from({ length: 30 }, (_, i) => i);
    for await (const item of readAhead(items, () => 3, read)) found.push(item);
    expect(found).toEqual(items);
    expect(most).toBe(4);
  });

  it("tells an error in its turn, and none to somebody who has gone", async () => {
    const started: number[] = [];
    const read = async (item: number) => {
      started.push(item);
      if (item === 2) throw new Error("two");
      return item;
    };
    const found: number[] = [];
    const all = async () => {
      for await (const item of readAhead([0, 1, 2, 3], () => 2, read)) found.push(item);
    };
    await expect(all()).rejects.toThrow("two");
    expect(found).toEqual([0, 1]);
    started.length = 0;
    for await (const _ of readAhead([0, 1, 2, 3, 4, 5], () => 2, read)) break;
    expect(started).toEqual([0, 1, 2]);
    await new Promise(setImmediate); // an unhandled rejection would fail the test
  });
});
