/** @file The kernels of the convolution's three passes. */
import type { AdapterFacts } from "../../../engine/adapter.ts";
import type { Engine } from "../../../engine/device.ts";
import {
  depthwiseConvolution,
  directConvolution,
  naiveConvolution,
  registersFilterGradient,
  subgroupConvolution,
} from "../../../kernels/conv2d/choose.ts";
import { conv2dFilterGradientReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { descendFilters } from "../../../kernels/conv2d/passes.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { tiledConvolution } from "../../../kernels/conv2d/tiles.ts";
import type { ConvolutionPass, ConvolutionVariant } from "../../../kernels/conv2d/variant.ts";
import { timedPass } from "../../speed/timed-pass.ts";
import { convolution } from "../convolution.ts";
import {
  inSlices,
  type Pass,
  type PassValues,
  passReference,
  passShapes,
  runPass,
} from "../convolution-pass.ts";
import { compareDescent, decay, type Halt } from "../descent.ts";
import {
  type Comparison,
  type KernelProperty,
  type PropertyCase,
  sized,
  type TimedWork,
} from "../property.ts";
import { type Choices, randomArray } from "../random.ts";

type Make = (pass: ConvolutionPass, problem: Convolution, adapter: AdapterFacts) => ConvolutionVariant;

interface Kind {
  readonly name: ConvolutionVariant["name"];
  readonly make: Make;
  /** channels and filters of a group, and groups */
  readonly channels: readonly number[];
  readonly filters: readonly number[];
  readonly groups?: readonly number[];
  readonly isDepthwise?: true;
}

const vectors = [4, 8, 16] as const;
const unaligned = [1, 3, 5, 13] as const;
const anyOrVector = [1, 3, 4, 5, 8] as const;

/** The kernels that all three passes have. */
const kinds: readonly Kind[] = [
  {
    name: "naive",
    make: naiveConvolution,
    channels: anyOrVector,
    filters: anyOrVector,
    groups: [1, 1, 2, 3],
  },
  {
    name: "direct",
    make: directConvolution,
    channels: anyOrVector,
    filters: anyOrVector,
    groups: [1, 1, 2, 3],
  },
  { name: "tiled", make: tiledConvolution, channels: vectors, filters: [...vectors, 68] },
  { name: "tiled-any", make: tiledConvolution, channels: unaligned, filters: [...unaligned, 66] },
  {
    name: "subgroup",
    make: (pass, problem, { subgroupSize }) => subgroupConvolution(pass, problem, subgroupSize),
    channels: vectors,
    filters: [...vectors, 36],
  },
  {
    name: "subgroup-any",
    make: (pass, problem, { subgroupSize }) => subgroupConvolution(pass, problem, subgroupSize),
    channels: unaligned,
    filters: unaligned,
  },
  {
    name: "depthwise",
    make: depthwiseConvolution,
    channels: [1],
    filters: [1, 2, 3],
    groups: [3, 4, 6, 8],
    isDepthwise: true,
  },
];
const registers: Kind = {
  name: "registers",
  make: (_, problem) => registersFilterGradient(problem),
  channels: anyOrVector,
  filters: anyOrVector,
};

function drawProblem(choices: Choices, { channels, filters, groups = [1] }: Kind): Convolution {
  const group = choices.of(groups);
  return convolution({
    image: [
      choices.integer(1, 3),
      choices.integer(4, 9),
      choices.integer(4, 9),
      group * choices.of(channels),
    ],
    window: [choices.integer(1, 3), choices.integer(1, 3)],
    filters: group * choices.of(filters),
    strides: [choices.integer(1, 3), choices.integer(1, 3)],
    dilation: choices.integer(1, 4) === 1 ? 2 : 1, // the smallest image and the largest window still fit: 5 of 4 with padding
    padding: "same",
    groups: group,
  });
}

function labelOf(problem: Convolution, more: string): string {
  const { image, filters } = passShapes(problem);
  const { strideHeight, strideWidth, dilationHeight, groups } = problem;
  const words = [`image [${image}]`, `filters [${filters}]`, `strides ${strideHeight} x ${strideWidth}`];
  if (dilationHeight > 1) words.push(`dilation ${dilationHeight}`);
  if (groups > 1) words.push(`${groups} groups`);
  return [...words, more].filter(Boolean).join(", ");
}

function valuesOf(problem: Convolution, seed: number): PassValues {
  const shapes = passShapes(problem);
  return {
    image: randomArray(shapes.image, seed),
    filters: randomArray(shapes.filters, seed + 1),
    dy: randomArray(shapes.dy, seed + 2),
    bias: randomArray(shapes.bias, seed + 3),
  };
}

const resultNames = { forward: "y", "input-gradient": "dx", "filter-gradient": "dfilters" } as const;

async function comparePass(engine: Engine, given: Pass, seed: number): Promise<Comparison[]> {
  const values = valuesOf(given.problem, seed);
  const { result, dbias } = runPass(engine, given, values);
  const reference = passReference(given, values);
  const tolerance = { terms: reference.terms, scale: 1 };
  const what = resultNames[given.pass];
  const { shape, data: expected } = reference.result;
  const compared: Comparison[] = [{ what, shape, actual: await result.data(), expected, tolerance }];
  if (dbias && reference.dbias) {
    const { shape, data } = reference.dbias;
    compared.push({ what: "dbias", shape, actual: await dbias.data(), expected: data, tolerance });
  }
  return compared;
}

function compareDescended(
  engine: Engine,
  problem: Convolution,
  variant: ConvolutionVariant,
  seed: number,
  halt: Halt,
): Promise<Comparison[]> {
  const values = valuesOf(problem, seed);
  const { image, dy } = values;
  const given = { pass: "filter-gradient", problem, variant, activation: "linear" } as const;
  const { dbias, terms } = passReference(given, values);
  const gradient = conv2dFilterGradientReference(image, dy, problem);
  const parts = [
    { what: "filters after descent", before: values.filters, gradient },
    { what: "bias after descent", before: values.bias, gradient: dbias! },
  ];
  return compareDescent(engine, parts, { terms, halt }, (filters, bias) => {
    const tensors = { image: engine.tensor(image.data, image.shape), dy: engine.tensor(dy.data, dy.shape) };
    descendFilters(problem, { ...tensors, filters: filters!, bias }, decay, variant);
  });
}

const halts = ["", "", "after a halt"] as const satisfies readonly Halt[];
const descending = ["tiled", "tiled-any", "registers", "subgroup"];

function draw(pass: ConvolutionPass, kind: Kind, choices: Choices, adapter: AdapterFacts): PropertyCase {
  const problem = drawProblem(choices, kind);
  const made = kind.make(pass, problem, adapter);
  const seed = choices.seed();
  const bare = kind.name === "naive";
  if (pass === "filter-gradient") {
    const descends = descending.includes(kind.name) && choices.boolean();
    const variant = bare ? made : inSlices(made, descends ? 1 : choices.of([1, 2, 5]));
    const slices = variant.split > 1 ? `in ${variant.split} slices` : "";
    if (descends) {
      const halt = choices.of(halts);
      return {
        label: labelOf(problem, `descent ${halt}`.trim()),
        run: (engine) => compareDescended(engine, problem, variant, seed, halt),
      };
    }
    const given = { pass, problem, variant, activation: "linear" } as const;
    return { label: labelOf(problem, slices), run: (engine) => comparePass(engine, given, seed) };
  }
  const activation = choices.of(["linear", "relu", "sigmoid", "tanh"]);
  const variant = kind.name.startsWith("tiled") ? inSlices(made, choices.of([1, 2, 3])) : made;
  const slices = variant.split > 1 ? `, in ${variant.split} slices` : "";
  const words = (pass === "forward" ? `bias, ${activation}` : `derivative of ${activation}`) + slices;
  const given = { pass, problem, variant, activation };
  return { label: labelOf(problem, bare ? "" : words), run: (engine) => comparePass(engine, given, seed) };
}

function timed(engine: Engine, pass: ConvolutionPass, { make, name, isDepthwise }: Kind): TimedWork {
  const [batch, size, channels] = sized<[number, number, number]>(engine, [64, 32, 64], [4, 16, 16]);
  const odd = name.endsWith("-any") ? 1 : 0; // takes what is no multiple of 4
  const problem = convolution({
    image: [batch, size, size, channels + odd],
    window: 3,
    filters: isDepthwise ? channels : 2 * channels + odd,
    groups: isDepthwise ? channels : 1,
    padding: "same",
  });
  const variant = make(pass, problem, engine.adapter);
  const { run } = timedPass(engine, pass, problem);
  return { problem: labelOf(problem, ""), run: () => void run(variant) };
}

function property(pass: ConvolutionPass, kind: Kind): KernelProperty {
  return {
    kernel: `conv2d/${pass}.${kind.name}`,
    op: `conv2d ${pass.replace("-", " ")}${kind.isDepthwise ? ", one channel a group" : ""}`,
    ...(kind.name.startsWith("subgroup") && { needs: "subgroups" }),
    draw: (choices, adapter) => draw(pass, kind, choices, adapter),
    prepare: (engine) => timed(engine, pass, kind),
  };
}

const passes = ["forward", "input-gradient", "filter-gradient"] as const;
const sliced: Kind = {
  ...registers,
  make: (_, problem) => inSlices(registersFilterGradient(problem), 3),
};
/** As many slices as several lanes share. */
const manySlices: Kind = {
  ...sliced,
  make: (pass, problem) => inSlices(tiledConvolution(pass, problem), 33),
};

/** The kernel that adds up the slices of `kind`. */
function sumOfSlices(kernel: string, kind: Kind): KernelProperty {
  return {
    kernel,
    op: "sum of a filter gradient's slices",
    draw: (choices, adapter) => {
      const problem = drawProblem(choices, kind);
      const [seed, descends, halt] = [choices.seed(), choices.boolean(), choices.of(halts)];
      const variant = kind.make("filter-gradient", problem, adapter);
      const given = { pass: "filter-gradient", problem, variant, activation: "linear" } as const;
      return {
        label: labelOf(problem, `in ${variant.split} slices${descends ? `, descent ${halt}` : ""}`.trim()),
        run: (engine) =>
          descends
            ? compareDescended(engine, problem, variant, seed, halt)
            : comparePass(engine, given, seed),
      };
    },
    prepare: (engine) => timed(engine, "filter-gradient", kind),
  };
}

export const conv2dProperties: readonly KernelProperty[] = [
  ...passes.flatMap((pass) => kinds.map((kind) => property(pass, kind))),
  property("filter-gradient", registers),
  sumOfSlices("conv2d/reduce-partials", sliced),
  sumOfSlices("conv2d/reduce-partials.shared", manySlices),
];
