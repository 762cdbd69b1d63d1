import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { FileError } from "../../../engine/errors.ts";
import { writeFileAtomically } from "../../../engine/platform/node/files.ts";
import { openRegularFile } from "../../../engine/platform/node/regular-file.ts";
import {
  CSVLogger,
  History,
  readCheckpoint,
  readSafetensors,
  writeSafetensors,
} from "../../../models/index.ts";
import { readJson, writeJson } from "../../../runner/json-files.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "wgrad-files-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

/** node:fs with some of its functions replaced, as the sources get it. */
function replaceFs(replaced: Partial<typeof import("node:fs")>): void {
  const builtin = process.getBuiltinModule.bind(process);
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
    const module = builtin(name as "node:fs");
    return name === "node:fs" ? { ...module, ...replaced } : module;
  }) as typeof process.getBuiltinModule);
}

describe("a pipe, a device, a folder", () => {
  const pipe = () => {
    const path = join(root, "pipe");
    if (!existsSync(path)) execFileSync("mkfifo", [path]);
    return path;
  };
  const others: readonly (readonly [kind: string, path: () => string])[] = [
    ["pipe", pipe],
    ["device", () => "/dev/zero"],
    ["folder", () => root],
    ["device", () => link("zero", "/dev/zero")],
  ];
  function link(name: string, target: string): string {
    const path = join(root, name);
    if (!existsSync(path)) symlinkSync(target, path);
    return path;
  }

  it.each(others)("is not read as a file and not waited for: %s", async (kind, path) => {
    const said = `Cannot read ${path()}: it is a ${kind}.`;
    await expect(readSafetensors(path())).rejects.toThrow(said);
    expect(() => readJson(path())).toThrow(said);
    await expect(History.load(path())).rejects.toThrow(said);
    const folder = join(root, `checkpoint of ${path().replaceAll("/", " ")}`);
    mkdirSync(folder);
    symlinkSync(path(), join(folder, "training.safetensors"));
    await expect(readCheckpoint(folder)).rejects.toThrow(`it is a ${kind}.`);
  });

  it.each(others)("is neither replaced nor written to: %s", async (kind, path) => {
    const said = `Cannot write ${path()}: it is a ${kind}.`;
    await expect(writeSafetensors(path(), [])).rejects.toThrow(said);
    expect(() => writeJson(path(), {})).toThrow(said);
    await expect(new History().save(path())).rejects.toThrow(said);
    await expect(CSVLogger(path()).onTrainBegin()).rejects.toThrow(FileError);
    await expect(CSVLogger(path()).onTrainBegin()).rejects.toThrow(`it is a ${kind}`);
  });

  it.each(["/proc/self/status", "/proc/kcore"])("%s is not taken for a weights file", async (path) => {
    if (existsSync(path)) await expect(readSafetensors(path)).rejects.toThrow(FileError);
  });
});

describe("reading in parts", () => {
  it("goes on after a part that is shorter than asked for", () => {
    const path = join(root, "short-reads");
    const bytes = Uint8Array.from({ length: 50 }, (_, i) => i);
    writeFileSync(path, bytes);
    const { readSync } = process.getBuiltinModule("node:fs");
    const short = (file: number, into: Uint8Array, offset: number, length: number, position: number) =>
      readSync(file, into, offset, Math.min(length, 7), position);
    replaceFs({ readSync: short as typeof readSync });
    const file = openRegularFile(path);
    expect(file.read(3, 45)).toEqual(bytes.slice(3, 45));
    expect(() => file.read(40, 51)).toThrow("it ends at byte 50, before byte 51");
    file.close();
  });
});

describe("writing", () => {
  it("keeps the old file where the new one does not read back the same", () => {
    const path = join(root, "damaged");
    writeFileAtomically(path, "old");
    const { writeFileSync: write } = process.getBuiltinModule("node:fs");
    const flip = (file: number, part: Uint8Array) => write(file, part.with(1, part[1]! ^ 1));
    replaceFs({ writeFileSync: flip as typeof write });
    expect(() => writeFileAtomically(path, "new text")).toThrow(
      `Cannot write ${path}: what was written does not read back the same after byte 0.`,
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(root).filter((name) => name.startsWith("damaged"))).toEqual(["damaged"]);
  });

  it("writes parts of any size, and an empty file", () => {
    const path = join(root, "parts");
    const large = Uint8Array.from({ length: 2 ** 20 + 5 }, (_, i) => i % 251);
    writeFileAtomically(path, [Uint8Array.of(1, 2), new Uint8Array(0), large]);
    expect(readFileSync(path).equals(Buffer.concat([Uint8Array.of(1, 2), large]))).toBe(true);
    writeFileAtomically(path, "");
    expect(readFileSync(path).length).toBe(0);
  });

  it("removes what killed processes left of the same file, and nothing of those that live", () => {
    const folder = join(root, "leftovers");
    mkdirSync(folder);
    const dead = spawnSync("true").pid;
    const live = process.ppid;
    const kept = [`x.json.${live}.tmp`, `y.json.${dead}.tmp`, `x.json.${dead}.tmp.old`, "x.json.abc.tmp"];
    for (const name of [`x.json.${dead}.tmp`, ...kept]) writeFileSync(join(folder, name), "half");
    writeJson(join(folder, "x.json"), 1);
    expect(readdirSync(folder).sort()).toEqual(["x.json", ...kept].sort());
  });
});

describe("numbers that JSON lacks", () => {
  it("are written by their names", () => {
    const path = join(root, "numbers.json");
    writeJson(path, {
      a: [Number.NaN, Number.POSITIVE_INFINITY],
      b: { c: Number.NEGATIVE_INFINITY, d: -0 },
      e: 0.5,
    });
    expect(readJson(path)).toEqual({ a: ["NaN", "Infinity"], b: { c: "-Infinity", d: "-0" }, e: 0.5 });
  });
});
