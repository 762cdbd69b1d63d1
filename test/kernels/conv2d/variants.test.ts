/** @file Every kernel of the convolution's three passes, forced, on sizes that are no multiples of its tiles. */
import { describe, expect, it } from "vitest";
import {
  depthwiseConvolution,
  directConvolution,
  naiveConvolution,
  registersFilterGradient,
  subgroupConvolution,
} from "../../../kernels/conv2d/choose.ts";
import { forward } from "../../../kernels/conv2d/passes.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { tiledConvolution } from "../../../kernels/conv2d/tiles.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../../kernels/conv2d/variant.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { inSlices } from "../../../lessons/properties/convolution-pass.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { halfUlps, hasHalf } from "../../support/half.ts";
import { expectExplained } from "../../support/hostile.ts";
import { randomArray } from "../../support/random.ts";
import { inTwoRows } from "../../support/two-rows.ts";
import { comparePass } from "./compare-pass.ts";

/** Every pipeline takes up to seconds to compile on lavapipe, so there are few. Channels and filters: how many of a subgroup's lanes share rows depends on them, from 1 (3) to 8 (33, 36). */
const anyChannels = [
  convolution({ image: [2, 5, 7, 3], window: 3, filters: 5, strides: 2, padding: "same" }),
  convolution({ image: [1, 6, 5, 33], window: 2, filters: 13, dilation: 2 }),
];
const vectorChannels = [
  convolution({ image: [3, 7, 5, 4], window: [2, 3], filters: 36, strides: [1, 3], padding: "same" }),
  convolution({ image: [1, 5, 6, 16], window: 1, filters: 8 }),
];
/** For tiles that copy vectors: three of channels, five of filters, so that turns of two begin anywhere in a tap. */
const tiledChannels = [
  vectorChannels[0]!,
  convolution({ image: [2, 6, 5, 12], window: [2, 3], filters: 20, padding: "same" }),
];
/** Two channels and five filters a group. */
const grouped = convolution({ image: [3, 5, 7, 6], window: [2, 3], filters: 15, groups: 3, padding: "same" });
/** One channel a group: channels and filters are whole vectors, only the filters are, neither. */
const depthwise = [
  convolution({ image: [3, 7, 5, 8], window: 3, filters: 8, groups: 8, strides: 2, padding: "same" }),
  convolution({ image: [2, 6, 5, 6], window: [3, 2], filters: 12, groups: 6, dilation: [1, 2] }),
  convolution({
    image: [3, 5, 4, 3],
    window: [1, 3],
    filters: 9,
    groups: 3,
    strides: [3, 1],
    padding: "same",
  }),
];
const manyTiles = convolution({
  image: [2, 9, 11, 4],
  window: 3,
  filters: 3,
  strides: [2, 1],
  padding: "same",
});

type Make = (pass: ConvolutionPass, problem: Convolution, lanes: number) => ConvolutionVariant;
const naive: Make = naiveConvolution;
const direct: Make = directConvolution;
const tiled: Make = (pass, problem) => tiledConvolution(pass, problem);
const subgroup: Make = subgroupConvolution;
const perChannel: Make = (pass, problem, subgroupSize) =>
  depthwiseConvolution(pass, problem, { class: "lavapipe", subgroupSize });
const registers: Make = (_, problem) => registersFilterGradient(problem);

const sliced =
  (make: Make, split: number): Make =>
  (...given) =>
    inSlices(make(...given), split);

interface Row {
  readonly name: string;
  readonly pass: ConvolutionPass;
  readonly make: Make;
  readonly problems: readonly Convolution[];
}

const everyPass = (["forward", "input-gradient", "filter-gradient"] as const).flatMap((pass): Row[] => [
  { name: "naive", pass, make: naive, problems: [anyChannels[0]!, vectorChannels[0]!, grouped] },
  { name: "direct", pass, make: direct, problems: [anyChannels[0]!, vectorChannels[0]!, grouped] },
  { name: "depthwise", pass, make: perChannel, problems: depthwise },
  { name: "tiled", pass, make: tiled, problems: tiledChannels },
  { name: "tiled-any", pass, make: tiled, problems: anyChannels },
  { name: "subgroup", pass, make: subgroup, problems: vectorChannels },
  { name: "subgroup-any", pass, make: subgroup, problems: anyChannels },
]);
const rows: readonly Row[] = [
  ...everyPass,
  ...(["forward", "input-gradient"] as const).flatMap((pass): Row[] => [
    { name: "tiled-any, many tiles", pass, make: tiled, problems: [manyTiles] },
    { name: "tiled, in 3 slices", pass, make: sliced(tiled, 3), problems: [vectorChannels[0]!] },
    { name: "tiled-any, in 2 slices", pass, make: sliced(tiled, 2), problems: [anyChannels[1]!] },
    { name: "subgroup-any, many tiles", pass, make: subgroup, problems: [manyTiles] },
  ]),
  { name: "direct, in 2 slices", pass: "filter-gradient", make: sliced(direct, 2), problems: [grouped] },
  {
    name: "depthwise, in 5 slices",
    pass: "filter-gradient",
    make: sliced(perChannel, 5),
    problems: depthwise,
  },
  ...Object.entries({ registers, "tiled-any": tiled, "subgroup-any": subgroup }).map(([name, make]): Row => {
    const problems = [anyChannels[0]!];
    return { name: `${name}, in 5 slices`, pass: "filter-gradient", make: sliced(make, 5), problems };
  }),
  ...Object.entries({ subgroup, tiled }).map(([name, make]): Row => {
    const problems = [vectorChannels[1]!];
    return { name: `${name}, in 5 slices`, pass: "filter-gradient", make: sliced(make, 5), problems };
  }),
  // a slice a position, so many that several lanes share an element
  {
    name: "tiled, in 42 slices",
    pass: "filter-gradient",
    make: sliced(tiled, 42),
    problems: [vectorChannels[0]!],
  },
  {
    name: "registers",
    pass: "filter-gradient",
    make: sliced(registers, 1),
    problems: [anyChannels[1]!, vectorChannels[0]!],
  },
];

const activations = ["relu", "tanh", "linear", "sigmoid"] as const;

describe("conv2d", () => {
  const engine = useEngine();
  const lanes = (): number => engine().adapter.subgroupSize;

  const compare = (
    pass: ConvolutionPass,
    problem: Convolution,
    variant: ConvolutionVariant,
    number: number,
    seed: number,
    dtype: "f32" | "f16" = "f32",
  ) => {
    const activation = activations[number % activations.length]!;
    return comparePass(engine(), { pass, problem, variant, activation, seed, dtype });
  };

  it.for(rows)("has the same $pass in the variant $name, and in every run", async (row, { skip }) => {
    const { name, pass, make, problems } = row;
    if (name.startsWith("subgroup") && lanes() < 4) skip("this adapter has no subgroups of a fixed size");
    for (const [i, problem] of problems.entries()) {
      const variant = make(pass, problem, lanes());
      const seed = 100 * rows.indexOf(row) + 10 * i; // its own values: recycled memory may hold another kernel's result
      expect(variant.name).toBe(name.split(",")[0]);
      const { actual, expected, terms } = await compare(pass, problem, variant, i, seed);
      const what = `${pass} of ${JSON.stringify(problem)}`;
      expect(actual.shape).toEqual(expected.shape);
      expectClose(await actual.data(), expected.data, { terms, scale: 1 }, what);
      const again = await inTwoRows(engine(), () => compare(pass, problem, variant, i, seed));
      expect(await again.actual.data(), `${what}, workgroups in two rows`).toEqual(await actual.data());
    }
  });

  it.for(rows)("takes f16 for $pass in the variant $name, and gives it", async (row, { skip }) => {
    if (!hasHalf) skip("this adapter has no shader-f16");
    if (row.name.startsWith("subgroup") && lanes() < 4) skip("this adapter has no subgroups of a fixed size");
    const problem = row.problems.at(-1)!;
    const variant = row.make(row.pass, problem, lanes());
    const { actual, expected, terms } = await compare(row.pass, problem, variant, 0, 7000, "f16");
    const rounding = row.pass === "filter-gradient" ? 0 : halfUlps; // gradients of filters are f32
    expect(actual.dtype).toBe(row.pass === "filter-gradient" ? "f32" : "f16");
    expectClose(await actual.data(), expected.data, { ulps: rounding + 16 * Math.sqrt(terms) }, row.pass);
  });

  it.for(
    everyPass.filter(({ pass, name }) => pass === "input-gradient" && name !== "naive"),
  )("multiplies by every activation's derivative in the variant $name", async (row, { skip }) => {
    if (row.name.startsWith("subgroup") && lanes() < 4) skip("this adapter has no subgroups of a fixed size");
    const channels = row.name.endsWith("-any") ? 3 : 4;
    const groups = row.name === "depthwise" ? channels : 1;
    const problem = convolution({ image: [1, 1, 3, channels], window: 1, filters: channels, groups });
    const variant = row.make("input-gradient", problem, lanes());
    for (const number of activations.keys()) {
      const { actual, expected, terms } = await compare("input-gradient", problem, variant, number, 50);
      expectClose(await actual.data(), expected.data, { terms, scale: 1 }, activations[number]);
    }
  });

  it.for(
    everyPass.filter(({ pass, name }) => pass === "forward" && name !== "naive"),
  )("keeps NaN through its activations in the variant $name", async (row, { skip }) => {
    if (row.name.startsWith("subgroup") && lanes() < 4) skip("this adapter has no subgroups of a fixed size");
    const channels = row.name.endsWith("-any") ? 3 : 4;
    const groups = row.name === "depthwise" ? channels : 1;
    const problem = convolution({ image: [1, 1, 3, channels], window: 1, filters: channels, groups });
    const values = randomArray([1, 1, 3, channels], 1);
    values.data[channels] = Number.NaN; // in the pixel in the middle
    const weights = randomArray([1, 1, channels / groups, channels], 2);
    const inputs = {
      image: engine().tensor(values.data, values.shape),
      filters: engine().tensor(weights.data, weights.shape),
      bias: undefined,
    };
    for (const activation of ["relu", "tanh", "sigmoid"] as const) {
      const y = await forward(problem, inputs, activation, row.make("forward", problem, lanes())).data();
      const seeing = channels / groups; // filters that see the NaN
      const expected = [...y.keys()].map((i) => i >= channels && i < channels + seeing);
      expect([...y].map(Number.isNaN), activation).toEqual(expected);
    }
  });

  it.for(rows)("loses and invents no NaN for $pass in the variant $name", async (row, { skip }) => {
    const { name, pass, make, problems } = row;
    if (name.startsWith("subgroup") && lanes() < 4) skip("this adapter has no subgroups of a fixed size");
    const problem = problems[0]!;
    const variant = make(pass, problem, lanes());
    for (const spoil of [0, 1, 2]) {
      const what = { pass, problem, variant, activation: activations[0], seed: 40, spoil };
      const { actual, expected } = await comparePass(engine(), what);
      // Where a window hangs over the edge, kernels multiply filters and dy by 0 or leave them out: 0 * NaN is NaN.
      const overEdge = spoil === 0 ? [] : [expected.data.map(() => Number.NaN)];
      expectExplained(await actual.data(), [expected.data, ...overEdge], `${name}, operand ${spoil}`, 1e-5);
    }
  });
});
