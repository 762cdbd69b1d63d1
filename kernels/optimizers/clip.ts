/** @file Gradient clipping: by the norm over all parameters, then by value. */
import { requireEngine } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { kernel, outputTensor, run } from "../../engine/kernel.ts";
import { checkShape } from "../../engine/shape.ts";
import type { OpEngine, Tensor } from "../../engine/tensor.ts";
import { runLength } from "../runs.ts";

export interface ClipOptions {
  /** largest norm of all gradients together; longer ones are scaled down to it */
  readonly clipNorm?: number;
  /** largest magnitude of a single element, after clipNorm */
  readonly clipValue?: number;
}

/** Gradients in one flat buffer, [size]. */
export interface GradientGroup {
  /** clipping changes them in place */
  readonly gradients: Tensor;
  /** from occupiedElements(): what is no padding. Needed for clipNorm only */
  readonly occupied?: Tensor<"u32">;
}

const squareSums = kernel("optimizers/square-sums", {
  reads: ["gradients", "occupied"],
  writes: ["partials"],
  flops: { gradients: 5 },
});
const squareTotal = kernel("optimizers/square-total", {
  reads: ["partials"],
  updates: ["total"],
  flops: { partials: 1 },
});
const clip = kernel("optimizers/clip", {
  reads: ["total"],
  updates: ["gradients"],
  flops: { gradients: ({ CLIP_NORM, CLIP_VALUE }) => (CLIP_NORM ? 1 : 0) + (CLIP_VALUE ? 2 : 0) },
});

/** Elements per block of a flat buffer: every parameter starts at a multiple of 256 bytes. */
const blockSize = 64;

/**
 * How many elements of each block of 64 belong to a parameter: the padding behind a parameter may hold anything and
 * must not enter the norm. `sizes` are the parameters' element counts in the order of the flat buffer.
 * The caller owns the tensor [blocks].
 */
export function occupiedElements(engine: OpEngine, sizes: readonly number[]): Tensor<"u32"> {
  requireEngine("occupiedElements", engine);
  checkValues("occupiedElements", sizes);
  for (const size of sizes) checkShape([size], "occupiedElements"); // of parameters, not axes
  const blocks = sizes.map((size) => Math.ceil(size / blockSize));
  const total = blocks.reduce((sum, count) => sum + count, 0);
  const occupied = outputTensor(engine, { shape: [total], dtype: "u32" }, "occupiedElements");
  const counts = new Uint32Array(total).fill(blockSize);
  let end = 0;
  for (const [i, size] of sizes.entries()) {
    end += blocks[i]!;
    counts[end - 1] = size - (blocks[i]! - 1) * blockSize;
  }
  engine.upload(occupied, counts);
  return engine.keep(occupied as Tensor<"u32">);
}

/** Clips the gradients of all groups in place; `name` is the optimizer's, for errors. */
export function clipGradients(name: string, groups: readonly GradientGroup[], options: ClipOptions): void {
  const { clipNorm = 0, clipValue = 0 } = options;
  const [first] = groups;
  if (!first || (clipNorm === 0 && clipValue === 0)) return;
  const { engine } = first.gradients;
  engine.scope(() => {
    const total = clipNorm > 0 ? sumOfSquares(name, groups) : engine.one;
    const constants = { CLIP_NORM: clipNorm, CLIP_VALUE: clipValue };
    for (const { gradients } of groups) {
      run(clip, { total, gradients }, {}, { constants, invocations: Math.ceil(gradients.size / 4) });
    }
  });
}

/** [2]: the sum of g^2 over all groups, added up in a fixed order, and that of gradients made small, which cannot overflow. */
function sumOfSquares(name: string, groups: readonly GradientGroup[]): Tensor {
  const { engine } = groups[0]!.gradients;
  const total = engine.allocate([2], "f32", `${name}: norm`);
  for (const [index, { gradients, occupied }] of groups.entries()) {
    const blocks = Math.ceil(gradients.size / blockSize);
    checkOccupied(name, occupied, blocks);
    const { partials } = run(
      squareSums,
      { gradients, occupied },
      { partials: [blocks, 2] },
      { invocations: blocks },
    );
    const constants = { FIRST: index === 0, RUN: runLength(blocks / 256) };
    run(squareTotal, { partials, total }, {}, { constants, workgroups: 1 });
  }
  return total;
}

function checkOccupied(
  name: string,
  occupied: Tensor<"u32"> | undefined,
  blocks: number,
): asserts occupied is Tensor<"u32"> {
  if (!occupied)
    throw new ArgumentError(`${name}: clipNorm needs each group's occupied, from occupiedElements().`);
  if (occupied.size !== blocks || occupied.dtype !== "u32") {
    throw new ShapeError(
      `${name}: occupied is ${formatShape(occupied.shape)} ${occupied.dtype}, expected [${blocks}] u32.`,
    );
  }
}
