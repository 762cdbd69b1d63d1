import { describe, expect, it } from "vitest";
import { KernelError } from "../../engine/errors.ts";
import { provideSources, readSource } from "../../engine/source.ts";

describe("readSource", () => {
  it("reads the file that the id names, of an op or of the engine", () => {
    expect(readSource({ name: "pool2d/max-forward" })).toContain("fn main(");
    expect(readSource({ name: "engine/autodiff/sum" })).toContain("fn main(");
  });

  it("prefers the text that the kernel brings, and to that one that was provided", () => {
    const own = { name: "mine/pool2d/max-forward", source: "// own" };
    expect(readSource(own)).toBe("// own");
    provideSources({ "mine/pool2d/max-forward": "// provided" });
    expect(readSource(own)).toBe("// provided");
    expect(readSource({ name: "pool2d/max-forward" })).toContain("fn main(");
  });

  it("names the file that is missing", () => {
    const read = () => readSource({ name: "nowhere/missing" });
    expect(read).toThrow(KernelError);
    expect(read).toThrow("nowhere/missing: cannot read the shader kernels/nowhere/missing.wgsl.");
  });
});
