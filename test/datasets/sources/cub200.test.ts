import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { unpackTree } from "../../../datasets/sources/unpack-tree.ts";
import { FileError } from "../../../engine/errors.ts";
import { useFileServers } from "../support/file-server.ts";
import { type TarEntry, tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();
const cub = (...names: string[]) => join(folder(), "cub-200", ...names);
const load = (options = {}) =>
  loadDataset("cub200", { data: folder(), size: 8, allowDownload: false, ...options });

/** One colour, 5 x 4 pixels. */
function photograph(shade: number): Buffer {
  const png = new PNG({ width: 5, height: 4 });
  png.data.fill(255);
  for (let i = 0; i < png.data.length; i += 4) png.data[i] = shade;
  return PNG.sync.write(png);
}

// The decoder goes by the bytes: a PNG by the name of a JPEG is read.
const photographs: Readonly<Record<string, number>> = {
  "001.Black_footed_Albatross/a.jpg": 10,
  "001.Black_footed_Albatross/b.jpg": 20,
  "002.Laysan_Albatross/a.jpg": 30,
};
const lists = {
  "train.txt": "001.Black_footed_Albatross/a.jpg\n002.Laysan_Albatross/a.jpg\n",
  "test.txt": "001.Black_footed_Albatross/b.jpg\n",
};

const imagesTgz = () =>
  tarGz([
    { name: "images/", type: "5" },
    { name: "images/001.Black_footed_Albatross/._a.jpg", bytes: Buffer.from("what macOS adds") },
    ...Object.entries(photographs).map(([name, shade]) => ({
      name: `images/${name}`,
      bytes: photograph(shade),
    })),
  ]);
const listsTgz = () =>
  tarGz(Object.entries(lists).map(([name, text]) => ({ name: `lists/${name}`, bytes: Buffer.from(text) })));

function writeSet(): void {
  for (const [name, shade] of Object.entries(photographs)) {
    mkdirSync(cub("images", name, ".."), { recursive: true });
    writeFileSync(cub("images", name), photograph(shade));
  }
  mkdirSync(cub("lists"));
  for (const [name, text] of Object.entries(lists)) writeFileSync(cub("lists", name), text);
}

describe("CUB-200", () => {
  it("is read from folders and lists, and says that it is a part", async () => {
    writeSet();
    const set = await load();
    expect(set).toMatchObject({ id: "cub200", origin: "other" });
    expect(set.classes).toEqual(["Black footed Albatross", "Laysan Albatross"]);
    expect([...set.train.labels, ...set.test.labels]).toEqual([0, 1, 0]);
    expect(set.train).toMatchObject({ count: 2, height: 8, width: 8, channels: 3 });
    expect([...set.train.images.subarray(0, 4)]).toEqual([10, 255, 255, 10]);
    expect(set.test.images[0]).toBe(20);
    expect(set.note).toBe(
      "not the whole CUB-200 set: 2 + 1 photographs of 2 classes, officially 3,000 + 3,033 of 200. Accuracies are not comparable " +
        "with published ones.",
    );
    expect(set.files.map(({ count, official }) => [count, official])).toEqual([
      [2, false],
      [1, false],
    ]);
  });

  it("is unpacked from archives that lie there", async () => {
    mkdirSync(cub());
    writeFileSync(cub("images.tgz"), imagesTgz());
    writeFileSync(cub("lists.tgz"), listsTgz());
    expect((await load()).train.count).toBe(2);
    expect(readdirSync(cub("images")).sort()).toEqual(["001.Black_footed_Albatross", "002.Laysan_Albatross"]);
    expect(readdirSync(cub("images", "001.Black_footed_Albatross")).sort()).toEqual(["a.jpg", "b.jpg"]);
    expect(existsSync(cub("images.tgz"))).toBe(true);
  });

  it("takes from the network only the official archive of photographs", async () => {
    const { address } = await serve(listsTgz()); // the server gives it by both names
    await expect(load({ address, allowDownload: true })).rejects.toThrow(
      /expected 2bbe304ef1aa3ddb6094aa8f53487cf2/,
    );
    expect(existsSync(cub("images"))).toBe(false);
  });

  it("is drawn birds where nothing of it lies, and says so", async () => {
    const set = await load({ syntheticCounts: { train: 3, test: 2 } });
    expect(set).toMatchObject({
      origin: "synthetic",
      title: "Synthetic drawn birds in 10 kinds (stand-in for CUB-200)",
    });
    expect(set.note).toMatch(/^SYNTHETIC stand-in: 3 \+ 2 drawn birds .*downloads are off/);
    expect(set.train).toMatchObject({ count: 3, height: 8, width: 8 });
    expect(set.classes).toHaveLength(10);
  });

  it("is never half real and half drawn", async () => {
    writeSet();
    const lone = join(folder(), "lone");
    mkdirSync(join(lone, "cub-200", "images"), { recursive: true });
    await expect(load({ data: lone })).rejects.toThrow(/lists of CUB-200 not found \(downloads are off\)/);
    writeFileSync(cub("lists", "test.txt"), "001.Black_footed_Albatross/gone.jpg\n");
    await expect(load()).rejects.toThrow(FileError);
    await expect(load()).rejects.toThrow(/gone\.jpg/);
  });
});

describe("unpackTree", () => {
  const unpack = (entries: readonly TarEntry[], accepts = () => true) => {
    writeFileSync(join(folder(), "a.tgz"), tarGz(entries));
    return unpackTree(join(folder(), "a.tgz"), join(folder(), "images"), accepts);
  };
  const file = (name: string): TarEntry => ({ name, bytes: Buffer.from("x") });

  it("writes nothing outside of the folder, and no links", async () => {
    const count = await unpack([
      file("images/../../evil"),
      file("images/a/../../evil"),
      file("images/../evil"),
      file("/images/a/b"),
      file("images/a/b/c"),
      file("images/.hidden/b"),
      { name: "images/a/link", type: "2" },
      file("images/a/good"),
    ]);
    expect(count).toBe(1);
    expect(readdirSync(join(folder(), "images"))).toEqual(["a"]);
    expect(readdirSync(join(folder(), "images", "a"))).toEqual(["good"]);
    expect(readdirSync(folder()).sort()).toEqual(["a.tgz", "images"]);
  });

  it.each([
    ["nothing fits", [file("lists/a/b")], /holds no files of the kind images\/FOLDER\/FILE/],
    ["a file comes twice", [file("images/a/b"), file("images/a/b")], /it has images\/a\/b twice/],
  ] as const)("leaves nothing where %s", async (_, entries, message) => {
    await expect(unpack(entries)).rejects.toThrow(message);
    expect(readdirSync(folder())).toEqual(["a.tgz"]);
  });
});
