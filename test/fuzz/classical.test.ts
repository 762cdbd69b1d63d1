/** @file Fuzzes what is fitted on rows in main memory: principal components, whitening, neighbours, t-SNE, standardization. */
import { describe, it } from "vitest";
import type { Engine } from "../../engine/device.ts";
import { NearestNeighbors, type NeighborsOptions } from "../../kernels/neighbors/index.ts";
import { Pca, type ZcaOptions, zcaMatrix } from "../../kernels/pca/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import { type TsneOptions, tsne } from "../../kernels/tsne/index.ts";
import { ImageDataGenerator } from "../../models/index.ts";
import { attack, type Target } from "./attack.ts";
import type { Surroundings } from "./junk.ts";
import { useSurroundings } from "./surroundings.ts";

const values = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i));
const rows = (): HostRows => ({ values, shape: [6, 4], scale: 1 });
const images = (): HostRows => ({ values, shape: [6, 2, 1, 2], scale: 1 });

/** Called with the engine that the test has: it is no argument that anybody spoils. */
function targets(engine: () => Engine): readonly Target[] {
  return [
    {
      name: "PCA",
      sound: () => [rows(), { components: 2 }],
      call: async (given: HostRows, options: { components: number }) => {
        using pca = await Pca.fit(engine(), given, options);
        return [await pca.project(given), await pca.reconstructionError(given)];
      },
    },
    {
      name: "ZCA",
      sound: () => [rows(), { epsilon: 0.1, shift: [0.5], divisor: [2] }],
      call: (given: HostRows, options: ZcaOptions) => zcaMatrix(engine(), given, options),
    },
    {
      name: "kNN",
      sound: () => [rows(), [0, 1, 2, 0, 1, 2], { k: 2, blockRows: 4, blockQueries: 4 }, rows()],
      call: async (given: HostRows, labels: number[], options: NeighborsOptions, queries: HostRows) => {
        using neighbors = new NearestNeighbors(engine(), given, labels, options);
        return await neighbors.predict(queries);
      },
    },
    {
      name: "t-SNE",
      says: /t-SNE|PCA/,
      keeps: ["1.iterations"],
      sound: () => [
        rows(),
        { perplexity: 2, earlyExaggeration: 4, learningRate: 10, iterations: 2, init: "random", seed: 1 },
      ],
      call: (given: HostRows, options: TsneOptions) => tsne(engine(), given, options),
    },
    {
      name: "ImageDataGenerator",
      says: /ImageDataGenerator|augment/,
      sound: () => [
        { featurewiseStdNormalization: true, rotationRange: 5, zoomRange: [0.5, 1], fillMode: "wrap" },
        images(),
        { zcaImages: 4 },
      ],
      call: async (options: object, given: HostRows, fit: object) => {
        using generator = new ImageDataGenerator(options);
        await generator.fit(engine(), given, fit);
      },
    },
  ];
}

describe("what is fitted on rows", () => {
  const surroundings = useSurroundings();
  const engine = (): Engine => (surroundings() satisfies Surroundings).engine;

  it.each(targets(engine))("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
