/** @file Values that are not finite, in everything that is fitted on rows: named by row and place. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../engine/device.ts";
import { NearestNeighbors } from "../../kernels/neighbors/index.ts";
import { Pca, zcaMatrix } from "../../kernels/pca/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import { tsne } from "../../kernels/tsne/index.ts";
import { ImageDataGenerator } from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";

const sound: HostRows = {
  values: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i * i)),
  shape: [4, 2, 2, 2],
};
const labels = [0, 1, 0, 1];

const uses: readonly { what: string; use: (engine: Engine, rows: HostRows) => Promise<unknown> }[] = [
  { what: "PCA", use: (engine, rows) => Pca.fit(engine, rows, { components: 1 }) },
  { what: "ZCA", use: (engine, rows) => zcaMatrix(engine, rows) },
  {
    what: "kNN: references",
    use: async (engine, rows) => new NearestNeighbors(engine, rows, labels, { k: 1 }),
  },
  {
    what: "kNN: queries",
    use: async (engine, rows) => {
      using neighbors = new NearestNeighbors(engine, sound, labels, { k: 1 });
      return await neighbors.predict(rows);
    },
  },
  { what: "t-SNE", use: (engine, rows) => tsne(engine, rows, { perplexity: 2, iterations: 1 }) },
  {
    what: "ImageDataGenerator.fit",
    use: async (engine, rows) => {
      using generator = new ImageDataGenerator({ featurewiseCenter: true });
      await generator.fit(engine, rows);
    },
  },
];

describe("rows with values that are not finite", () => {
  const engine = useEngine();

  it.each(uses)("$what names row and place", async ({ what, use }) => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const values = Float32Array.from(sound.values);
      values[21] = value;
      await expect(use(engine(), { ...sound, values })).rejects.toThrow(
        `${what}: row 2 has ${value} at [1,0,1]. rows [4,2,2,2].`,
      );
    }
  });
});
