/** @file Float32 arithmetic of the microscope: fused multiply-adds are rounded once, and distances count float32 numbers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, loop, minus, plus, times } from "../../../lessons/microscope/expression.ts";
import { evaluate, fusedMultiplyAdd, unitsApart } from "../../../lessons/microscope/float32.ts";

/** A float32 number as an integer times 2^exponent. */
function exact(value: number): readonly [bigint, number] {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = BigInt(bits & 0x7fffff) + (exponent === 0 ? 0n : 0x800000n);
  return [bits >>> 31 ? -mantissa : mantissa, Math.max(exponent, 1) - 150];
}

/** integer * 2^exponent as the nearest float32 number, of two equally near ones the even. */
function nearest(integer: bigint, exponent: number): number {
  const size = integer < 0n ? -integer : integer;
  const bits = size.toString(2).length;
  const dropped = BigInt(Math.max(0, bits - 24, -149 - exponent));
  const half = dropped > 0n ? 1n << (dropped - 1n) : 0n;
  const kept = size >> dropped;
  const rest = size - (kept << dropped);
  const up = dropped > 0n && (rest > half || (rest === half && kept % 2n === 1n));
  const value = Number(kept + (up ? 1n : 0n)) * 2 ** (exponent + Number(dropped));
  return integer < 0n ? -value : value;
}

const float = fc
  .float({ noNaN: true, noDefaultInfinity: true, min: -1e10, max: 1e10 })
  .filter((x) => x === 0 || Math.abs(x) > 1e-12);

describe("a fused multiply-add", () => {
  it("is the exact product and sum, rounded once", () => {
    fc.assert(
      fc.property(float, float, float, fc.integer({ min: -30, max: 30 }), (a, b, c, scale) => {
        const near = Math.fround(a * b * -(1 + c * 2 ** -60)); // so that much cancels
        for (const addend of [c, near, Math.fround(c * 2 ** scale)]) {
          const [[ia, ea], [ib, eb], [ic, ec]] = [exact(a), exact(b), exact(addend)];
          const least = Math.min(ea + eb, ec);
          const sum = ((ia * ib) << BigInt(ea + eb - least)) + (ic << BigInt(ec - least));
          expect(fusedMultiplyAdd(a, b, addend) + 0).toBe(nearest(sum, least) + 0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("differs from two roundings where the second would undo the first", () => {
    const [a, b] = [Math.fround(1 + 2 ** -12), Math.fround(1 + 2 ** -12)];
    const formula = plus(constant(-(1 + 2 ** -11)), times(constant(a), constant(b)));
    expect(evaluate(formula, "separate")).toBe(0);
    expect(evaluate(formula, "fused")).toBe(2 ** -24);
  });
});

describe("sums", () => {
  it("round after every term, in their order", () => {
    const [big, small] = [constant(2 ** 24), constant(1)];
    expect(evaluate(loop([big, small, small]), "separate")).toBe(2 ** 24);
    expect(evaluate(loop([small, small, big]), "separate")).toBe(2 ** 24 + 2);
    expect(evaluate(plus(loop([big]), loop([small, small])), "separate")).toBe(2 ** 24 + 2);
    expect(evaluate(minus(small, times(small, small)), "fused")).toBe(0);
  });
});

describe("units apart", () => {
  it("count the float32 numbers between two", () => {
    expect(unitsApart(1, 1 + 2 ** -23)).toBe(1);
    expect(unitsApart(-(2 ** -149), 2 ** -149)).toBe(2);
    expect(unitsApart(0, -0)).toBe(0);
    expect(unitsApart(Number.NaN, Number.NaN)).toBe(0);
    expect(unitsApart(Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
