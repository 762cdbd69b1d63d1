import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import {
  constant,
  fans,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  type InitializerName,
  initializer,
  lecunNormal,
  lecunUniform,
  type NormalRule,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  zeros,
} from "../../models/initializers.ts";
import { properties } from "../support/properties.ts";

const shape = [200, 300]; // 60,000 values
const deviations = (values: Float32Array) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    largest: values.reduce((a, x) => Math.max(a, Math.abs(x)), 0),
  };
};
/** sqrt(n) times the Kolmogorov-Smirnov distance; above 1.95 with probability 0.001 (Kolmogorov's distribution). */
function distance(values: Float32Array, cumulative: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let worst = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cumulative(x);
    worst = Math.max(worst, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  }
  return worst * Math.sqrt(sorted.length);
}
const uniformTo = (limit: number) => (x: number) => (x + limit) / (2 * limit);
/** Standard normal distribution by Simpson's rule. */
function phi(x: number): number {
  const n = 24;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const weight = i === 0 || i === n ? 1 : i % 2 ? 4 : 2;
    sum += weight * Math.exp((-((x * i) / n) * ((x * i) / n)) / 2);
  }
  return 0.5 + (x / n / 3) * (sum / Math.sqrt(2 * Math.PI));
}
const tail = phi(-2);
const truncated = (inner: number) => (x: number) => (phi(x / inner) - tail) / (1 - 2 * tail);

describe("initializers", () => {
  const uniforms: [string, Initializer, number][] = [
    ["glorotUniform", glorotUniform(), Math.sqrt(6 / 500)],
    ["heUniform", heUniform(), Math.sqrt(6 / 200)],
    ["lecunUniform", lecunUniform(), Math.sqrt(3 / 200)],
    ["randomUniform", randomUniform(), 0.05],
  ];
  it.each(uniforms)("%s is uniform up to its limit", (_, make, limit) => {
    const values = make(shape, { seed: 1, stream: 2 });
    expect(deviations(values).largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(distance(values, uniformTo(limit))).toBeLessThan(1.95);
  });

  const normals: [string, (rule?: NormalRule) => Initializer, number][] = [
    ["glorotNormal", glorotNormal, Math.sqrt(2 / 500)],
    ["heNormal", heNormal, Math.sqrt(2 / 200)],
    ["lecunNormal", lecunNormal, Math.sqrt(1 / 200)],
  ];
  it.each(normals)("%s has its deviation by each of Keras's three rules", (_, make, deviation) => {
    const source = { seed: 3, stream: 4 };
    const corrected = make()(shape, source);
    const inner = deviation / 0.87962566103423978; // Keras's constant
    expect(distance(corrected, truncated(inner))).toBeLessThan(1.95);
    expect(deviations(corrected).deviation / deviation).toBeCloseTo(1, 1.5);
    expect(deviations(corrected).largest).toBeLessThanOrEqual(Math.fround(2 * inner));
    expect(make("truncated_normal_corrected")(shape, source)).toEqual(corrected);
    expect(distance(make("truncated_normal_uncorrected")(shape, source), truncated(deviation))).toBeLessThan(
      1.95,
    );
    expect(distance(make("normal")(shape, source), (x) => phi(x / deviation))).toBeLessThan(1.95);
  });

  it("draws normal numbers around their mean, cut or not", () => {
    const source = { seed: 5, stream: 6 };
    expect(distance(randomNormal(3, 2)(shape, source), (x) => phi((x - 3) / 2))).toBeLessThan(1.95);
    expect(distance(truncatedNormal(3, 2)(shape, source), (x) => truncated(2)(x - 3))).toBeLessThan(1.95);
    expect(distance(truncatedNormal(0, 1)(shape, source), phi)).toBeGreaterThan(1.95); // the test can tell
  });

  it("fills with constants", () => {
    const source = { seed: 0, stream: 0 };
    expect(zeros()([2, 2], source)).toEqual(new Float32Array(4));
    expect(ones()([3], source)).toEqual(Float32Array.of(1, 1, 1));
    expect(constant(-0.5)([2], source)).toEqual(Float32Array.of(-0.5, -0.5));
  });

  it("makes orthonormal rows or columns, whichever are fewer", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
    );
    fc.assert(
      fc.property(sizes, fc.nat(1e6), ([kernel, inputs, columns], seed) => {
        const rows = kernel * inputs;
        const values = orthogonal(2)([kernel, inputs, columns], { seed, stream: 0 });
        const [count, at] =
          rows <= columns
            ? [rows, (v: number, i: number) => values[v * columns + i]!]
            : [columns, (v: number, i: number) => values[i * columns + v]!];
        for (let a = 0; a < count; a++) {
          for (let b = 0; b <= a; b++) {
            let product = 0;
            for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
            expect(Math.abs(product - (a === b ? 4 : 0))).toBeLessThan(1e-5); // gain 2, squared
          }
        }
      }),
      properties,
    );
  });

  it("knows Keras's fans", () => {
    expect(fans([784, 100])).toEqual({ fanIn: 784, fanOut: 100 });
    expect(fans([3, 3, 32, 64])).toEqual({ fanIn: 288, fanOut: 576 });
    expect(fans([16])).toEqual({ fanIn: 4, fanOut: 4 });
  });

  it("gives each (seed, stream) its own numbers, the same every time", () => {
    const make = (seed: number, stream: number) => glorotUniform()([8, 8], { seed, stream });
    expect(make(1, 2)).toEqual(make(1, 2));
    expect(make(1, 2)).not.toEqual(make(1, 3));
    expect(make(1, 2)).not.toEqual(make(2, 2));
    const long = randomUniform()([64], { seed: 1, stream: 1 });
    expect(randomUniform()([8], { seed: 1, stream: 1 })).toEqual(long.slice(0, 8));
  });

  it("finds initializers by name and refuses wrong arguments", () => {
    const source = { seed: 1, stream: 1 };
    expect(initializer("heNormal")([4, 4], source)).toEqual(heNormal()([4, 4], source));
    expect(initializer(zeros())([1], source)).toEqual(Float32Array.of(0));
    expect(() => initializer("glorotUnifrom" as InitializerName)).toThrow('Did you mean "glorotUniform"?');
    expect(() => initializer("toString" as InitializerName)).toThrow(ArgumentError);
    expect(() => randomUniform(1, 0)).toThrow("randomUniform: maximum must be above the minimum 1, got 0.");
    expect(() => randomNormal(0, -1)).toThrow("randomNormal: deviation must be 0 or more, got -1.");
    expect(() => truncatedNormal(0, Number.NaN)).toThrow(ArgumentError);
    expect(() => constant(Number.POSITIVE_INFINITY)).toThrow(ArgumentError);
    expect(() => glorotNormal("uniform" as NormalRule)).toThrow(
      "glorotNormal: rule is one of truncated_normal_corrected, truncated_normal_uncorrected, normal",
    );
    expect(() => orthogonal()([5], source)).toThrow(ShapeError);
  });
});
