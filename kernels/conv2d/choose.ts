/** @file Which convolution kernel runs, for a pass and a problem on an adapter: one pure function with measured defaults. */
import type { SubgroupMatrix } from "../../engine/adapter.ts";
import type { TuningAdapter } from "../dense/choose.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { profileOf, sizeBucket } from "../tuning/profile.ts";
import type { Convolution } from "./problem.ts";
import { productOf, slices } from "./product.ts";
import { tiledConvolution } from "./tiles.ts";
import type { ConvolutionPass, ConvolutionVariant } from "./variant.ts";

/** A profile's recipe for the class of the problem if there is one and it can run, else the default of the adapter's class. */
export function chooseConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: TuningAdapter,
): ConvolutionVariant {
  if (naiveOnly()) return naiveConvolution(pass, problem);
  if (problem.groups > 1) return groupedConvolution(pass, problem, adapter);
  if (adapter.subgroupMatrix && fitsSubgroupMatrix(pass, problem, adapter)) {
    return subgroupMatrixConvolution(pass, problem, adapter, adapter.subgroupMatrix);
  }
  const recipe = profileOf(adapter.key)?.convolutions[convolutionClass(pass, problem)];
  const chosen = recipe && convolutionRecipes[recipe]?.(pass, problem, adapter);
  return chosen || defaultConvolution(pass, problem, adapter);
}

/** "forward 3x3 64>128 8192": the pass, window, channels and filters, and positions up to the next power of two. */
export function convolutionClass(pass: ConvolutionPass, problem: Convolution): string {
  const { windowHeight, windowWidth, channels, filters, batch, outHeight, outWidth } = problem;
  const positions = sizeBucket(batch * outHeight * outWidth);
  return `${pass} ${windowHeight}x${windowWidth} ${channels}>${filters} ${positions}`;
}

type ConvolutionRecipe = (
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: TuningAdapter,
) => ConvolutionVariant | undefined;

/** What a profile may name; undefined where a recipe cannot run the pass on the adapter. */
export const convolutionRecipes: Readonly<Record<string, ConvolutionRecipe>> = {
  direct: directConvolution,
  tiled: tiledConvolution,
  registers: (pass, problem) => (pass === "filter-gradient" ? registersFilterGradient(problem) : undefined),
  subgroup: subgroupRecipe({}),
  "subgroup-rows-1": subgroupRecipe({ ROWS_PER_LANE: 1 }),
  "subgroup-rows-2": subgroupRecipe({ ROWS_PER_LANE: 2 }),
  "subgroup-rows-4": subgroupRecipe({ ROWS_PER_LANE: 4 }),
  "subgroup-unroll-2": subgroupRecipe({ UNROLL: 2 }),
  "subgroup-unroll-4": subgroupRecipe({ UNROLL: 4 }),
};

/** The subgroup kernels with one of their constants changed, for the passes that have it. */
function subgroupRecipe(changes: { ROWS_PER_LANE?: number; UNROLL?: number }): ConvolutionRecipe {
  return (pass, problem, { subgroupSize }) => {
    const own = pass === "filter-gradient" ? "ROWS_PER_LANE" : "UNROLL";
    if (subgroupSize < 4 || own in changes) return undefined;
    return subgroupConvolution(pass, problem, subgroupSize, changes);
  };
}

/**
 * Multiply-adds below which a GPU is done before tiles have begun, unless there are a turn or two of terms only. The filter gradient's
 * long sums need slices.
 */
const smallProduct = 2 ** 23;

/** The measurements behind these choices are in kernels/conv2d/README.md. */
export function defaultConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: TuningAdapter,
): ConvolutionVariant {
  if (adapter.class === "gpu") {
    const { rows, columns, terms } = productOf(pass, problem);
    const small = pass !== "filter-gradient" && terms > 16 && rows * columns * terms < smallProduct;
    return small ? directConvolution(pass, problem) : tiledConvolution(pass, problem, adapter);
  }
  // SwiftShader unrolls no loop, so that the subgroup kernel's sums would live in memory
  if (adapter.class === "swiftshader" && pass === "filter-gradient") return registersFilterGradient(problem);
  if (adapter.subgroupSize >= 4) return subgroupConvolution(pass, problem, adapter.subgroupSize);
  return directConvolution(pass, problem);
}

export function naiveConvolution(pass: ConvolutionPass, problem: Convolution): ConvolutionVariant {
  const { rows, columns } = productOf(pass, problem);
  const images = pass === "filter-gradient" ? 1 : problem.batch;
  const workgroups = Math.ceil(columns / 8) * Math.ceil(rows / images / 8) * images;
  return { name: "naive", workgroups, split: 1, constants: { GROUPS: problem.groups } };
}

/** The sums of the naive kernels, with all that a fused op asks for: runs everywhere. */
export function directConvolution(pass: ConvolutionPass, problem: Convolution): ConvolutionVariant {
  return { ...naiveConvolution(pass, problem), name: "direct" };
}

/** Several groups are as many small products, too small for tiles: the direct kernels, or those for one channel a group. */
function groupedConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: TuningAdapter,
): ConvolutionVariant {
  if (problem.groups === problem.channels) return depthwiseConvolution(pass, problem, adapter);
  const direct = directConvolution(pass, problem);
  if (pass !== "filter-gradient") return direct;
  const { rows, columns } = productOf(pass, problem);
  const wanted = Math.ceil(invocationsOf(adapter) / (rows * columns));
  const split = Math.min(wanted, 256, problem.batch); // whole images, each summed on its own
  return { ...direct, split, workgroups: direct.workgroups * split };
}

/** For one channel a group: four neighbouring channels an invocation. */
export function depthwiseConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: TuningAdapter,
): ConvolutionVariant {
  const product = productOf(pass, problem);
  const { rows, columns, terms } = product;
  const variant = { name: "depthwise", split: 1, constants: {} } as const;
  if (pass !== "filter-gradient") {
    return { ...variant, workgroups: Math.ceil((rows * columns) / (4 * 64)) };
  }
  const invocations = rows * Math.ceil(columns / 4);
  const split = slices(product, invocationsOf(adapter) / invocations, Math.min(256, Math.ceil(terms / 64)));
  return { ...variant, split, workgroups: Math.ceil(invocations / 64) * split };
}

/** How many invocations keep an adapter busy: slices of a sum beyond that cost memory and gain nothing. */
function invocationsOf(adapter: TuningAdapter): number {
  if (adapter.class !== "gpu") return 1024;
  return adapter.integrated ? 16384 : 65536;
}

/** Whether the experimental kernel for matrix units takes a pass: operands of f16, and enough of them. */
function fitsSubgroupMatrix(
  pass: ConvolutionPass,
  problem: Convolution,
  { subgroupSize }: TuningAdapter,
): boolean {
  const { rows, columns, terms } = productOf(pass, problem);
  return problem.half === true && subgroupSize >= 16 && Math.min(rows, columns, terms) >= 16;
}

/** For GPUs with matrix units, by Dawn's experimental feature: tiles of 64 x 64. Never ran yet: kernels/conv2d/README.md. */
export function subgroupMatrixConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  { subgroupSize, integrated = false }: Pick<TuningAdapter, "subgroupSize" | "integrated">,
  { m, n, k }: SubgroupMatrix,
): ConvolutionVariant {
  const product = productOf(pass, problem);
  const { rows, columns, terms } = product;
  const tiles = Math.ceil(columns / 64) * Math.ceil(rows / 64);
  const wanted = Math.floor((integrated ? 128 : 512) / tiles); // slices that keep the adapter busy
  const most = Math.min(256, Math.ceil(terms / 256));
  const split = pass === "filter-gradient" ? slices(product, wanted, most) : 1;
  const constants = { SUBGROUP_SIZE: subgroupSize, MATRIX_M: m, MATRIX_N: n, MATRIX_K: k };
  return { name: "subgroup-matrix", workgroups: tiles * split, split, constants };
}

/** For software adapters: one workgroup is one subgroup. */
export function subgroupConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  subgroupSize: number,
  changes: { readonly ROWS_PER_LANE?: number; readonly UNROLL?: number } = {},
): ConvolutionVariant {
  const product = productOf(pass, problem);
  const { rows, columns, terms } = product;
  const vectors = problem.channels % 4 === 0 && problem.filters % 4 === 0;
  const name = vectors ? "subgroup" : "subgroup-any";
  const widest = pass === "filter-gradient" && !vectors ? 4 : subgroupSize;
  const group = Math.min(widest, nextPowerOfTwo(Math.ceil(columns / 4)));
  const x = Math.ceil(columns / (4 * group));
  const shared = { SUBGROUP_SIZE: subgroupSize, GROUP: group };
  if (pass === "filter-gradient") {
    const y = Math.ceil(rows / (4 * subgroupSize));
    const split = slices(product, 32 / (x * y), Math.min(64, Math.ceil(terms / 64)));
    const unroll = changes.UNROLL ?? (vectors && group < 8 ? 4 : 2);
    return { name, workgroups: x * y * split, split, constants: { ...shared, UNROLL: unroll } };
  }
  const rowsPerLane = changes.ROWS_PER_LANE ?? rowsOfLane(group);
  const tiles = Math.ceil(rows / (subgroupSize * rowsPerLane));
  return {
    name,
    workgroups: x * tiles,
    split: 1,
    constants: { ...shared, ROWS_PER_LANE: rowsPerLane },
  };
}

/** For software adapters that do not unroll loops: 4 x 4 sums in one matrix. */
export function registersFilterGradient(problem: Convolution): ConvolutionVariant {
  const product = productOf("filter-gradient", problem);
  const { rows, columns, terms } = product;
  const tiles = Math.ceil(columns / 16) * Math.ceil(rows / 16);
  const split = slices(product, 16 / tiles, Math.ceil(terms / 256));
  return { name: "registers", workgroups: tiles * split, split, constants: {} };
}

/** Rows that keep a lane's registers full without spilling: the fewer lanes share rows, the more of its own. */
function rowsOfLane(group: number): number {
  return group >= 8 ? 2 : 4;
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
