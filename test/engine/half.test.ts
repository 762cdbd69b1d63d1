import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requireHalf } from "../../engine/adapter.ts";
import { AdapterError, KernelError } from "../../engine/errors.ts";
import { decodeHalf, encodeHalf } from "../../engine/half.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { parseBindings, setHalf } from "../../engine/shader.ts";
import { useEngine } from "../support/engine.ts";
import { describeHalf, halfRounding } from "../support/half.ts";
import { properties } from "../support/properties.ts";
import { shaderText } from "../support/shader-text.ts";
import { multiplyKernel } from "./ops.ts";

const half = (value: number) => decodeHalf(encodeHalf([value]))[0]!;

describe("f16 in main memory", () => {
  it("has the bits of IEEE 754 binary16", () => {
    // wikipedia.org/wiki/Half-precision_floating-point_format: its table of examples
    const examples: [number, number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [2 ** -24, 0x0001],
      [1023 * 2 ** -24, 0x03ff],
      [2 ** -14, 0x0400],
      [0.333251953125, 0x3555],
      [0.99951171875, 0x3bff],
      [1, 0x3c00],
      [1.0009765625, 0x3c01],
      [-2, 0xc000],
      [65504, 0x7bff],
      [Number.POSITIVE_INFINITY, 0x7c00],
    ];
    for (const [value, bits] of examples) expect([value, encodeHalf([value])[0]]).toEqual([value, bits]);
  });

  it("keeps each of the 65536 numbers there are", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((i) => (i & 0x7c00) !== 0x7c00);
    expect(encodeHalf(decodeHalf(bits))).toEqual(bits);
    expect(half(Number.NaN)).toBeNaN();
  });

  it("rounds to the nearest, ties to even, and beyond the largest to infinity", () => {
    expect([2049, 2051, 2050.9].map(half)).toEqual([2048, 2052, 2050]);
    expect([65519, 65520, -1e9].map(half)).toEqual([65504, Infinity, -Infinity]);
    fc.assert(
      fc.property(fc.double({ min: 2 ** -14, max: 65504, noNaN: true }), (value) => {
        expect(Math.abs(half(value) - value)).toBeLessThanOrEqual(halfRounding * value);
      }),
      properties,
    );
  });
});

describe("the element types of a shader", () => {
  const source =
    "alias real = f32;\nalias other = f32;\n" +
    "@group(0) @binding(0) var<storage, read> x: array<vec4<real>>;\n" +
    "@group(0) @binding(1) var<storage, read_write> y: array<real>;\n" +
    "@group(0) @binding(2) var<storage, read> z: array<other>;\n" +
    "@group(0) @binding(3) var<storage, read> u: array<f32>;\n";

  it("become f16 by the aliases of the bindings that are", () => {
    expect(setHalf(source, [], "dense/x")).toBe(source);
    const text = setHalf(source, ["x", "y"], "dense/x");
    expect(text.startsWith("enable f16;\nalias real = f16;\nalias other = f32;\n")).toBe(true);
    expect(parseBindings(text)).toMatchObject([
      { name: "x", alias: "real", stride: 8 },
      { name: "y", alias: "real", stride: 4 },
      { name: "z", alias: "other", stride: 4 },
      { name: "u", stride: 4 },
    ]);
  });

  it("are refused where the shader has no alias, or one alias for two types", () => {
    expect(() => setHalf(source, ["u"], "dense/x")).toThrow(
      "dense/x takes u in f32 only, it is f16: cast() it first.",
    );
    expect(() => setHalf(source, ["x"], "dense/x")).toThrow(
      "dense/x needs x and y both in f16 or both in f32.",
    );
  });
});

describe("an adapter without shader-f16", () => {
  it("is named when f16 is asked for", () => {
    const adapter = { device: "SwiftShader Device", features: ["subgroups"] };
    const call = () => requireHalf("fit", adapter);
    expect(call).toThrow(AdapterError);
    expect(call).toThrow(
      "fit: needs the adapter feature shader-f16, which SwiftShader Device does not have. Use float32.",
    );
  });
});

describeHalf("tensors of f16", () => {
  const engine = useEngine();

  it("take numbers and give numbers, in odd sizes too", async () => {
    const values = [1, -0.5, 65504, 2 ** -24, 1 / 3];
    const x = engine().tensor(values, [5], "f16");
    expect(x.byteLength).toBe(12); // whole words
    expect([...(await x.data())]).toEqual(values.map(half));
  });

  it("are refused by kernels that know f32 only", () => {
    const x = engine().zeros([4], "f16");
    expect(() => run(multiplyKernel, { a: x, b: x }, { y: [4] }, { invocations: 4 })).toThrow(KernelError);
  });

  it("overflow to infinity on the GPU, as loss scaling relies on, and keep NaN", async () => {
    const convert = kernel(
      "test/convert",
      { reads: ["x"], writes: ["y"] },
      shaderText(import.meta.url, "shaders/convert.wgsl"),
    );
    const x = engine().tensor([65504, 65520, 1e6, -1e38, Number.NaN, Infinity], [6]);
    const { y } = run(convert, { x }, { y: { shape: [6], dtype: "f16" } }, { invocations: 6 });
    expect([...(await y.data())]).toEqual([65504, Infinity, Infinity, -Infinity, Number.NaN, Infinity]);
  });
});
