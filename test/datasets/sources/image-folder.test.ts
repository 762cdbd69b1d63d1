/** @file A folder of photographs as a data set: layouts, cache, broken files, threads. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DecodePool } from "../../../datasets/sources/folder/decode-pool.ts";
import { imageFolder } from "../../../datasets/sources/folder/image-folder.ts";
import { takeImages } from "../../../datasets/splits.ts";

const root = mkdtempSync(join(tmpdir(), "wgrad-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const data = join(root, "data");
const options = { size: 8, data };

/** A photograph of one grey, so that one sees afterwards which it was. */
async function photograph(path: string, grey: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const picture = sharp({
    create: { width: 12, height: 10, channels: 3, background: { r: grey, g: grey, b: grey } },
  });
  writeFileSync(path, await picture.png().toBuffer());
}

const greys = ({ images }: { images: Uint8Array }) => [...images].filter((_, i) => i % (8 * 8 * 3) === 0);

describe("imageFolder", () => {
  const parts = join(root, "parts");
  beforeAll(async () => {
    await photograph(join(parts, "train/dog/b.png"), 20);
    await photograph(join(parts, "train/dog/a.png"), 10);
    await photograph(join(parts, "train/cat/c.png"), 30);
    await photograph(join(parts, "test/dog/d.png"), 40);
    writeFileSync(join(parts, "train/dog/notes.txt"), "not a photograph");
  });

  it("takes train/CLASS and test/CLASS, classes and files in the order of their names", async () => {
    const { classes, train, test, origin, files } = await imageFolder(parts, options);
    expect(classes).toEqual(["cat", "dog"]);
    expect(greys(train)).toEqual([30, 10, 20]);
    expect([...train.labels]).toEqual([0, 1, 1]);
    expect([greys(test), [...test.labels], origin]).toEqual([[40], [1], "own"]);
    expect(files.map(({ count }) => count)).toEqual([3, 1]);
  });

  it("takes lists, and none that leads out of the folder", async () => {
    const folder = join(root, "lists-data");
    for (const [name, grey] of [
      ["x/1.png", 1],
      ["y/2.png", 2],
    ] as const)
      await photograph(join(folder, "images", name), grey);
    mkdirSync(join(folder, "lists"));
    writeFileSync(join(folder, "lists/train.txt"), "y/2.png\nx/1.png\n");
    writeFileSync(join(folder, "lists/test.txt"), "x/1.png\n");
    const { classes, train } = await imageFolder(folder, options);
    expect([classes, greys(train), [...train.labels]]).toEqual([
      ["x", "y"],
      [2, 1],
      [1, 0],
    ]);
    for (const bad of ["../secret/1.png", "/etc/passwd", "x/../../1.png", "1.png"]) {
      writeFileSync(join(folder, "lists/test.txt"), `x/1.png\n${bad}\n`);
      await expect(imageFolder(folder, options)).rejects.toThrow("test.txt: line 2 is no CLASS/FILE");
    }
  });

  it("divides a folder of classes by the seed, the same way each time", async () => {
    const folder = join(root, "classes");
    for (let i = 0; i < 10; i++) await photograph(join(folder, i < 5 ? "a" : "b", `${i}.png`), i);
    const { train, test, note } = await imageFolder(folder, options);
    expect([[...test.labels], train.count]).toEqual([[0, 1], 8]);
    expect([...greys(train), ...greys(test)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(note).toContain("20 % of each class, drawn with seed 0, are for testing");
    expect(greys((await imageFolder(folder, { ...options, cache: false })).test)).toEqual(greys(test));
  });

  it("decodes once; again if a file changes, or the cache is damaged or cut off", async () => {
    const folder = join(root, "cached");
    cpSync(parts, folder, { recursive: true });
    let decoded = 0;
    const load = async () => {
      const before = decoded;
      const { train } = await imageFolder(folder, { ...options, onProgress: () => decoded++ });
      return [greys(train), decoded - before];
    };
    expect(await load()).toEqual([[30, 10, 20], 4]);
    expect(await load()).toEqual([[30, 10, 20], 0]);
    const caches = join(data, "image-folders");
    const cache = join(caches, readdirSync(caches).find((name) => name.startsWith("cached-"))!);
    const whole = readFileSync(cache);
    const flipped = Uint8Array.from(whole);
    flipped[flipped.length - 1]! ^= 1;
    for (const damaged of [flipped, whole.subarray(0, 100), whole.subarray(0, 10)]) {
      writeFileSync(cache, damaged);
      expect(await load()).toEqual([[30, 10, 20], 4]);
    }
    expect(readFileSync(cache)).toEqual(whole);
    await photograph(join(folder, "train/cat/c.png"), 99);
    expect(await load()).toEqual([[99, 10, 20], 4]);
  });

  it("refuses a broken file with its name, or leaves it out and says so", async () => {
    const folder = join(root, "broken");
    cpSync(parts, folder, { recursive: true });
    writeFileSync(join(folder, "train/dog/b.png"), "no picture");
    const name = join(folder, "train/dog/b.png");
    for (const cache of [true, true, false]) // decoded, from the cache, without one
      await expect(imageFolder(folder, { ...options, cache })).rejects.toThrow(`${name}: is not an image`);
    const lines: string[] = [];
    const skipping = { ...options, skipBroken: true, onLine: (text: string) => lines.push(text) };
    const { train, broken, note } = await imageFolder(folder, skipping);
    expect([greys(train), [...train.labels]]).toEqual([
      [30, 10],
      [0, 1],
    ]);
    expect(broken).toHaveLength(1);
    expect(lines).toEqual([`left out: ${broken[0]}`]);
    expect(note).toContain("1 broken");
  });

  it("has labels of two bytes where there are more than 256 classes", async () => {
    const folder = join(root, "many-classes");
    const name = (label: number) => `class-${String(label).padStart(4, "0")}`;
    const addClasses = (from: number, to: number) => {
      for (let label = from; label < to; label++)
        mkdirSync(join(folder, "train", name(label)), { recursive: true });
    };
    addClasses(0, 256);
    for (const label of [3, 255])
      for (const part of ["train", "test"]) await photograph(join(folder, part, name(label), "1.png"), 5);
    expect((await imageFolder(folder, options)).train.labels).toEqual(Uint8Array.of(3, 255));
    addClasses(256, 300);
    await photograph(join(folder, "train", name(299), "1.png"), 5);
    const { train, test, classes } = await imageFolder(folder, options);
    expect([classes.length, classes[299]]).toEqual([300, "class-0299"]);
    expect(train.labels).toEqual(Uint16Array.of(3, 255, 299));
    expect(test.labels).toEqual(Uint16Array.of(3, 255));
    expect(takeImages(train, Uint32Array.of(2, 0)).labels).toEqual(Uint16Array.of(299, 3));
    addClasses(300, 8193);
    await expect(imageFolder(folder, options)).rejects.toThrow("8193 classes; at most 8192");
  });

  it("names a class that is not trained on, and a folder without photographs", async () => {
    const folder = join(root, "strange");
    cpSync(parts, folder, { recursive: true });
    await photograph(join(folder, "test/bird/e.png"), 1);
    await expect(imageFolder(folder, options)).rejects.toThrow(
      "test/bird is a class that train/ does not have",
    );
    const empty = join(root, "empty");
    mkdirSync(empty);
    await expect(imageFolder(empty, options)).rejects.toThrow("there are no training images");
    await expect(imageFolder(join(root, "nowhere"), options)).rejects.toThrow("no such file or folder");
    await expect(imageFolder(parts, { size: 0 })).rejects.toThrow("size: height must be");
  });
});

describe("DecodePool", () => {
  const preparation = {
    height: 2,
    width: 2,
    filter: "nearest",
    orientation: "ignore",
    maxPixels: 1e6,
  } as const;
  const paths = Array.from({ length: 40 }, (_, i) => join(root, "many", `${i}.png`));
  beforeAll(async () => {
    for (const [i, path] of paths.entries()) await photograph(path, i);
    writeFileSync(paths[7]!, "broken");
  });

  it("gives the same in threads", async () => {
    const found = async (threads: number) => {
      const pool = new DecodePool(preparation, paths.length, threads);
      const images = await Promise.all(paths.map((path) => pool.decode(path)));
      await pool.close();
      return images.map((image) => (image instanceof Error ? image.message : image.pixels[0]!));
    };
    const alone = await found(1);
    expect(alone[39]).toBe(39);
    expect(alone[7]).toContain("is not an image");
    expect(await found(2)).toEqual(alone);
  });

  it("tells those who wait that it was closed, with the file's name", async () => {
    const pool = new DecodePool(preparation, paths.length, 2);
    const waiting = Promise.allSettled(paths.map((path) => pool.decode(path)));
    await pool.close();
    const results = await waiting;
    for (const [i, result] of results.entries())
      expect(result, paths[i]).toMatchObject({
        status: "rejected",
        reason: { message: `${paths[i]} is not decoded any more: the folder was closed.` },
      });
    await expect(pool.decode(paths[0]!)).rejects.toThrow("the folder was closed");
  });
});
