/** @file HDF5 files made to harm: links in circles and out of the file, sizes that nothing holds, groups without end. */
import { zipSync } from "fflate";
import { type Group, File as Hdf5File, ready } from "h5wasm";
import { describe, expect, it } from "vitest";
import { FileError } from "../../engine/errors.ts";
import { loadKerasModel, loadKerasWeights } from "../../exchange/index.ts";
import * as wgrad from "../../models/index.ts";

const model = () => wgrad.sequential([wgrad.Input([3]), wgrad.Dense(2)]);

/** The bytes of a file that `fill` writes. */
async function hdf5(fill: (root: Group) => void): Promise<Uint8Array> {
  const { FS } = await ready;
  const file = new Hdf5File("hostile.h5", "w");
  fill(file);
  file.close();
  const bytes = FS.readFile("hostile.h5");
  FS.unlink("hostile.h5");
  return bytes;
}

/** layers/dense/vars with a kernel and a bias of these shapes, of which nothing is written, in pieces of one number. */
function declare(root: Group, kernel: number[]): void {
  const vars = root.create_group("layers").create_group("dense").create_group("vars");
  const data = new Float32Array(1);
  const made = vars.create_dataset({ name: "0", data, shape: [1, 1], maxshape: kernel, chunks: [1, 1] });
  made.resize(kernel);
  vars.create_dataset({ name: "1", data: new Float32Array(2) });
}

const good = (root: Group) => {
  const vars = root.create_group("layers").create_group("dense").create_group("vars");
  vars.create_dataset({ name: "0", data: new Float32Array(6), shape: [3, 2] });
  vars.create_dataset({ name: "1", data: new Float32Array(2) });
};

/** Names of groups that hold each other without end; the weights lie in none of them. */
const circles: Readonly<Record<string, (root: Group) => void>> = {
  "a soft link to itself": (root) => root.create_soft_link("/layers", "layers"),
  "two soft links to each other": (root) => {
    root.create_soft_link("/other", "layers");
    root.create_soft_link("/layers", "other");
  },
  "a soft link to nothing": (root) => root.create_soft_link("/nowhere", "layers"),
  "a group that is its own child": (root) => {
    const layers = root.create_group("layers");
    root.create_hard_link("/layers", "layers/dense");
    layers.create_group("other");
  },
  "the root as a layer": (root) => {
    root.create_group("layers");
    root.create_hard_link("/", "layers/dense");
  },
  "an external link": (root) => root.create_external_link("/etc/passwd", "/", "layers"),
  "an external link to a file of the library": (root) =>
    root.create_external_link("hostile.h5", "/layers", "layers"),
  "groups 100 deep": (root) => {
    let group = root;
    for (let depth = 0; depth < 100; depth++) group = group.create_group("layers");
  },
};

describe("circles and links", () => {
  it.each(Object.entries(circles))("%s", async (_, fill) => {
    const bytes = await hdf5(fill);
    expect(bytes.length).toBeLessThan(2 ** 20);
    await expect(loadKerasWeights(model(), bytes)).rejects.toThrow(FileError);
    await expect(loadKerasModel(bytes)).rejects.toThrow(FileError);
  });

  it("the file without them is read", async () => {
    await loadKerasWeights(model(), await hdf5(good));
  });
});

describe("sizes that are said", () => {
  it.each([
    [
      "8 GB",
      [2 ** 20, 2 ** 11],
      /0 says that it is \[1048576,2048\]: .* beyond the limit of .* for a file of this size/,
    ],
    ["more than a number can say", [2 ** 31, 2 ** 31], /beyond the limit/],
    ["200 MB in 50 million pieces", [5000, 10_000], /beyond the limit/],
    [
      "a shape that the model's is not",
      [2, 3],
      /dense_1\/kernel: the model's is \[3,2\], the file's is \[2,3\]/,
    ],
  ])("%s", async (_, shape, message) => {
    const bytes = await hdf5((root) => declare(root, shape));
    expect(bytes.length).toBeLessThan(20_000);
    await expect(loadKerasWeights(model(), bytes)).rejects.toThrow(message);
  });

  it("an attribute that is no text", async () => {
    const bytes = await hdf5((root) => root.create_attribute("model_config", new Float32Array(3), [3]));
    await expect(loadKerasModel(bytes)).rejects.toThrow("the attribute model_config should be a text");
  });

  it("more names than any network has", async () => {
    const bytes = await hdf5((root) => {
      const layers = root.create_group("layers");
      layers.create_group("dense");
      for (let i = 0; i < 100_001; i++) root.create_hard_link("/layers/dense", `layers/dense_${i}`);
    });
    await expect(loadKerasWeights(model(), bytes)).rejects.toThrow("more than 100000 names");
  }, 120_000);
});

describe("zips", () => {
  const config = new TextEncoder().encode("{}");

  /** A .keras whose last entry says in both of its headers that it unpacks to `size` bytes. */
  function saying(size: number): Uint8Array {
    const bytes = zipSync({ "config.json": config, "model.weights.h5": new Uint8Array(64) });
    const view = new DataView(bytes.buffer);
    const starts = [0x04034b50, 0x02014b50].map((signature) => {
      const all = [...bytes.keys()].slice(0, -4).filter((at) => view.getUint32(at, true) === signature);
      return all.at(-1)!;
    });
    view.setUint32(starts[0]! + 22, size, true);
    view.setUint32(starts[1]! + 24, size, true);
    return bytes;
  }

  it.each([900e6, 2e9, 4e9])("an entry of 64 bytes that says it unpacks to %s", async (size) => {
    await expect(loadKerasModel(saying(size))).rejects.toThrow(
      /model.weights.h5 says that it has .* the limit is/,
    );
  });

  it("an entry that unpacks to more than it says", async () => {
    await expect(loadKerasModel(saying(16))).rejects.toThrow(FileError);
  });

  it("a bomb: what is unpacked of a small file is small", async () => {
    const bomb = zipSync({ "config.json": config, "model.weights.h5": new Uint8Array(2 ** 24) });
    expect(bomb.length).toBeLessThan(20_000);
    await expect(loadKerasModel(bomb)).rejects.toThrow("not an HDF5 file");
    const text = zipSync({ "config.json": new Uint8Array(2 ** 26 + 1), "model.weights.h5": config });
    await expect(loadKerasModel(text)).rejects.toThrow("the limit is 67.1 MB");
  });

  it.each([
    "../config.json",
    "/config.json",
    "..\\config.json",
    "a/../config.json",
  ])("the path %s is no part", async (name) => {
    const bytes = zipSync({ [name]: config, "model.weights.h5": config });
    await expect(loadKerasModel(bytes)).rejects.toThrow("a zip without config.json");
  });
});
