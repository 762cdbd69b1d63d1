import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AdapterClass } from "../../../engine/adapter.ts";
import { chooseConvolution } from "../../../kernels/conv2d/choose.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import type { ConvolutionPass } from "../../../kernels/conv2d/variant.ts";
import type { TuningAdapter } from "../../../kernels/dense/choose.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { properties } from "../../support/properties.ts";
import { adapters, useKernelMode } from "../tuning/adapters.ts";

const gpu: TuningAdapter = { class: "gpu", subgroupSize: 32 };
const passes = ["forward", "input-gradient", "filter-gradient"] as const;
/** A layer of the street-digit network, and its first one with 3 channels. */
const vectors = convolution({ image: [128, 16, 16, 64], window: 3, filters: 64, padding: "same" });
const threeChannels = convolution({ image: [128, 32, 32, 3], window: 5, filters: 32, padding: "same" });

describe("chooseConvolution", () => {
  useKernelMode();

  const names = (problem: typeof vectors, kind: AdapterClass, subgroupSize: number) =>
    passes.map((pass) => chooseConvolution(pass, problem, { class: kind, subgroupSize }).name);

  it("has a default for each class of adapters", () => {
    expect(names(vectors, "gpu", 0)).toEqual(["tiled", "tiled", "tiled"]);
    expect(names(threeChannels, "gpu", 32)).toEqual(["tiled-any", "tiled-any", "tiled-any"]);
    expect(names(vectors, "lavapipe", 8)).toEqual(["subgroup", "subgroup", "subgroup"]);
    expect(names(threeChannels, "lavapipe", 8)).toEqual(["subgroup-any", "subgroup-any", "subgroup-any"]);
    expect(names(vectors, "swiftshader", 4)).toEqual(["subgroup", "subgroup", "registers"]);
    expect(names(threeChannels, "swiftshader", 4)).toEqual(["subgroup-any", "subgroup-any", "registers"]);
  });

  it("does without subgroups where there are none", () => {
    expect(names(vectors, "lavapipe", 0)).toEqual(["direct", "direct", "direct"]);
    expect(names(vectors, "swiftshader", 0)).toEqual(["direct", "direct", "registers"]);
  });

  it("takes the naive kernels everywhere with WGRAD_KERNELS=naive", () => {
    process.env.WGRAD_KERNELS = "naive";
    for (const { class: kind, subgroupSize } of adapters) {
      expect(names(vectors, kind, subgroupSize)).toEqual(["naive", "naive", "naive"]);
    }
  });

  it("has kernels of their own for groups, and for one channel a group", () => {
    const layer = { image: [128, 16, 16, 64], window: 3, padding: "same" } as const;
    const grouped = convolution({ ...layer, filters: 64, groups: 4 });
    const depthwise = convolution({ ...layer, filters: 128, groups: 64 });
    for (const adapter of adapters) {
      expect(names(grouped, adapter.class, adapter.subgroupSize)).toEqual(["direct", "direct", "direct"]);
      const every = names(depthwise, adapter.class, adapter.subgroupSize);
      expect(every).toEqual(["depthwise", "depthwise", "depthwise"]);
      for (const groups of [8, 16]) {
        const few = convolution({ ...layer, image: [128, 16, 16, 16], filters: 16, groups });
        expect(chooseConvolution("filter-gradient", few, adapter).split).toBeGreaterThan(1);
      }
    }
  });

  it("cuts the filter gradient's long sum when there are few tiles, and on software adapters no other pass", () => {
    for (const adapter of adapters.filter((adapter) => adapter.class !== "gpu")) {
      const splits = passes.map((pass) => chooseConvolution(pass, threeChannels, adapter).split);
      expect(splits.slice(0, 2)).toEqual([1, 1]);
      const name = chooseConvolution("filter-gradient", threeChannels, adapter).name;
      expect(splits[2]! > 1, `${name} in ${splits[2]} slices`).toBe(name !== "direct");
    }
  });

  it("cuts the sums of every pass on a GPU that would stand idle, and of none that fills it", () => {
    const split = (problem: Convolution) => passes.map((pass) => chooseConvolution(pass, problem, gpu).split);
    const deep = convolution({ image: [32, 4, 4, 512], window: 3, filters: 1024 });
    for (const slices of split(deep).slice(0, 2)) expect(slices).toBeGreaterThan(1);
    const wide = convolution({ image: [320, 32, 32, 64], window: 3, filters: 64, padding: "same" });
    expect(split(wide).slice(0, 2)).toEqual([1, 1]);
  });

  it("has tiles for few columns on a GPU", () => {
    const columns = (pass: ConvolutionPass, problem: Convolution) => {
      const { LANE_COLUMNS, COLUMN_VECTORS } = chooseConvolution(pass, problem, gpu).constants;
      return 4 * Number(LANE_COLUMNS) * Number(COLUMN_VECTORS);
    };
    const layer = convolution({ image: [32, 16, 16, 16], window: 7, filters: 512, padding: "same" });
    expect(passes.map((pass) => columns(pass, layer))).toEqual([64, 16, 64]);
    const middle = convolution({ image: [512, 16, 16, 32], window: 3, filters: 32, padding: "same" });
    expect(passes.map((pass) => columns(pass, middle))).toEqual([32, 32, 32]);
  });

  it("takes matrix units where the adapter has them, for operands of f16 that fill a matrix, and changes nothing else", () => {
    const matrices: TuningAdapter = { ...gpu, subgroupMatrix: { m: 16, n: 16, k: 16 } };
    const all = (problem: Convolution, adapter: TuningAdapter) =>
      passes.map((pass) => chooseConvolution(pass, problem, adapter).name);
    const half = { ...vectors, half: true };
    expect(all(half, matrices)).toEqual(["subgroup-matrix", "subgroup-matrix", "subgroup-matrix"]);
    // three channels are too few columns for the gradient of the image
    const fewChannels = { ...threeChannels, half: true };
    expect(all(fewChannels, matrices)).toEqual(["subgroup-matrix", "tiled-any", "subgroup-matrix"]);
    const fewFilters = convolution({ image: [128, 16, 16, 64], window: 3, filters: 10 });
    expect(all({ ...fewFilters, half: true }, matrices)).toEqual([
      "tiled-any",
      "subgroup-matrix",
      "tiled-any",
    ]);
    const tiled = ["tiled", "tiled", "tiled"];
    expect(all(vectors, matrices)).toEqual(tiled);
    expect(all({ ...vectors, half: false }, matrices)).toEqual(tiled);
    expect(all(half, gpu)).toEqual(tiled);
    expect(all(half, { ...matrices, subgroupSize: 8 })).toEqual(tiled);
    const grouped = convolution({ image: [128, 16, 16, 64], window: 3, filters: 64, groups: 4 });
    expect(all({ ...grouped, half: true }, matrices)).toEqual(["direct", "direct", "direct"]);
    process.env.WGRAD_KERNELS = "naive";
    expect(all(half, matrices)).toEqual(["naive", "naive", "naive"]);
  });

  it("gives matrix units the sizes that the adapter names", () => {
    const adapter: TuningAdapter = { ...gpu, subgroupMatrix: { m: 16, n: 8, k: 32 } };
    for (const pass of passes) {
      const { constants, workgroups, split } = chooseConvolution(pass, { ...vectors, half: true }, adapter);
      expect(constants).toEqual({ SUBGROUP_SIZE: 32, MATRIX_M: 16, MATRIX_N: 8, MATRIX_K: 32 });
      expect(Number.isInteger(workgroups / split)).toBe(true);
      expect(split > 1).toBe(pass === "filter-gradient");
    }
  });

  const upTo = (max: number) => fc.integer({ min: 1, max });
  const cases = fc.record({
    image: fc.tuple(upTo(4096), upTo(512), upTo(512), upTo(2048)),
    window: fc.tuple(upTo(11), upTo(11)),
    filters: upTo(4096),
    groups: upTo(3),
    strides: upTo(4),
    padding: fc.constant("same" as const),
    half: fc.boolean(),
    naive: fc.boolean(),
  });
  // no GPU and no pipeline: a run costs nothing
  const runs = { ...properties, numRuns: 10 * properties.numRuns };

  it("is pure, and launches as many workgroups for each slice", () => {
    fc.assert(
      fc.property(cases, ({ naive, half, image: [batch, height, width, channels], ...sizes }) => {
        if (naive) process.env.WGRAD_KERNELS = "naive";
        else delete process.env.WGRAD_KERNELS;
        const { groups, filters } = sizes;
        const image = [batch, height, width, channels * groups];
        const window = convolution({ ...sizes, image, filters: filters * groups });
        const problem = Object.freeze({ ...window, half });
        for (const pass of passes) {
          for (const adapter of adapters) {
            const variant = chooseConvolution(pass, problem, Object.freeze({ ...adapter }));
            const { workgroups, split, name } = variant;
            const each = workgroups / split;
            expect(Number.isInteger(each) && each >= 1, `${pass} ${name}: ${workgroups}`).toBe(true);
            expect(Number.isInteger(split) && split >= 1).toBe(true);
            if (pass !== "filter-gradient" && !name.startsWith("tiled")) expect(split).toBe(1);
            expect(chooseConvolution(pass, problem, adapter)).toEqual(variant);
          }
        }
      }),
      runs,
    );
  });
});
