/**
 * @file The experimental convolutions on matrix units. No adapter here has them, so that they never ran as they are: Tint checks
 * them on Dawn's null backend, and everything but the built-in functions runs with those computed one by one.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SubgroupMatrix } from "../../../engine/adapter.ts";
import { provideSources, readSource } from "../../../engine/source.ts";
import { StepState } from "../../../engine/step-state.ts";
import { subgroupMatrixConvolution } from "../../../kernels/conv2d/choose.ts";
import { conv2dFilterGradientReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { descendFilters, filterGradient, forward, inputGradient } from "../../../kernels/conv2d/passes.ts";
import { convolutionConstants } from "../../../kernels/conv2d/problem.ts";
import type { ConvolutionPass } from "../../../kernels/conv2d/variant.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { inSlices } from "../../../lessons/properties/convolution-pass.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { describeHalf, halfUlps, roundedToHalf } from "../../support/half.ts";
import { randomArray } from "../../support/random.ts";
import { emulated, expectTintAccepts } from "../../support/subgroup-matrix.ts";
import { inTwoRows } from "../../support/two-rows.ts";
import { comparePass } from "./compare-pass.ts";

const large = { m: 16, n: 16, k: 16 };
const passes = ["forward", "input-gradient", "filter-gradient"] as const;
const idOf = (pass: ConvolutionPass) => `conv2d/${pass}.subgroup-matrix`;
const originals = Object.fromEntries(passes.map((pass) => [pass, readSource({ name: idOf(pass) })]));
const sourceOf = (pass: ConvolutionPass) => originals[pass]!;

describe("the shaders", () => {
  const layer = convolution({ image: [32, 16, 16, 64], window: 3, filters: 64, padding: "same" });
  const bindings = {
    forward: { reads: ["image", "filters", "bias"], writes: ["y"], step: false },
    "input-gradient": { reads: ["dy", "filters", "image"], writes: ["dx"], step: false },
    "filter-gradient": { reads: ["image", "dy"], writes: ["partials", "bias_partials"], step: true },
  };
  const epilogues = {
    forward: { HAS_BIAS: 1, ACTIVATION: 3 },
    "input-gradient": { DERIVATIVE: 3 },
    "filter-gradient": { HAS_BIAS: 1, DESCEND: 1, DECAY: 0.5 },
  };
  const half = {
    forward: ["image", "y"],
    "input-gradient": ["dy", "image", "dx"],
    "filter-gradient": ["dy"],
  };
  const cases = passes.flatMap((pass) => [
    { pass, m: 16, n: 16, k: 16 },
    { pass, m: 16, n: 8, k: 16 },
    { pass, m: 8, n: 8, k: 8 },
  ]);

  const definitionOf = (pass: ConvolutionPass) => {
    return { name: idOf(pass), source: undefined, ...bindings[pass], updates: [], flops: {} };
  };

  it.for(cases)("are accepted by Tint: $pass, matrices of $m x $n x $k, tensors of f16", async (row) => {
    const { pass, ...sizes } = row;
    const { constants } = subgroupMatrixConvolution(pass, layer, { subgroupSize: 32 }, sizes);
    const all = { ...convolutionConstants(layer), ...constants, ...epilogues[pass] };
    await expectTintAccepts(definitionOf(pass), all, half[pass]);
  });

  it.each(passes)("are accepted by Tint as written: %s", async (pass) => {
    await expectTintAccepts(definitionOf(pass), {}, []);
  });
});

/**
 * Tiles are 64 x 64, and sums go in pieces of 32 terms. In each pass one of the first two has several tiles of rows, and one has
 * several of columns; all end within a tile and a piece. The last has fewer channels and filters than one matrix.
 */
const problems = {
  filters: convolution({ image: [2, 11, 9, 5], window: 3, filters: 70, strides: [1, 2], padding: "same" }),
  channels: convolution({ image: [2, 6, 7, 67], window: [2, 1], filters: 9, dilation: [3, 1] }),
  few: convolution({ image: [2, 5, 4, 3], window: [3, 2], filters: 6, strides: 3, padding: "same" }),
};

describeHalf("with their built-in functions computed one by one", () => {
  const engine = useEngine();
  beforeAll(() => {
    for (const pass of passes) provideSources({ [idOf(pass)]: emulated(sourceOf(pass)) });
  });
  afterAll(() => {
    for (const pass of passes) provideSources({ [idOf(pass)]: sourceOf(pass) });
  });

  const rows = passes.flatMap((pass) => [
    { pass, layer: "filters", lanes: 32, m: 16, n: 8, k: 16, activation: "tanh", dtype: "f32" } as const,
    { pass, layer: "channels", lanes: 16, m: 8, n: 16, k: 32, activation: "sigmoid", dtype: "f32" } as const,
    { pass, layer: "few", lanes: 64, m: 16, n: 16, k: 8, activation: "relu", dtype: "f16" } as const,
  ]);

  it.for(rows)("have the same $pass: $layer, matrices of $m x $n x $k, $lanes lanes, $dtype", async (row) => {
    const { pass, layer, lanes, m, n, k, activation, dtype } = row;
    const problem = problems[layer];
    const whole = subgroupMatrixConvolution(pass, problem, { subgroupSize: lanes }, { m, n, k });
    const split = layer === "filters" ? 3 : 1;
    const variant = pass === "filter-gradient" ? inSlices(whole, split) : whole;
    for (const [i, spread] of [false, true].entries()) {
      const seed = 100 * rows.indexOf(row) + 10 * i; // its own values: recycled memory may hold the result before
      const given = { pass, problem, variant, activation, seed, dtype, rounded: true };
      const compared = () => comparePass(engine(), given);
      const { actual, expected, terms } = await (spread ? inTwoRows(engine(), compared) : compared());
      const result = pass === "filter-gradient" ? "f32" : dtype;
      const ulps = (result === "f16" ? halfUlps : 0) + 16 * Math.sqrt(terms);
      expect(actual.dtype).toBe(result);
      expectClose(await actual.data(), expected.data, { ulps, scale: 1 }, pass);
    }
  });

  it("keep NaN through relu", async () => {
    const layer = convolution({ image: [1, 1, 3, 4], window: 1, filters: 4 });
    const [values, weights] = [randomArray([1, 1, 3, 4], 1), randomArray([1, 1, 4, 4], 2)];
    values.data[4] = Number.NaN; // in the pixel in the middle
    const image = engine().tensor(values.data, values.shape);
    const filters = engine().tensor(weights.data, weights.shape);
    const variant = subgroupMatrixConvolution("forward", layer, { subgroupSize: 16 }, large);
    const y = await forward(layer, { image, filters, bias: undefined }, "relu", variant).data();
    expect([...y].map(Number.isNaN)).toEqual([...y.keys()].map((i) => i >= 4 && i < 8));
  });

  it("subtract rate times the filters' gradient, and nothing after a halt", async () => {
    const problem = problems.filters;
    const { batch, height, width, channels, outHeight, outWidth, filters } = problem;
    const image = roundedToHalf(randomArray([batch, height, width, channels], 1));
    const dy = roundedToHalf(randomArray([batch, outHeight, outWidth, filters], 2));
    const weights = randomArray([3, 3, channels, filters], 3);
    const bias = randomArray([filters], 4);
    const upload = ({ data, shape }: Array64) => engine().tensor(data, shape);
    const whole = subgroupMatrixConvolution("filter-gradient", problem, { subgroupSize: 16 }, large);
    const descended = async (halted: number) => {
      const state = new StepState(engine());
      state.set({ learningRate: 0.5, step: 3, halted });
      const [output, dbias] = [upload(weights), upload(bias)];
      const tensors = { image: upload(image), dy: upload(dy), filters: output, bias: dbias };
      engine().useStep(state, () => descendFilters(problem, tensors, 0.25, inSlices(whole, 1)));
      const values = [await output.data(), await dbias.data()] as const;
      state.dispose();
      return values;
    };
    const rate = 0.5 / (1 + 0.25 * 3);
    const gradient = conv2dFilterGradientReference(image, dy, problem);
    const sums = bias.data.map((_, k) => dy.data.reduce((sum, d, i) => sum + (i % filters === k ? d : 0), 0));
    const tolerance = { terms: batch * outHeight * outWidth + 1, scale: 1 };
    const [changed, changedBias] = await descended(0);
    const expected = weights.data.map((value, i) => value - rate * gradient.data[i]!);
    expectClose(changed, expected, tolerance, "filters");
    expectClose(
      changedBias,
      bias.data.map((value, k) => value - rate * sums[k]!),
      tolerance,
      "bias",
    );
    const [unchanged, unchangedBias] = await descended(4);
    expect([...unchanged]).toEqual([...weights.data]);
    expect([...unchangedBias]).toEqual([...bias.data]);
  });

  it("run for tensors of f16 on an adapter that has matrix units, and else for none", () => {
    const layer = convolution({ image: [8, 16, 16, 32], window: 3, filters: 32, padding: "same" });
    type Real = "f32" | "f16";
    const kernels = (imageType: Real, dyType: Real) => {
      const { pipelines } = engine().plan(() => {
        const image = engine().zeros([8, 16, 16, 32], imageType);
        const dy = engine().zeros([8, 16, 16, 32], dyType);
        const filters = engine().zeros([3, 3, 32, 32]);
        forward(layer, { image, filters, bias: undefined }, "linear");
        inputGradient(layer, { dy, filters, output: image.shape });
        filterGradient(layer, { image, dy, output: filters.shape });
      });
      const matrices = pipelines.filter(({ definition }) => definition.name.endsWith(".subgroup-matrix"));
      return matrices.map(({ definition }) => definition.name.replace(/^conv2d\/|\.subgroup-matrix$/g, ""));
    };
    expect(kernels("f16", "f16")).toEqual([]);
    const adapter: { subgroupSize: number; subgroupMatrix?: SubgroupMatrix } = engine().adapter;
    const { subgroupSize } = adapter;
    try {
      Object.assign(adapter, { subgroupSize: 32, subgroupMatrix: large });
      expect(kernels("f16", "f16")).toEqual(passes);
      expect(kernels("f32", "f16")).toEqual(["input-gradient", "filter-gradient"]); // as in a network's first layer
      expect(kernels("f16", "f32")).toEqual(["forward", "filter-gradient"]); // as in its last
      expect(kernels("f32", "f32")).toEqual([]);
    } finally {
      adapter.subgroupSize = subgroupSize;
      delete adapter.subgroupMatrix;
    }
  });
});
