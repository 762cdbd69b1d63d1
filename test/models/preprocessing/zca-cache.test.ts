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
  const compute = async () => {
    calls++;
    return matrix;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wgrad-zca-"));
    calls = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("computes once, then reads the same bits, and leaves no temporary file", async () => {
    const path = join(folder, "deeper", "zca.safetensors");
    expect([...(await cachedZcaMatrix(path, key, compute))]).toEqual([...matrix]);
    expect([...(await cachedZcaMatrix(path, key, compute))]).toEqual([...matrix]);
    expect(calls).toBe(1);
    expect(readdirSync(join(folder, "deeper"))).toEqual(["zca.safetensors"]);
  });

  it("replaces the matrix of other data or another epsilon", async () => {
    const path = join(folder, "zca.safetensors");
    await cachedZcaMatrix(path, key, compute);
    await cachedZcaMatrix(path, { ...key, epsilon: 1e-2 }, compute);
    await cachedZcaMatrix(path, { ...key, source: "other" }, compute);
    await cachedZcaMatrix(path, { ...key, source: "other" }, compute);
    expect(calls).toBe(3);
  });

  it("refuses a file cut short and one with a changed byte, and keeps them", async () => {
    const path = join(folder, "zca.safetensors");
    await cachedZcaMatrix(path, key, compute);
    const whole = readFileSync(path);
    const changed = Uint8Array.from(whole);
    changed[changed.length - 3]! ^= 1;
    for (const bytes of [whole.subarray(0, whole.length - 8), whole.subarray(0, 5), changed]) {
      writeFileSync(path, bytes);
      const attempt = cachedZcaMatrix(path, key, compute);
      await expect(attempt).rejects.toThrow(FileError);
      await expect(attempt).rejects.toThrow(
        /damaged: .*[^.]\. Delete the file, then it is computed again\.$/s,
      );
      expect(readFileSync(path).length).toBe(bytes.length);
    }
    expect(calls).toBe(1);
  });
});
