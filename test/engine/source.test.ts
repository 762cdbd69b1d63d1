import { describe, expect, it } from "vitest";
import { KernelError } from "../../engine/errors.ts";
import { provideSources, readSource } from "../../engine/source.ts";

describe("readSource", () => {
  it("reads the file beside the op", () => {
    expect(readSource(new URL("./shaders/total.wgsl", import.meta.url))).toContain("fn main()");
  });

  it("prefers a provided text, as in a browser, and matches whole path segments", () => {
    provideSources({ "kernels/dense/x.wgsl": "// provided" });
    expect(readSource(new URL("https://example.org/lab/kernels/dense/x.wgsl"))).toBe("// provided");
    expect(() => readSource(new URL("file:///other-kernels/dense/x.wgsl"))).toThrow(KernelError);
  });

  it("names the file that is missing", () => {
    const read = () => readSource(new URL("file:///nowhere/missing.wgsl"));
    expect(read).toThrow(KernelError);
    expect(read).toThrow("Cannot read the shader /nowhere/missing.wgsl.");
  });
});
