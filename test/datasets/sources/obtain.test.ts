import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { mnist } from "../../../datasets/sources/mnist.ts";
import { type LoadOptions, obtainDataset } from "../../../datasets/sources/obtain.ts";
import type { DatasetSource } from "../../../datasets/sources/source.ts";
import { FileError } from "../../../engine/errors.ts";
import { useFileServers } from "../support/file-server.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();

const twelve = readFileSync(fileURLToPath(new URL("../fixtures/svhn-12.mat", import.meta.url)));
const small = { train: 12, test: 5 };

function put(...names: string[]): void {
  mkdirSync(join(folder(), "svhn"), { recursive: true });
  for (const name of names) writeFileSync(join(folder(), "svhn", name), twelve);
}

const load = (options: LoadOptions, id: DatasetId = "svhn") =>
  loadDataset(id, { data: folder(), syntheticCounts: small, ...options });

describe("loadDataset", () => {
  it("uses the files that are there, whatever their md5, without asking the network", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    const { address, ranges } = await serve(twelve);
    const dataset = await loadDataset("svhn", { data: folder(), address });
    expect(dataset).toMatchObject({ id: "svhn", origin: "other", train: { count: 12 }, test: { count: 12 } });
    expect(dataset.note).toContain("train_32x32.mat (12 images, officially 73,257)");
    expect(dataset.license).toContain("non-commercial");
    expect(dataset.citation).toContain("Netzer");
    expect(ranges).toEqual([]);
  });

  it("without files and without network: synthetic, made with the seed, and says so", async () => {
    const server = await serve(twelve);
    await server.close();
    const dataset = await load({ address: server.address, seed: 3 });
    expect(dataset).toMatchObject({
      origin: "synthetic",
      files: [],
      train: { count: 12 },
      test: { count: 5 },
    });
    expect(dataset.note).toMatch(/^SYNTHETIC stand-in: 12 \+ 5 street digits made with seed 3, not SVHN \(/);
    expect(dataset.note).toMatch(/the server refuses connections/);
    expect(dataset.license).not.toContain("SVHN");
    expect(dataset.classes).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"]);
    expect(existsSync(join(folder(), "svhn"))).toBe(false);
    const other = await load({ address: server.address, seed: 4 });
    expect(other.train.images.every((value, i) => value === dataset.train.images[i])).toBe(false);
  });

  it("synthetic on demand, although the files are there", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    const dataset = await load({ synthetic: true, seed: 3 });
    expect(dataset).toMatchObject({ origin: "synthetic", files: [], train: { count: 12 } });
  });

  it("one real file of two: an error that names both, neither a mixture nor a stand-in", async () => {
    put("train_32x32.mat");
    const loading = load({ allowDownload: false });
    await expect(loading).rejects.toThrow(
      `${join(folder(), "svhn")}: test_32x32.mat of SVHN not found, train_32x32.mat found (downloads are off).`,
    );
    await expect(loading).rejects.toBeInstanceOf(FileError);
  });

  it("svhn-extra asks for the third file too", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    await expect(load({ allowDownload: false }, "svhn-extra")).rejects.toThrow(
      "extra_32x32.mat of SVHN with",
    );
    put("extra_32x32.mat");
    expect(await load({ allowDownload: false }, "svhn-extra")).toMatchObject({
      id: "svhn-extra",
      train: { count: 24 },
    });
  });

  it.each<[DatasetId, number, number]>([
    ["svhn", 10, 3],
    ["svhn-extra", 10, 3],
    ["cifar10", 10, 3],
    ["cifar25", 25, 3],
    ["cifar100", 100, 3],
    ["mnist", 10, 1],
    ["fashion-mnist", 10, 1],
  ])("%s has a stand-in of its classes and channels", async (id, classes, channels) => {
    const dataset = await load({ allowDownload: false }, id);
    expect(dataset).toMatchObject({
      id,
      origin: "synthetic",
      train: { count: 12, channels },
      test: { count: 5 },
    });
    expect(new Set(dataset.classes).size).toBe(classes);
    expect(dataset.note).toMatch(
      /^SYNTHETIC stand-in: 12 \+ 5 .* made with seed 0, not .* \(none of its files are in the data folder/,
    );
    expect(dataset.note).toContain("downloads are off");
  });

  it("tries the mirrors in their order, and names each that fails", async () => {
    const { address } = await serve(twelve);
    const gone = await serve(twelve, { status: 404 });
    const source = (addresses: readonly string[]): DatasetSource => ({
      ...mnist,
      addresses,
      files: mnist.files.map((file) => ({ ...file, md5: createHash("md5").update(twelve).digest("hex") })),
      read: async () => expect.fail("got as far as reading"),
    });
    await expect(obtainDataset(source([gone.address, address]), { data: folder() })).rejects.toThrow(
      "got as far as reading",
    );
    expect(gone.ranges.length).toBe(4);
    expect(readdirSync(join(folder(), "mnist")).length).toBe(4);
    const data = join(folder(), "empty");
    const dataset = await obtainDataset(source([gone.address, `${gone.address}b/`]), {
      data,
      syntheticCounts: small,
    });
    expect(dataset.note).toMatch(
      /train-images-idx3-ubyte\.gz: .*\(404\); cannot download .*\/b\/train-images.*\(404\)/,
    );
  });

  it("a server without the files: synthetic", async () => {
    const { address } = await serve(twelve, { status: 404 });
    const dataset = await load({ address });
    expect(dataset.origin).toBe("synthetic");
    expect(dataset.note).toContain("the server has no such file (404)");
  });

  it("a server with other bytes than the official ones: an error, and no file", async () => {
    const { address } = await serve(twelve);
    const seen: string[] = [];
    const loading = load({ address, onProgress: ({ file }) => seen.push(file) });
    await expect(loading).rejects.toThrow(/expected e26dedcc434d2e4c54c9b2d4a06d8373/);
    expect(seen).toContain("train_32x32.mat");
    expect(readdirSync(join(folder(), "svhn"))).toEqual([]);
  });

  it("a download that breaks off half way: an error, not a stand-in", async () => {
    const { address } = await serve(twelve, { cutAfter: 100 });
    await expect(load({ address })).rejects.toThrow(/broke off/);
  });

  it("a damaged file: an error, not a stand-in", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    writeFileSync(join(folder(), "svhn", "test_32x32.mat"), twelve.subarray(0, 900));
    await expect(load({ allowDownload: false })).rejects.toThrow(/test_32x32\.mat: truncated/);
    await expect(load({ allowDownload: false })).rejects.toBeInstanceOf(FileError);
  });
});
