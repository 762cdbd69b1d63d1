import { createHash } from "node:crypto";
import { renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import { checkFreeSpace, fileSize } from "../../../datasets/sources/files.ts";
import { md5OfFile } from "../../../datasets/sources/md5.ts";
import { countClasses, pixelRange } from "../../../datasets/statistics.ts";
import { FileError } from "../../../engine/errors.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
afterEach(() => vi.unstubAllEnvs());

describe("dataFolder", () => {
  it("is the option, else WGRAD_DATA, else below the home folder", () => {
    vi.stubEnv("WGRAD_DATA", "/somewhere/data");
    expect(dataFolder("here")).toBe(resolve("here"));
    expect(dataFolder("")).toBe(resolve("/somewhere/data"));
    expect(dataFolder()).toBe(resolve("/somewhere/data"));
    vi.stubEnv("WGRAD_DATA", "");
    expect(dataFolder()).toBe(join(homedir(), ".cache", "wgrad", "data"));
  });
});

describe("md5OfFile", () => {
  it("agrees with RFC 1321's test suite, also after a change and a renaming", async () => {
    const path = join(folder(), "a");
    writeFileSync(path, "message digest");
    expect(await md5OfFile(path)).toBe("f96b697d7cb7938d525a2f31aaf161d0");
    writeFileSync(path, "abc");
    expect(await md5OfFile(path)).toBe("900150983cd24fb0d6963f7d28e17f72");
    renameSync(path, `${path}b`);
    expect(await md5OfFile(`${path}b`)).toBe("900150983cd24fb0d6963f7d28e17f72");
  });

  it("reads more than one chunk, and sees a change of the same size", async () => {
    const path = join(folder(), "large");
    for (const value of [1, 2]) {
      const bytes = Buffer.alloc(3_000_000, value);
      writeFileSync(path, bytes);
      utimesSync(path, value, value);
      expect(await md5OfFile(path)).toBe(createHash("md5").update(bytes).digest("hex"));
    }
  });

  it("says what is wrong with a file", async () => {
    await expect(md5OfFile(join(folder(), "none"))).rejects.toThrow(
      /cannot read .*none: no such file or folder/,
    );
    await expect(md5OfFile(folder())).rejects.toBeInstanceOf(FileError);
  });
});

describe("fileSize", () => {
  it("is undefined only for what does not exist", async () => {
    const path = join(folder(), "five");
    writeFileSync(path, "12345");
    expect(await fileSize(path)).toBe(5);
    expect(await fileSize(join(folder(), "none"))).toBeUndefined();
    symlinkSync("loop", join(folder(), "loop"));
    await expect(fileSize(join(folder(), "loop"))).rejects.toThrow(/cannot read .*loop: .*ELOOP/);
  });
});

describe("checkFreeSpace", () => {
  it("refuses what no disk holds, with both sizes, and lets a byte pass", async () => {
    await checkFreeSpace("unpack", folder(), 1);
    const refused = checkFreeSpace("unpack", folder(), 1e18);
    await expect(refused).rejects.toThrow(
      /^cannot unpack to .*: 1000000 TB are needed, .* are free on this disk\.$/,
    );
    await expect(refused).rejects.toBeInstanceOf(FileError);
  });
});

describe("statistics", () => {
  it("counts classes, absent ones too, and finds the extremes", () => {
    const set = {
      images: Uint8Array.of(4, 250, 3, 9),
      labels: Uint8Array.of(2, 0, 2, 3),
      count: 4,
      height: 1,
      width: 1,
      channels: 1,
    };
    expect(countClasses(set, 5)).toEqual([1, 0, 2, 1, 0]);
    expect(pixelRange(set)).toEqual({ smallest: 3, largest: 250 });
  });
});
