import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileError } from "../../../engine/errors.ts";
import { cachedZcaMatrix } from "../../../models/preprocessing/zca-cache.ts";

const key = { source: "cifar-10 md5 abc", epsilon: 1e-6, width: 2 };
const matrix = Float64Array.of(1, 0.1, 0.1, 2);

describe("cachedZcaMatrix", () => {
  let folder = "";
  let calls = 0;
  const troubles: string[] = [];
  const cached = (path: string, asked = key) =>
    cachedZcaMatrix(
      path,
      asked,
      async () => {
        calls++;
        return matrix;
      },
      ({ message }) => troubles.push(message),
    );
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wgrad-zca-"));
    calls = 0;
    troubles.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("computes once, then reads the same bits, and leaves no temporary file", async () => {
    const path = join(folder, "deeper", "zca.safetensors");
    expect([...(await cached(path))]).toEqual([...matrix]);
    expect([...(await cached(path))]).toEqual([...matrix]);
    expect(calls).toBe(1);
    expect(readdirSync(join(folder, "deeper"))).toEqual(["zca.safetensors"]);
  });

  it("replaces the matrix of other data or another epsilon", async () => {
    const path = join(folder, "zca.safetensors");
    await cached(path);
    await cached(path, { ...key, epsilon: 1e-2 });
    await cached(path, { ...key, source: "other" });
    await cached(path, { ...key, source: "other" });
    expect(calls).toBe(3);
  });

  it("is not kept where nothing can be written, says so, and leaves what is there", async () => {
    writeFileSync(join(folder, "zca"), "in the way");
    expect([...(await cached(join(folder, "zca", "zca.safetensors")))]).toEqual([...matrix]);
    expect(troubles).toEqual([expect.stringMatching(/^Cannot make the folder .*zca: /)]);
    expect(readFileSync(join(folder, "zca"), "utf8")).toBe("in the way");
  });

  it("refuses a file cut short and one with a changed byte, and keeps them", async () => {
    const path = join(folder, "zca.safetensors");
    await cached(path);
    const whole = readFileSync(path);
    const changed = Uint8Array.from(whole);
    changed[changed.length - 3]! ^= 1;
    for (const bytes of [whole.subarray(0, whole.length - 8), whole.subarray(0, 5), changed]) {
      writeFileSync(path, bytes);
      const attempt = cached(path);
      await expect(attempt).rejects.toThrow(FileError);
      await expect(attempt).rejects.toThrow(
        /damaged: .*[^.]\. Delete the file, then it is computed again\.$/s,
      );
      expect(readFileSync(path).length).toBe(bytes.length);
    }
    expect(calls).toBe(1);
  });
});
