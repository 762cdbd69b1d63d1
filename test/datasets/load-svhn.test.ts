import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../datasets/load-dataset.ts";
import { type LoadOptions, loadSvhn } from "../../datasets/load-svhn.ts";
import { FileError } from "../../engine/errors.ts";
import { useFileServers } from "./support/file-server.ts";
import { useTemporaryFolder } from "./support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();

const twelve = readFileSync(fileURLToPath(new URL("fixtures/svhn-12.mat", import.meta.url)));
const small = { train: 12, test: 5 };

function put(...names: string[]): void {
  mkdirSync(join(folder(), "svhn"), { recursive: true });
  for (const name of names) writeFileSync(join(folder(), "svhn", name), twelve);
}

const load = (options: LoadOptions) => loadSvhn({ data: folder(), syntheticCounts: small, ...options });

describe("loadSvhn", () => {
  it("uses the files that are there, whatever their md5, without asking the network", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    const { address, ranges } = await serve(twelve);
    const dataset = await loadDataset("svhn", { data: folder(), address });
    expect(dataset).toMatchObject({ id: "svhn", origin: "other", train: { count: 12 }, test: { count: 12 } });
    expect(dataset.note).toContain("train_32x32.mat (12 images)");
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

  it("one real file of two: all synthetic, never a mixture", async () => {
    put("train_32x32.mat");
    const dataset = await load({ allowDownload: false });
    expect(dataset).toMatchObject({ origin: "synthetic", train: { count: 12 }, test: { count: 5 } });
    expect(dataset.note).toContain(`test_32x32.mat not in ${join(folder(), "svhn")}, downloads are off`);
    expect(dataset.note).not.toContain("train_32x32.mat");
    const real = 7; // fixtures/make-mat.py: pixel [1, 0, 0] of image 0
    expect(dataset.train.images.slice(96, 99)).not.toEqual(Uint8Array.of(real, real + 50, real + 100));
  });

  it("with extra: asks for the third file too", async () => {
    put("train_32x32.mat", "test_32x32.mat");
    const dataset = await load({ allowDownload: false, extra: true });
    expect(dataset.origin).toBe("synthetic");
    expect(dataset.note).toContain("extra_32x32.mat not in");
    put("extra_32x32.mat");
    expect(await load({ allowDownload: false, extra: true })).toMatchObject({ train: { count: 24 } });
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
