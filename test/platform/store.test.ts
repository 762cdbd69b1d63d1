/** @file The store of files in Node, as platform.ts promises it; test:browser goes through that of a page. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { platform } from "#platform";
import { download } from "../../engine/download.ts";
import { ArgumentError, FileError } from "../../engine/errors.ts";

const { files } = platform;
const folder = mkdtempSync(join(tmpdir(), "wgrad-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("the store of files", () => {
  it("writes parts, reads ranges in memory of their own, and gives a Blob", async () => {
    const path = files.join(files.join(folder, "deep"), "a.bin");
    expect([await files.exists(path), await files.size(path)]).toEqual([false, 0]);
    await files.write(path, [bytes(1, 2), bytes(), bytes(3)]);
    expect([await files.exists(path), await files.size(path)]).toEqual([true, 3]);
    expect(files.folderOf(path)).toBe(join(folder, "deep"));
    const file = await files.open(path);
    const part = await file.read(1, 3);
    expect([file.size, part, part.buffer.byteLength]).toEqual([3, bytes(2, 3), 2]);
    await expect(file.read(2, 4)).rejects.toThrow("it ends at byte 3, before byte 4");
    await file.close();
    expect(new Uint8Array(await (await files.blob(path)).arrayBuffer())).toEqual(bytes(1, 2, 3));
    expect(readdirSync(join(folder, "deep"))).toEqual(["a.bin"]);
  });

  it("makes no folder where it shall not", async () => {
    const path = join(folder, "none", "a.bin");
    await expect(files.write(path, [bytes(1)], { makeFolder: false })).rejects.toThrow(
      `Cannot write ${path}: no such file or folder.`,
    );
  });

  it("appends behind what is kept", async () => {
    const path = join(folder, "log", "a.csv");
    expect(await files.append(path, bytes(1, 2, 3))).toBe(3);
    expect(await files.append(path, bytes(4))).toBe(4);
    expect(await files.append(path, bytes(9), 2)).toBe(3);
    expect([...readFileSync(path)]).toEqual([1, 2, 9]);
    expect(await files.append(path, bytes(), 0)).toBe(0);
  });

  it("says by FileError what is in the way", async () => {
    writeFileSync(join(folder, "file"), "");
    const within = join(folder, "file", "x");
    mkdirSync(join(folder, "folder"));
    for (const refused of [
      files.append(within, bytes(1)),
      files.size(within),
      files.size(join(folder, "folder")),
      files.open(within),
      files.blob(join(folder, "folder")),
      files.append(join(folder, "folder"), bytes(1)),
      files.makeFolder(within),
    ])
      await expect(refused).rejects.toThrow(FileError);
  });

  it("says so where the current folder was deleted, and does not try for ever", () => {
    const gone = join(folder, "gone");
    mkdirSync(gone);
    const store = JSON.stringify(pathToFileURL(resolve("engine/platform/node/store.ts")).href);
    const program = `
      import { rmSync } from "node:fs";
      import { fileStore } from ${store};
      rmSync(process.cwd(), { recursive: true });
      const none = new Uint8Array(1);
      const tries = [fileStore.makeFolder("a/b"), fileStore.write("a/b", [none]), fileStore.append("a/b", none)];
      for (const { reason } of await Promise.allSettled(tries)) console.log(reason.name, reason.message);`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", program],
      { cwd: gone, encoding: "utf8", timeout: 60_000 },
    );
    expect(stdout.trim().split("\n")).toEqual([
      "FileError Cannot make the folder a/b: no such file or folder.",
      "FileError Cannot write a/b: no such file or folder.",
      "FileError Cannot write a/b: no such file or folder.",
    ]);
    expect(status).toBe(0);
  });

  it("has nothing to download", async () => {
    const refused = download(join(folder, "a.bin"));
    await expect(refused).rejects.toThrow(FileError);
    await expect(refused).rejects.toThrow("it is a file of this computer already");
    await expect(download("")).rejects.toThrow("download: needs the name of a file or folder");
    await expect(download("a.bin", "")).rejects.toThrow(ArgumentError);
  });
});
