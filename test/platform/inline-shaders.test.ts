/** @file What the build does to kernel(): every kernel has its WGSL once, and a page none that it cannot run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readShaders } from "../../tools/build/esbuild-plugin.ts";
import { inlineShaders, minifyWgsl, shaderModule, staysFile } from "../../tools/build/inline-shaders.ts";

const shaders = new Map([
  ["op/naive", "fn naive() {}"],
  ["op/forward.fast", "// says what\nfn fast() {}"],
  ["op/forward.slow", "fn slow() {}"],
  ["op/forward.other", "fn other() {}"],
  ["op/forward.subgroup-matrix", "fn matrix() {}"],
]);
const inlined = (code: string) => inlineShaders(code, "op.js", shaders, "./shaders.js");

describe("inlineShaders", () => {
  it("gives a kernel its text and marks the call as pure", () => {
    expect(inlined('const k = kernel("op/naive", {});')).toBe(
      'import { wgsl_op_naive } from "./shaders.js";\nconst k = /* @__PURE__ */ kernel("op/naive", {}, wgsl_op_naive);',
    );
    expect(() => inlined('kernel("op/none", {})')).toThrow(
      "op.js: there is no shader of the kernel op/none.",
    );
  });

  it("gives a template the texts of the names that the module has", () => {
    const template = "`op/forward.$" + "{name}`";
    const code = inlined(
      `const slow = kernel("op/forward.slow", {}); const of = (name) => kernel(${template}, {}); of("fast"); of("slow");`,
    );
    const table = '{ "op/forward.fast": wgsl_op_forward_fast, "op/forward.slow": wgsl_op_forward_slow }';
    expect(code).toContain(`(${table})[`);
    expect(code).toContain('import { wgsl_op_forward_slow, wgsl_op_forward_fast } from "./shaders.js";');
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

  it("writes the texts side by side, without comments, each line at its number", () => {
    expect(shaderModule(shaders).split("\n").slice(0, 2)).toEqual([
      'export const wgsl_op_forward_fast = "\\nfn fast() {}";',
      'export const wgsl_op_forward_other = "fn other() {}";',
    ]);
    expect(shaderModule(shaders)).not.toContain("matrix");
  });

  it("leaves no kernel of the house without its text", async () => {
    const root = join(import.meta.dirname, "../..");
    const real = readShaders();
    const texts: Record<string, string> = await import(
      `data:text/javascript,${encodeURIComponent(shaderModule(real))}`
    );
    const files = ["engine", "kernels"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .map((path) => join(root, folder, path)),
    );
    const imported = files
      .map((file) => [file, readFileSync(file, "utf8")] as const)
      .filter(([file, code]) => code.includes("kernel(") && !/kernel(-definition)?\.ts$/.test(file))
      .flatMap(([file, code]) => inlineShaders(code, file, real, "./shaders.js").match(/\bwgsl_\w+/g) ?? []);
    const inlinable = [...real].filter(([id]) => !staysFile(id)).map(([, text]) => minifyWgsl(text));
    expect([...new Set(imported)].map((name) => texts[name]).sort()).toEqual(inlinable.sort());
  });
});
