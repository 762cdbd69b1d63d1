import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernel, run } from "../../engine/kernel.ts";
import { pcg4d } from "../../engine/random.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";
import { randomStream } from "../support/random.ts";
import { shaderText } from "../support/shader-text.ts";

const mask = 2n ** 32n - 1n;

/** pcg4d once more, in integers of any length, straight from the listing in the paper (JCGT 9(3), 2020, p. 30). */
function pcg4dExact(counter: readonly number[]): number[] {
  let [x, y, z, w] = counter.map((n) => (BigInt(n) * 1664525n + 1013904223n) & mask) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const mix = () => {
    x = (x + y * w) & mask;
    y = (y + z * x) & mask;
    z = (z + x * y) & mask;
    w = (w + y * z) & mask;
  };
  mix();
  x ^= x >> 16n;
  y ^= y >> 16n;
  z ^= z >> 16n;
  w ^= w >> 16n;
  mix();
  return [x, y, z, w].map(Number);
}

const u32 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1));

describe("pcg4d", () => {
  it("agrees with exact integer arithmetic", () => {
    fc.assert(
      fc.property(u32, u32, u32, u32, (x, y, z, w) => {
        expect(pcg4d(x, y, z, w)).toEqual(pcg4dExact([x, y, z, w]));
      }),
      { ...properties, numRuns: 2000 },
    );
  });

  it("takes its arguments modulo 2^32", () => {
    expect(pcg4d(-1, 2 ** 32 + 5, 0, 0)).toEqual(pcg4d(2 ** 32 - 1, 5, 0, 0));
  });

  it("spreads consecutive counters evenly over all values, in every lane and in high and low bits", () => {
    const bins = 256;
    const samples = 2 ** 16;
    // chi-square of 255 degrees of freedom: mean 255, deviation sqrt(510) = 22.6; five deviations are allowed
    const allowed = 255 + 5 * Math.sqrt(510);
    for (const shift of [0, 8, 24]) {
      const counts = [0, 1, 2, 3].map(() => new Float64Array(bins));
      for (let i = 0; i < samples; i++) {
        for (const [lane, bits] of pcg4d(i, 3, 1, 42).entries()) counts[lane]![(bits >>> shift) % bins]!++;
      }
      for (const [lane, histogram] of counts.entries()) {
        const expected = samples / bins;
        const chiSquare = histogram.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
        expect(chiSquare, `lane ${lane}, bits from ${shift}`).toBeLessThan(allowed);
        expect(chiSquare, `lane ${lane}: too even to be random`).toBeGreaterThan(255 - 5 * Math.sqrt(510));
      }
    }
  });

  it("changes half of all bits when one of the low 16 bits of any argument changes, a quarter for the top bit", () => {
    const next = randomStream(9);
    const draw = () => Math.floor(next() * 2 ** 32);
    /** share of result bits that flip with bit `bit` of argument `argument` */
    const flipped = (argument: number, bit: number) => {
      let changed = 0;
      for (let i = 0; i < 200; i++) {
        const before = [draw(), draw(), draw(), draw()] as [number, number, number, number];
        const after = [...before] as typeof before;
        after[argument] = (after[argument]! ^ (1 << bit)) >>> 0;
        const [a, b] = [pcg4d(...before), pcg4d(...after)];
        for (let lane = 0; lane < 4; lane++) changed += countBits(a[lane]! ^ b[lane]!);
      }
      return changed / (200 * 128);
    };
    for (const argument of [0, 1, 2, 3]) {
      // 25,600 fair coins have a deviation of 0.003; measured over 500 draws: 0.49 to 0.50, and 0.25 for bit 31
      for (let bit = 0; bit < 16; bit++) {
        expect(Math.abs(flipped(argument, bit) - 0.5), `argument ${argument}, bit ${bit}`).toBeLessThan(0.02);
      }
      expect(flipped(argument, 31), `argument ${argument}, bit 31`).toBeGreaterThan(0.22);
    }
  });
});

describe("pcg4d in WGSL", () => {
  const engine = useEngine();
  const hash = kernel(
    "test/pcg4d",
    { reads: ["counters"], writes: ["bits"] },
    shaderText(import.meta.url, "shaders/pcg4d.wgsl"),
  );

  it("gives the same bits", async () => {
    const next = randomStream(4);
    const edges = [0, 0, 0, 0, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 31, 1];
    const random = Array.from({ length: 400 }, () => Math.floor(next() * 2 ** 32));
    const counters = Uint32Array.from([...edges, ...random]);
    const tensor = engine().tensor(counters, [counters.length], "u32");
    const output = { shape: [counters.length], dtype: "u32" } as const;
    const { bits } = run(hash, { counters: tensor }, { bits: output }, { invocations: counters.length / 4 });
    const expected: number[] = [];
    for (let i = 0; i < counters.length; i += 4) {
      expected.push(...pcg4d(counters[i]!, counters[i + 1]!, counters[i + 2]!, counters[i + 3]!));
    }
    expect(await bits.data()).toEqual(Uint32Array.from(expected));
  });
});

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
