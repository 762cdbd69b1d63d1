import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, WgradError } from "../../../engine/errors.ts";
import { Pca } from "../../../kernels/pca/index.ts";
import { eigenReference, meanReference, momentsReference } from "../../../kernels/pca/pca.reference.ts";
import { scatterMatrix } from "../../../kernels/pca/scatter.ts";
import { symmetricEigen } from "../../../kernels/pca/symmetric-eigen.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const rowsOf = ({ shape, data }: Array64) => ({ values: Float32Array.from(data), shape });

/** Rows whose feature j has about deviation 1/(1 + j), around an offset: well separated components. */
function spreadRows(count: number, width: number, seed: number, offset = 0): Array64 {
  const x = randomArray([count, width], seed);
  const data = x.data.map((value, i) => Math.fround(offset + value / (1 + (i % width))));
  return array64(x.shape, data);
}

describe("symmetricEigen", () => {
  it("decomposes as Jacobi's method does: the matrix, the order, the unit vectors", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(1e6), (size, seed) => {
        const half = randomArray([size, size], seed).data;
        const matrix = half.map((value, at) => value + half[(at % size) * size + Math.floor(at / size)]!);
        const { values, vectors } = symmetricEigen(matrix, size);
        const reference = eigenReference(array64([size, size], matrix));
        for (const [i, value] of values.entries()) expect(value).toBeCloseTo(reference.values[i]!, 10);
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const product = values.reduce(
              (sum, value, k) => sum + value * vectors[k * size + i]! * vectors[k * size + j]!,
              0,
            );
            expect(product).toBeCloseTo(matrix[i * size + j]!, 10);
          }
        }
      }),
      properties,
    );
  });
});

/** Rows [count, width] whose k-th singular value is about `ratio`^k: few of them are far above float32's rounding. */
function fadingRows(count: number, width: number, ratio: number, seed: number): Array64 {
  const [codes, directions] = [randomArray([count, width], seed).data, randomArray([width, width], seed + 1)];
  const data = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < width; k++) {
      const length = codes[i * width + k]! * ratio ** k;
      for (let j = 0; j < width; j++) data[i * width + j]! += length * directions.data[k * width + j]!;
    }
  }
  return array64([count, width], data.map(Math.fround));
}

function randomBytes(count: number, width: number, seed: number): Uint8Array {
  return Uint8Array.from(randomArray([count, width], seed).data, (value, i) => 254 + value + (i % 2)); // far from 0
}

describe("scatterMatrix", () => {
  const engine = useEngine();

  it("is exact: of bytes over several blocks on the GPU, of floats far from the origin", async () => {
    const bytes = { values: randomBytes(700, 9, 3), shape: [700, 9] };
    const floats = rowsOf(spreadRows(150, 9, 4, 1e6));
    for (const [rows, scale] of [
      [bytes, 1 / 255],
      [floats, 1],
    ] as const) {
      const reference = array64(
        rows.shape,
        Float64Array.from(rows.values, (value) => scale * value),
      );
      const mean = meanReference(reference);
      const found = await scatterMatrix(engine(), { ...rows, scale }, mean);
      for (const [i, value] of momentsReference(reference, mean, 1).data.entries())
        expect(Math.abs(found[i]! - value)).toBeLessThan(1e-9);
    }
  });
});

describe("Pca", () => {
  const engine = useEngine();

  it("finds components whose variance is 1e-10 of the largest, to 1e-5", async () => {
    const [count, width, components] = [100, 40, 32];
    for (const seed of [1, 2, 3]) {
      const rows = fadingRows(count, width, 0.7, 10 * seed);
      using pca = await Pca.fit(engine(), rowsOf(rows), { components });
      const { values, vectors } = eigenReference(momentsReference(rows, meanReference(rows), count - 1));
      for (let k = 0; k < components; k++) {
        const own = pca.spectrum.components.slice(k * width, (k + 1) * width);
        const sign = Math.sign(own.reduce((sum, value, j) => sum + value * vectors[k]![j]!, 0));
        for (const [j, value] of own.entries())
          expect(Math.abs(sign * value - vectors[k]![j]!)).toBeLessThan(1e-5);
      }
      const missed = (values.slice(components).reduce((a, b) => a + b) * (count - 1)) / count / width;
      expect((await pca.reconstructionError(rowsOf(rows))) / missed).toBeCloseTo(1, 5);
    }
  });

  it("projects rows far from the origin: float32's mean is further off than the components are long", async () => {
    const rows = spreadRows(60, 8, 7, 1e5);
    using pca = await Pca.fit(engine(), rowsOf(rows), { components: 8 });
    const { mean, components } = pca.spectrum;
    const expected = Array.from({ length: 480 }, (_, at) => {
      const [i, k] = [Math.floor(at / 8), at % 8];
      return mean.reduce((sum, m, j) => sum + (rows.data[i * 8 + j]! - m) * components[k * 8 + j]!, 0);
    });
    expectClose(await pca.project(rowsOf(rows)), expected, { terms: 8 });
    const x = engine().tensor(rowsOf(rows).values, [60, 8]);
    expectClose((await pca.transform(x).data()) as Float32Array, expected, { terms: 8 });
    expectClose([await pca.reconstructionError(rowsOf(rows))], [0], { scale: 1e-12 });
  });

  it("names values that are not finite, and what are no rows", async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i ** 2);
    values[17] = Number.NaN;
    const images = { values, shape: [4, 2, 3] };
    await expect(Pca.fit(engine(), images, { components: 1 })).rejects.toThrow(
      "PCA: row 2 has NaN at [1,2]. rows [4,2,3].",
    );
    using pca = await Pca.fit(engine(), rowsOf(spreadRows(8, 6, 8)), { components: 2 });
    values[0] = Number.POSITIVE_INFINITY;
    await expect(pca.project(images)).rejects.toThrow("PCA: row 0 has Infinity at [0,0].");
    await expect(pca.reconstructionError(rowsOf(spreadRows(8, 5, 8)))).rejects.toThrow(
      "PCA: fitted on 6 features, rows have 5. rows [8,5].",
    );
    const junk = [undefined, 3, [1, 2], { values: [1, 2], shape: [1, 2] }, { values, shape: 24 }];
    for (const rows of junk)
      await expect(Pca.fit(engine(), rows as never, { components: 1 })).rejects.toThrow(WgradError);
    await expect(Pca.fit(engine(), images, undefined as never)).rejects.toThrow(ArgumentError);
  });

  it("finds mean, variances and the space of the components, also far from the origin and over several blocks", async () => {
    const cases = fc.record({
      count: fc.constantFrom(9, 50, 700), // products are made of 512 rows at a time
      width: fc.integer({ min: 2, max: 8 }),
      offset: fc.constantFrom(0, 100),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, width, offset, seed }) => {
        const rows = spreadRows(count, width, seed, offset);
        const components = Math.ceil(width / 2);
        using pca = await Pca.fit(engine(), rowsOf(rows), { components });
        const mean = meanReference(rows);
        const { values, vectors } = eigenReference(momentsReference(rows, mean, count - 1));
        expectClose(pca.spectrum.mean, mean);
        expectClose(pca.spectrum.explainedVariance, values.slice(0, components), { ulps: 64 });
        const total = values.reduce((a, b) => a + b);
        expectClose(
          pca.spectrum.explainedVarianceRatio,
          values.slice(0, components).map((value) => value / total),
          { ulps: 64 },
        );
        const left = values.slice(components).reduce((a, b) => a + b, 0);
        const open = width - components;
        expectClose([pca.spectrum.noiseVariance], [open ? left / open : 0], { scale: values[0]!, ulps: 64 });
        // a vector is as exact as its eigenvalue is apart from the others
        const gap = Math.min(...values.slice(0, components).map((value, i) => value - (values[i + 1] ?? 0)));
        for (let k = 0; k < components; k++) {
          const own = pca.spectrum.components.slice(k * width, (k + 1) * width);
          const dot = own.reduce((sum, value, j) => sum + value * vectors[k]![j]!, 0);
          expectClose([Math.abs(dot)], [1], { scale: values[0]! / gap, ulps: 64 });
          expect(Math.max(...own)).toBe(Math.max(...own.map(Math.abs))); // the largest entry is positive
        }
      }),
      properties,
    );
  });

  it("projects on the components and back, on the GPU and block by block", async () => {
    const rows = spreadRows(1100, 6, 4, 3);
    using pca = await Pca.fit(engine(), rowsOf(rows), { components: 2 });
    const { mean, components, explainedVariance, noiseVariance } = pca.spectrum;
    const project = (i: number, k: number) =>
      mean.reduce((sum, m, j) => sum + (rows.data[i * 6 + j]! - m) * components[k * 6 + j]!, 0);
    const projected = Array.from({ length: 2200 }, (_, at) => project(Math.floor(at / 2), at % 2));
    expectClose(await pca.project(rowsOf(rows)), projected, { terms: 6, scale: 4 });
    const restored = rows.data.map((_, at) => {
      const [i, j] = [Math.floor(at / 6), at % 6];
      return mean[j]! + projected[2 * i]! * components[j]! + projected[2 * i + 1]! * components[6 + j]!;
    });
    expectClose(await pca.reconstruct(rowsOf(rows)), restored, { terms: 6, scale: 4 });
    // what the components miss is the variance that they leave out: (n - 1) / n * sum of the others / width
    const missed = ((1099 / 1100) * noiseVariance * 4) / 6;
    expectClose([await pca.reconstructionError(rowsOf(rows))], [missed], { terms: 6, ulps: 256 });
    expect(explainedVariance[0]!).toBeGreaterThan(explainedVariance[1]!);
  });

  it("hands out its first components as a Pca of their own", async () => {
    const rows = rowsOf(spreadRows(40, 5, 5));
    using four = await Pca.fit(engine(), rows, { components: 4 });
    using two = four.first(2);
    using direct = await Pca.fit(engine(), rows, { components: 2 });
    expect([...(await two.project(rows))]).toEqual([...(await direct.project(rows))]);
    expectClose([two.spectrum.noiseVariance], [direct.spectrum.noiseVariance]);
    expect(() => two.first(3)).toThrow(
      "PCA: 3 components asked for, but 2 components were fitted: 1 to 2 are possible.",
    );
  });

  it("explains what does not fit", async () => {
    const rows = rowsOf(spreadRows(4, 6, 6));
    await expect(Pca.fit(engine(), rows, { components: 5 })).rejects.toThrow(
      "PCA: 5 components asked for, but the data are [4,6]: 1 to 4 are possible.",
    );
    const line = { values: Float32Array.of(1, 2, 2, 4, 3, 6, 5, 10), shape: [4, 2] };
    await expect(Pca.fit(engine(), line, { components: 2 })).rejects.toThrow(
      "PCA: 2 components asked for, but the data have rank 1: 1 to 1 are possible.",
    );
    await expect(Pca.fit(engine(), rows, { components: 0 })).rejects.toThrow(ArgumentError);
    const wrong = { values: new Float32Array(5), shape: [2, 3] };
    await expect(Pca.fit(engine(), wrong, { components: 1 })).rejects.toThrow(ShapeError);
    using pca = await Pca.fit(engine(), rows, { components: 1 });
    expect(() => pca.transform(engine().zeros([2, 5]))).toThrow("PCA: transform expects [n,6], got [2,5].");
  });
});
