import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NumericError, ShapeError } from "../../../engine/errors.ts";
import { NearestNeighbors } from "../../../kernels/neighbors/index.ts";
import { nearestReference, voteReference } from "../../../kernels/neighbors/neighbors.reference.ts";
import { majority } from "../../../kernels/neighbors/vote.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, randomStream } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const rowsOf = ({ shape, data }: Array64) => ({ values: Float32Array.from(data), shape });

const cases = fc.record({
  count: fc.integer({ min: 1, max: 90 }),
  queries: fc.integer({ min: 1, max: 11 }),
  width: fc.constantFrom(1, 2, 5, 8, 33),
  k: fc.integer({ min: 1, max: 20 }),
  blockRows: fc.constantFrom(8, 32, 100),
  blockQueries: fc.constantFrom(4, 16),
  offset: fc.constantFrom(0, 1000), // far from the origin the product cancels: candidates cannot be trusted
  seed: fc.nat(1e6),
});

describe("NearestNeighbors", () => {
  const engine = useEngine();

  it("finds the neighbours that the reference finds, in blocks of any size", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, queries, width, offset, seed, ...options }) => {
        const k = Math.min(options.k, count);
        const references = randomArray([count, width], seed, offset - 1, offset + 1);
        const asked = randomArray([queries, width], seed + 1, offset - 1, offset + 1);
        const labels = Array.from({ length: count }, (_, i) => i % 4);
        using neighbors = new NearestNeighbors(engine(), rowsOf(references), labels, { ...options, k });
        const expected = nearestReference(references, asked, k);
        const found = await neighbors.predict(rowsOf(asked));
        expectClose(found.distances, expected.distances.flat(), { terms: width });
        expect([...found.indices]).toEqual(expected.indices.flat());
        const votes = expected.indices.map((row) => voteReference(row.map((index) => labels[index]!)));
        expect([...found.labels]).toEqual(votes);
        expect(found.secondsPerQuery).toBeGreaterThan(0);
      }),
      properties,
    );
  });

  it("finds the same with the lists of a GPU, which are cut into slices", async () => {
    const references = randomArray([1600, 12], 3);
    const asked = randomArray([21, 12], 4);
    const labels = new Uint32Array(1600);
    await asGpu(engine(), async () => {
      using neighbors = new NearestNeighbors(engine(), rowsOf(references), labels, { k: 9 });
      const { indices } = await neighbors.neighbors(rowsOf(asked));
      expect([...indices]).toEqual(nearestReference(references, asked, 9).indices.flat());
      expect(neighbors.undecided).toBe(0);
    });
  });

  it("compares with all references where rounding leaves a query undecided", async () => {
    const references = randomArray([200, 3], 5, 9999, 10001);
    const asked = randomArray([6, 3], 6, 9999, 10001);
    using neighbors = new NearestNeighbors(engine(), rowsOf(references), new Uint32Array(200), { k: 5 });
    const { indices } = await neighbors.neighbors(rowsOf(asked));
    expect(neighbors.undecided).toBe(6); // squared lengths of 3e8 are rounded to 32, more than any distance
    expect([...indices]).toEqual(nearestReference(references, asked, 5).indices.flat());
  });

  it("prefers the smaller index at equal distances, more of them than there are candidates", async () => {
    const values = new Float32Array(300).map((_, i) => i % 3);
    const rows = { values, shape: [300, 1] };
    using neighbors = new NearestNeighbors(engine(), rows, new Uint32Array(300), { k: 4, blockRows: 100 });
    const { indices, distances } = await neighbors.neighbors({
      values: Float32Array.of(2, 0),
      shape: [2, 1],
    });
    expect([...indices]).toEqual([2, 5, 8, 11, 0, 3, 6, 9]);
    expect([...distances]).toEqual(new Array(8).fill(0));
  });

  it("takes bytes of images by their scale", async () => {
    const next = randomStream(8);
    const bytes = Uint8Array.from({ length: 40 * 6 }, () => Math.floor(256 * next()));
    const scale = 1 / 255;
    const references = { values: bytes, shape: [40, 2, 3], scale };
    using neighbors = new NearestNeighbors(engine(), references, new Uint32Array(40), { k: 3 });
    const { indices, distances } = await neighbors.neighbors({
      values: bytes.slice(0, 12),
      shape: [2, 2, 3],
      scale,
    });
    const scaled = array64(
      [40, 6],
      Float64Array.from(bytes, (byte) => Math.fround(byte / 255)),
    );
    const expected = nearestReference(scaled, array64([2, 6], scaled.data.slice(0, 12)), 3);
    expect([...indices]).toEqual(expected.indices.flat());
    expectClose(distances, expected.distances.flat());
  });

  it("explains what does not fit", async () => {
    const rows = rowsOf(randomArray([5, 3], 1));
    const make = (k: number, labels: readonly number[] = [0, 0, 1, 1, 2]) =>
      new NearestNeighbors(engine(), rows, labels, { k });
    expect(() => make(6)).toThrow("kNN: k is 6, but there are only 5 references.");
    expect(() => make(0)).toThrow(ArgumentError);
    expect(() => make(1.5)).toThrow("kNN: k must be a whole number from 1 to 128, got 1.5.");
    expect(() => make(1, [0, 1])).toThrow(ShapeError);
    expect(() => make(1, [0, 1, 2, -1, 0])).toThrow("kNN: label 3 is -1, expected a whole number from 0 on.");
    using neighbors = make(2);
    await expect(neighbors.predict(rowsOf(randomArray([2, 4], 1)))).rejects.toThrow(
      "kNN: the references have 3 features, the queries 4. queries [2,4], references [5,3].",
    );
    const missing = { values: Float32Array.of(0, Number.NaN, 0), shape: [1, 3] };
    await expect(neighbors.predict(missing)).rejects.toThrow(NumericError);
  });
});

describe("majority", () => {
  it("takes the most frequent label, of equally frequent ones the smallest", () => {
    expect([...majority(Uint32Array.of(3, 1, 3, 1, 9, 9, 9, 0), 4)]).toEqual([1, 9]);
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }), (labels) => {
        expect(majority(Uint32Array.from(labels), labels.length)[0]).toBe(voteReference(labels));
      }),
    );
  });
});
