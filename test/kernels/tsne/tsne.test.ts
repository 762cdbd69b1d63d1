import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../engine/device.ts";
import { ArgumentError, MemoryError, NumericError, ShapeError } from "../../../engine/errors.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { affinities } from "../../../kernels/tsne/affinities.ts";
import { divergence, divergenceGradient } from "../../../kernels/tsne/descent.ts";
import { Embedding } from "../../../kernels/tsne/embedding.ts";
import { type TsneProgress, tsne } from "../../../kernels/tsne/index.ts";
import {
  affinitiesReference,
  divergenceGradientReference,
  divergenceReference,
} from "../../../kernels/tsne/tsne.reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const rowsOf = ({ shape, data }: Array64) => ({ values: Float32Array.from(data), shape });

/** Two well separated groups: even rows around 0, odd rows around 5. */
function twoGroups(count: number): Array64 {
  const x = randomArray([count, 4], 12);
  return array64(
    x.shape,
    x.data.map((value, at) => value + 5 * (Math.floor(at / 4) % 2)),
  );
}

async function expectDescent(engine: Engine, count: number, width: number, perplexity: number, seed: number) {
  const x = randomArray([count, width], seed);
  const y = randomArray([count, 2], seed + 1, -2, 2);
  const found = affinities(engine, rowsOf(x), perplexity);
  const points = found.p.shape[0]!;
  const padded = await found.p.data();
  const p = padded.filter((_, at) => at % points < count && at < count * points);
  const expected = affinitiesReference(x, perplexity);
  // the entropy is searched to 1e-5, and exp amplifies the rounding of its argument, at most about 20
  expectClose(p, expected.data, { ulps: 512 });
  using embedding = new Embedding(engine, y.data);
  const { gradient, mass } = divergenceGradient(found, embedding.y, 1);
  const slope = (await gradient.data()) as Float32Array;
  const planar = divergenceGradientReference(expected, y).data;
  const reference = slope.map((_, at) =>
    at % points < count ? planar[2 * (at % points) + Math.floor(at / points)]! : 0,
  );
  expectClose(slope, reference, { scale: 4 / count, ulps: 512 });
  const [kl] = await divergence(found, embedding.y, mass, 1).data();
  expectClose([kl!], [divergenceReference(expected, y)], { scale: 1, ulps: 512 });
}

describe("t-SNE", () => {
  const engine = useEngine();

  it("computes affinities, divergence and gradient as the reference does", async () => {
    const cases = fc.record({
      count: fc.constantFrom(5, 18, 39), // each compiles its own pipelines
      width: fc.constantFrom(1, 3, 9),
      share: fc.constantFrom(0.1, 0.3, 0.9),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, ({ count, width, share, seed }) =>
        expectDescent(engine(), count, width, Math.max(1.5, share * (count - 1)), seed),
      ),
      properties,
    );
  });

  it("computes the same in slices, as on a GPU", async () => {
    await asGpu(engine(), () => expectDescent(engine(), 203, 5, 20, 1));
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const p = affinitiesReference(randomArray([9, 3], 2), 3);
    checkReferenceGradient(
      (y) => array64([1], [divergenceReference(p, y)]),
      (dy, y) => {
        const gradient = divergenceGradientReference(p, y);
        return [
          array64(
            y.shape,
            gradient.data.map((value) => value * dy.data[0]!),
          ),
        ];
      },
      [randomArray([9, 2], 3)],
    );
  });

  it("keeps groups apart, reports progress, and gives the same bits again", async () => {
    const seen: TsneProgress[] = [];
    const rows = rowsOf(twoGroups(41));
    const options = { perplexity: 10, iterations: 320 }; // with 5, rounding decides whether one point strays
    const { embedding, iterations } = await tsne(engine(), rows, {
      ...options,
      onProgress: (progress) => seen.push(progress),
    });
    expect(iterations).toBe(320);
    expect(seen.map(({ iteration }) => iteration)).toEqual([50, 100, 150, 200, 250, 300, 320]);
    expect(seen.at(-1)!.divergence).toBeLessThan(1);
    expect(seen.at(-1)!.iterations).toBe(320);
    const nearest = Array.from({ length: 41 }, (_, i) => nearestTo(embedding, i));
    expect(nearest.filter((j, i) => j % 2 !== i % 2)).toEqual([]);
    const again = await tsne(engine(), rows, options);
    expect([...again.embedding]).toEqual([...embedding]);
  });

  it("starts from random numbers of a seed, or from given points", async () => {
    const rows = rowsOf(twoGroups(10));
    const start = (init: "random" | Float32Array, seed = 0) =>
      tsne(engine(), rows, { perplexity: 3, iterations: 1, init, seed });
    const [a, b, c] = [await start("random", 1), await start("random", 1), await start("random", 2)];
    expect([...b.embedding]).toEqual([...a.embedding]);
    expect([...c.embedding]).not.toEqual([...a.embedding]);
    const given = randomArray([10, 2], 1);
    // the first step moves a point by the learning rate, 50, times the gradient, exaggerated 12 times
    const p = affinitiesReference(twoGroups(10), 3);
    const pulled = array64(
      p.shape,
      p.data.map((value) => 12 * value),
    );
    const gradient = divergenceGradientReference(pulled, given).data;
    const gain = 0.8; // gradient and velocity 0 do not disagree
    const moved = given.data.map((y, i) => y - 50 * gain * gradient[i]!);
    const { embedding } = await start(Float32Array.from(given.data));
    expectClose(embedding, moved, { ulps: 512 });
  });

  it("explains what does not fit", async () => {
    const rows = rowsOf(twoGroups(10));
    await expect(tsne(engine(), rows)).rejects.toThrow(
      "t-SNE: perplexity must be at least 1 and below the number of points, 10; got 30.",
    );
    const run = (options: object) => tsne(engine(), rows, { perplexity: 3, ...options });
    await expect(run({ iterations: 0 })).rejects.toThrow(ArgumentError);
    await expect(run({ learningRate: -1 })).rejects.toThrow("t-SNE: learningRate must be above 0, got -1.");
    await expect(run({ init: [1, 2, 3] })).rejects.toThrow(ShapeError);
    await expect(run({ init: new Float32Array(20).fill(Number.NaN) })).rejects.toThrow(NumericError);
    const many = { values: new Float32Array(60_000), shape: [60_000, 1] };
    await expect(tsne(engine(), many)).rejects.toThrow(MemoryError);
  });
});

function nearestTo(embedding: Float32Array, i: number): number {
  const distance = (j: number) =>
    Math.hypot(embedding[2 * i]! - embedding[2 * j]!, embedding[2 * i + 1]! - embedding[2 * j + 1]!);
  const others = Array.from({ length: embedding.length / 2 }, (_, j) => j).filter((j) => j !== i);
  return others.reduce((best, j) => (distance(j) < distance(best) ? j : best));
}
