import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KernelError } from "../../engine/errors.ts";
import { run } from "../../engine/kernel.ts";
import { parseBindings, setConstants } from "../../engine/shader.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";
import { inlineKernel } from "./ops.ts";

describe("parseBindings", () => {
  it("finds name, number, access and element size, sorted by number", () => {
    const source = `
      @group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0)@binding(1) var< storage,read > w : array<vec4f>;
      @group(0) @binding(3) var<uniform> step: StepState;
      @group(0) @binding(4) var<storage> plain: array<vec2u>;`;
    expect(parseBindings(source)).toEqual([
      { name: "x", index: 0, access: "read", stride: 4 },
      { name: "w", index: 1, access: "read", stride: 16 },
      { name: "y", index: 2, access: "write", stride: 16 },
      { name: "step", index: 3, access: "uniform", stride: 4 },
      { name: "plain", index: 4, access: "read", stride: 8 },
    ]);
  });

  it("knows the size of every kind of element", () => {
    const stride = (type: string) =>
      parseBindings(`@group(0) @binding(0) var<storage, read> x: ${type};`)[0]!.stride;
    const cases = {
      "array<u32>": 4,
      "array<atomic<u32>>": 4,
      StepState: 4,
      "array<vec2f>": 8,
      "array<vec3f>": 16,
    };
    for (const [type, bytes] of Object.entries(cases)) expect(stride(type), type).toBe(bytes);
    expect(stride("array<vec4h>")).toBe(8);
    expect(stride("array<vec4<f16>>")).toBe(8);
    expect(stride("array<vec2<f16>>")).toBe(4);
    expect(stride("array<vec4<real>>")).toBe(16);
  });

  it("skips bindings in comments", () => {
    const source = `
      // @group(0) @binding(0) var<storage, read> old: array<f32>;
      /* @group(0) @binding(1) var<storage, read> older: array<f32>;
         @group(0) @binding(2) var<storage, read> oldest: array<f32>; */
      @group(0) @binding(0) var<storage, read> x: array<f32>; // @binding(1)`;
    expect(parseBindings(source).map(({ name }) => name)).toEqual(["x"]);
  });
});

describe("setConstants", () => {
  const set = (declaration: string, value: number | boolean) =>
    setConstants(declaration, { X: value }, "test.wgsl");

  it("writes literals of the declared type", () => {
    expect(set("const X: u32 = 1u;", 7)).toBe("const X: u32 = 7u;");
    expect(set("const X: i32 = 1;", -7)).toBe("const X: i32 = -7;");
    expect(set("const X: f32 = 1.0;", 3)).toBe("const X: f32 = 3.0;");
    expect(set("const X: real = 1.0;", 0.25)).toBe("const X: real = 0.250000;");
    expect(set("const X: bool = true;", false)).toBe("const X: bool = false;");
    expect(set("const X = 1u;", 9)).toBe("const X = 9u;");
  });

  it("changes that constant only, wherever it stands, and keeps comments", () => {
    const source =
      "// const X: u32 = 1;\nconst XY: u32 = 1;\n  const X : u32= 2 ; // tile\nconst Y: u32 = X;";
    expect(set(source, 5)).toBe(
      "// const X: u32 = 1;\nconst XY: u32 = 1;\n  const X : u32= 5u; // tile\nconst Y: u32 = X;",
    );
  });

  it("refuses an unknown name, NaN, infinity, fractions and values beyond the type", () => {
    expect(() => setConstants("const X: u32 = 1;", { TILE: 1 }, "dense/x")).toThrow(
      "dense/x declares no const TILE.",
    );
    const wrong: [string, number][] = [
      ["const X: f32 = 1;", Number.NaN],
      ["const X: f32 = 1;", Number.POSITIVE_INFINITY],
      ["const X: f32 = 1;", 1e39],
      ["const X: u32 = 1;", Number.NaN],
      ["const X: u32 = 1;", 1.5],
      ["const X: u32 = 1;", -1],
      ["const X: u32 = 1;", 2 ** 32],
      ["const X: i32 = 1;", 2 ** 31],
      ["const X = 1;", -1],
    ];
    for (const [declaration, value] of wrong) {
      expect(() => set(declaration, value), `${declaration} ${value}`).toThrow(KernelError);
    }
    expect(() => set("const X: u32 = 1;", 1.5)).toThrow("test.wgsl: const X must be an integer, got 1.5.");
  });

  it("writes f32 literals that read back as the same float32 number", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = /= (.*);/.exec(set("const X: f32 = 0.0;", value))![1]!;
        expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
        expect(text, "a float literal").toMatch(/[.e]/);
        expect(Math.fround(Number(text))).toBe(value);
      }),
      { ...properties, numRuns: 2000 },
    );
  });
});

describe("constants on the GPU", () => {
  const engine = useEngine();
  const kernelOf = inlineKernel(
    "constant",
    `const X: f32 = 0.0;
    @group(0) @binding(0) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(1) fn main() { y[0] = X; }`,
    { updates: ["y"] },
  );

  it("arrive bit for bit: the largest, the smallest normal, powers of ten, a third", async () => {
    for (const value of [3.4028234663852886e38, 1.1754943508222875e-38, 1e21, 16777216, -1e-7, 1 / 3, 0.1]) {
      const y = engine().zeros([1]);
      run(kernelOf, { y }, {}, { constants: { X: value } });
      expect((await y.data())[0]).toBe(Math.fround(value));
    }
  });
});
