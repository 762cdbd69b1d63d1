/** @file The reduction of a block [outer, length, inner] over its middle: the one form that the kernels know. */
import { kernel, type Output, run } from "../../engine/kernel.ts";
import type { Constants } from "../../engine/shader.ts";
import type { OpEngine, Tensor } from "../../engine/tensor.ts";

/** x seen as [outer, length, inner], to be reduced over `length`. */
export interface Block {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** What is combined, and how; the numbers are the shaders' constants. */
export interface Reduction {
  readonly operation: "sum" | "largest" | "smallest";
  /** of each element, before combining; the element itself unless given */
  readonly term?: "penalty" | "squared deviation" | "equality" | "deviation";
  /** coefficients of the term "penalty": absolute |x| + square x^2 */
  readonly absolute?: number;
  readonly square?: number;
  /** factor of the result: 1 / length for means */
  readonly scale?: number;
  /** [outer, inner]: what the deviations and "equality" compare with */
  readonly center?: Tensor;
}

const bindings = { reads: ["x", "center"], writes: ["y"], flops: { x: operationsOf } } as const;
const rows = kernel("reduce/rows", bindings);
const columns = kernel("reduce/columns", bindings);

const operationCodes = { sum: 0, largest: 1, smallest: 2 };
const termCodes = { penalty: 1, "squared deviation": 2, equality: 3, deviation: 4 };
const workgroup = 64;

/**
 * How far one invocation goes alone and how many are wanted at once. A GPU needs thousands in flight; on the two or
 * three cores of a software adapter a second dispatch costs more than a long loop.
 */
function granularity(engine: OpEngine): { serialRows: number; serialVectors: number; invocations: number } {
  return engine.adapter.software
    ? { serialRows: 2048, serialVectors: 512, invocations: 512 }
    : { serialRows: 64, serialVectors: 16, invocations: 16384 };
}

/** Reduces `x`, a block, into `output` ([outer, inner] in this order, whatever its shape). Sums in a fixed order. */
export function reduceBlock(x: Tensor, block: Block, reduction: Reduction, output: Output): Tensor {
  return x.engine.scope(() =>
    block.inner === 1 ? reduceRows(x, block, reduction, output) : reduceColumns(x, block, reduction, output),
  );
}

function reduceRows(x: Tensor, block: Block, reduction: Reduction, output: Output): Tensor {
  const { outer, length } = block;
  const { slices, lanes } = splitRows(x.engine, outer, length);
  const constants = {
    LENGTH: length,
    SLICES: slices,
    UNITS: outer * slices,
    LANES: lanes,
    ...constantsOf(reduction, slices === 1),
  };
  const inputs = { x, center: reduction.center ?? x.engine.one };
  const y = slices === 1 ? output : [outer, slices];
  const partials = run(rows, inputs, { y }, { constants, invocations: outer * slices * lanes }).y;
  return slices === 1
    ? partials
    : reduceRows(partials, { outer, length: slices, inner: 1 }, last(reduction), output);
}

/** Few long rows are cut into slices; a slice is shared by a workgroup unless rows are short or many. */
function splitRows(engine: OpEngine, outer: number, length: number): { slices: number; lanes: number } {
  const { serialVectors, invocations } = granularity(engine);
  const vectors = Math.ceil(length / 4);
  if (vectors <= serialVectors || (engine.adapter.software && outer >= invocations)) {
    return { slices: 1, lanes: 1 };
  }
  const wanted = Math.ceil(invocations / (outer * workgroup));
  const most = Math.ceil(vectors / (workgroup * 16));
  return { slices: Math.max(1, Math.min(wanted, most)), lanes: workgroup };
}

function reduceColumns(x: Tensor, block: Block, reduction: Reduction, output: Output): Tensor {
  const { outer, length, inner } = block;
  const outputs = outer * inner;
  const groups = Math.ceil(outputs / 4);
  const chunk = chunkOfRows(x.engine, length, groups);
  const slices = Math.ceil(length / chunk);
  const constants = {
    ROWS: length,
    COLUMNS: inner,
    OUTPUTS: outputs,
    SLICES: slices,
    CHUNK: chunk,
    ...constantsOf(reduction, slices === 1),
  };
  const inputs = { x, center: reduction.center ?? x.engine.one };
  const y = slices === 1 ? output : [slices, groups * 4];
  const partials = run(columns, inputs, { y }, { constants, invocations: groups * slices }).y;
  if (slices === 1) return partials;
  return reduceColumns(partials, { outer: 1, length: slices, inner: groups * 4 }, last(reduction), output);
}

/** Rows that one invocation combines: all of them if they are few or if there are columns enough to keep busy. */
function chunkOfRows(engine: OpEngine, length: number, groups: number): number {
  const { serialRows, invocations } = granularity(engine);
  const slices = Math.min(Math.floor(length / 32), Math.ceil(invocations / groups));
  return length <= serialRows || slices < 2 ? length : Math.ceil(length / slices);
}

function constantsOf(reduction: Reduction, final: boolean) {
  const { operation, term, absolute = 0, square = 0, scale = 1 } = reduction;
  return {
    OPERATION: operationCodes[operation],
    TERM: term ? termCodes[term] : 0,
    ABSOLUTE: absolute,
    SQUARE: square,
    SCALE: final ? scale : 1,
  };
}

/** For each element: its term, and combining it with the others. */
function operationsOf({ TERM, ABSOLUTE, SQUARE }: Constants): number {
  const penalty = (ABSOLUTE ? 2 : 0) + (SQUARE ? 3 : 0);
  return 1 + [0, penalty, 2, 1, 1][Number(TERM)]!;
}

/** The stage that combines the partial results of another. */
function last({ operation, scale = 1 }: Reduction): Reduction {
  return { operation, scale };
}
