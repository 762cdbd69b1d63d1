/** @file What the build does to kernel(): every kernel has its WGSL once, and a page none that it cannot run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readShaders } from "../../tools/build/esbuild-plugin.ts";
import { inlineShaders, minifyWgsl, staysFile } from "../../tools/build/inline-shaders.ts";

const shaders = new Map([
  ["op/naive", "fn naive() {}"],
  ["op/forward.fast", "// says what\nfn fast() {}"],
  ["op/forward.slow", "fn slow() {}"],
  ["op/forward.other", "fn other() {}"],
  ["op/forward.subgroup-matrix", "fn matrix() {}"],
]);
const inlined = (code: string) => inlineShaders(code, "op.js", shaders);
const count = (text: string, part: string) => text.split(part).length - 1;

describe("inlineShaders", () => {
  it("gives a kernel its text and marks the call as pure", () => {
    expect(inlined('const k = kernel("op/naive", {});')).toBe(
      'const wgsl0 = "fn naive() {}";\nconst k = /* @__PURE__ */ kernel("op/naive", {}, wgsl0);',
    );
    expect(() => inlined('kernel("op/none", {})')).toThrow(
      "op.js: there is no shader of the kernel op/none.",
    );
  });

  it("gives a template the texts of the names that the module has, none of them twice", () => {
    const template = "`op/forward.$" + "{name}`";
    const code = inlined(
      `const slow = kernel("op/forward.slow", {}); const of = (name) => kernel(${template}, {}); of("fast"); of("slow");`,
    );
    expect(["fast", "slow", "other", "matrix"].map((name) => count(code, `fn ${name}`))).toEqual([
      1, 1, 0, 0,
    ]);
  });

  it("leaves what only Dawn knows in its file", () => {
    expect(inlined('kernel("op/forward.subgroup-matrix", {})')).toBe(
      '/* @__PURE__ */ kernel("op/forward.subgroup-matrix", {})',
    );
  });

  it("leaves out all that enables a feature of Chromium alone, and nothing else", () => {
    const experimental = [...readShaders()].filter(([, text]) => /^enable chromium/m.test(text));
    expect(experimental.length).toBeGreaterThan(0);
    expect(experimental.map(([id]) => id)).toEqual([...readShaders().keys()].filter(staysFile));
  });

  it("finds the text of every kernel of the house", () => {
    const root = join(import.meta.dirname, "../..");
    const real = readShaders();
    const files = ["engine", "kernels"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .map((path) => join(root, folder, path)),
    );
    const whole = files
      .map((file) => [file, readFileSync(file, "utf8")] as const)
      .filter(([file, code]) => code.includes("kernel(") && !/kernel(-definition)?\.ts$/.test(file))
      .map(([file, code]) => inlineShaders(code, file, real))
      .join("\n");
    const missing = [...real].filter(
      ([id, text]) => !staysFile(id) && !whole.includes(JSON.stringify(minifyWgsl(text))),
    );
    expect(missing.map(([id]) => id)).toEqual([]);
  });
});
