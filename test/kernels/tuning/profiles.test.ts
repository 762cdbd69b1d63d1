/** @file Profiles name recipes that exist, for classes that exist; recipes that cannot run a problem give way to the default. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chooseConvolution,
  convolutionClass,
  convolutionRecipes,
  defaultConvolution,
} from "../../../kernels/conv2d/choose.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import {
  chooseMatmul,
  defaultMatmul,
  matmulClass,
  matmulRecipes,
  type TuningAdapter,
} from "../../../kernels/dense/choose.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { profileOf, sizeBucket, type TuningProfile } from "../../../kernels/tuning/profile.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { properties } from "../../support/properties.ts";
import { adapters, useKernelMode } from "./adapters.ts";

const folder = new URL("../../../kernels/tuning/profiles/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as TuningProfile;

function problem(m: number, n: number, k: number, sides: string): MatmulProblem {
  const [transposeA, transposeB] = [sides[0] === "t", sides[1] === "t"];
  return { m, n, k, transposeA, transposeB, batch: 1, batchStrideA: 0, batchStrideB: 0 };
}

describe("tuning profiles", () => {
  useKernelMode();

  it.each(files)("%s is that of its adapter, is used, and names only recipes that exist", (file) => {
    const profile = read(file);
    expect(`${profile.adapter}.json`).toBe(file);
    expect(profileOf(profile.adapter)).toEqual(profile);
    for (const [name, recipe] of Object.entries(profile.products)) {
      expect(name).toMatch(/^[nt][nt] \d+x\d+x\d+$/);
      expect(Object.keys(matmulRecipes)).toContain(recipe);
    }
    for (const [name, recipe] of Object.entries(profile.convolutions)) {
      expect(name).toMatch(/^(forward|input-gradient|filter-gradient) \d+x\d+ \d+>\d+ \d+$/);
      expect(Object.keys(convolutionRecipes)).toContain(recipe);
    }
  });

  it("decide on their own adapter, and on no other", () => {
    const adapter: TuningAdapter = { class: "lavapipe", subgroupSize: 8, key: "mesa-software" };
    const { products } = read("mesa-software.json");
    const [name, recipe] = Object.entries(products)[0]!;
    const [sides, sizes] = name.split(" ");
    const [m, n, k] = sizes!.split("x").map(Number);
    const tuned = problem(m!, n!, k!, sides!);
    expect(matmulClass(tuned)).toBe(name);
    expect(chooseMatmul(tuned, adapter)).toEqual(
      matmulRecipes[recipe]!(tuned, adapter) ?? defaultMatmul(tuned, adapter),
    );
    const { key: _, ...unknown } = adapter;
    expect(chooseMatmul(tuned, unknown)).toEqual(defaultMatmul(tuned, unknown));
    expect(profileOf("nobody-knows")).toBeUndefined();
    expect(profileOf("toString")).toBeUndefined();
  });

  it("give way to the default where a recipe cannot run", () => {
    const odd = problem(25, 10, 1000, "nn"); // n % 4 != 0
    const withSubgroups: TuningAdapter = { class: "lavapipe", subgroupSize: 8 };
    expect(matmulRecipes["subgroup-32"]!(odd, withSubgroups)?.name).toBe("subgroup-any");
    expect(matmulRecipes["subgroup-32"]!(odd, { ...withSubgroups, subgroupSize: 4 })).toBeUndefined(); // 16 rows at most
    const [even, none] = [problem(64, 64, 64, "nn"), { class: "gpu", subgroupSize: 0 } as const];
    expect(matmulRecipes["subgroup-8"]!(even, none)).toBeUndefined();
    const layer = convolution({ image: [2, 8, 8, 4], window: 3, filters: 8, padding: "same" });
    expect(convolutionRecipes.subgroup!("forward", layer, none)).toBeUndefined();
    expect(convolutionRecipes["subgroup-unroll-2"]!("forward", layer, withSubgroups)).toBeUndefined();
    expect(convolutionRecipes.registers!("forward", layer, withSubgroups)).toBeUndefined();
  });

  it("put sizes up to the next power of two into one class", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (size) => {
        const bucket = sizeBucket(size);
        expect(bucket).toBeGreaterThanOrEqual(size);
        expect(bucket / 2).toBeLessThan(size);
        expect(Number.isInteger(Math.log2(bucket))).toBe(true);
      }),
      properties,
    );
    const layer: Convolution = convolution({
      image: [3, 9, 9, 4],
      window: [2, 3],
      filters: 8,
      padding: "same",
    });
    expect(convolutionClass("forward", layer)).toBe("forward 2x3 4>8 256");
  });

  it("keep fewer workgroups busy on a GPU inside of a processor", () => {
    const [discrete, integrated] = [adapters[1]!, adapters[2]!];
    const long = problem(256, 256, 65536, "tn");
    expect(defaultMatmul(long, integrated).split).toBeLessThan(defaultMatmul(long, discrete).split);
    const layer = convolution({ image: [64, 32, 32, 16], window: 3, filters: 64, padding: "same" });
    const split = (adapter: TuningAdapter) => defaultConvolution("filter-gradient", layer, adapter).split;
    expect(split(integrated)).toBeLessThan(split(discrete));
    expect(chooseConvolution("filter-gradient", layer, integrated).name).toBe("tiled");
  });
});
