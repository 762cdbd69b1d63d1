/** @file The nearest references of a block of queries: candidates by the matrix product, then exact distances. */
import { kernel, run } from "../../engine/kernel.ts";
import type { OpEngine, Tensor } from "../../engine/tensor.ts";
import { matrixProduct } from "../dense/product.ts";
import { square } from "../elementwise/unary-table.ts";
import { max, sum } from "../reduce/reduce.ts";

const smallest = kernel("neighbors/smallest", {
  reads: ["values", "offsets", "indices", "first"],
  updates: ["scores", "found"],
  flops: { values: ({ OFFSETS }) => (OFFSETS ? 3 : 1) },
});
const candidateDistances = kernel("neighbors/candidate-distances", {
  reads: ["queries", "query_norms", "references", "largest_norm", "first", "scores", "candidates"],
  writes: ["distances"],
  updates: ["bound"],
  flops: { distances: ({ WIDTH }) => 3 * Number(WIDTH) },
});
const allDistances = kernel("neighbors/distances", {
  reads: ["queries", "references"],
  writes: ["distances"],
  flops: { distances: ({ WIDTH }) => 3 * Number(WIDTH) },
});

/** The largest float32 number: the score of an empty place. */
const largestFloat = 3.4028234663852886e38;
export const nobody = 0xffffffff;

/** References on the GPU, with what the search needs of them. */
export interface ReferenceBlock {
  /** [rows, width], padded with zeros */
  readonly values: Tensor;
  /** rows that are references */
  readonly count: number;
  /** [rows], squared lengths */
  readonly norms: Tensor;
  /** [], of the norms */
  readonly largestNorm: Tensor;
  /** [1], index of the first row among all references */
  readonly first: Tensor;
}

/** The best found so far; updated in place, block after block. */
export interface Nearest {
  /** [k, queries], squared, ascending */
  readonly distances: Tensor;
  /** [k, queries], u32 */
  readonly indices: Tensor;
  /** [queries]: no reference that was left out without an exact distance is nearer (squared) */
  readonly bound: Tensor;
}

/** Takes the squared lengths of uploaded references. `values` and the results are the caller's to dispose of. */
export function referenceBlock(values: Tensor, first: number, count: number): ReferenceBlock {
  const { engine } = values;
  return engine.scope(() => {
    const norms = squaredLengths(values);
    return {
      values: engine.keep(values),
      count,
      norms: engine.keep(norms),
      largestNorm: engine.keep(max(norms)),
      first: engine.keep(engine.tensor([first], [1], "u32")),
    };
  });
}

export function disposeReferences({ values, norms, largestNorm, first }: ReferenceBlock): void {
  for (const tensor of [values, norms, largestNorm, first]) tensor.dispose();
}

/** Empty lists for `queries` queries. */
export function emptyNearest(engine: OpEngine, k: number, queries: number): Nearest {
  const full = (size: number) => new Float32Array(size).fill(largestFloat);
  return {
    distances: engine.tensor(full(k * queries), [k, queries]),
    indices: engine.tensor(new Uint32Array(k * queries).fill(nobody), [k, queries], "u32"),
    bound: engine.tensor(full(queries), [queries]),
  };
}

/**
 * Candidates per block and query: more than are wanted, so that the rounding of the product decides nothing. If even
 * the first one left out could be too near, `bound` says so.
 */
function candidatesFor(k: number): number {
  return k + Math.max(6, Math.ceil(k / 2));
}

/** Updates `nearest` with the references of one block: product, candidates, exact distances of those. */
export function searchBlock(queries: Tensor, references: ReferenceBlock, nearest: Nearest): void {
  queries.engine.scope(() => {
    const { values, norms, first, largestNorm } = references;
    const [columns, width] = queries.shape as [number, number];
    const count = candidatesFor(nearest.distances.shape[0]!);
    const products = matrixProduct({ a: values, b: queries, transposeB: true });
    const lists = select({ values: products, offsets: norms, scale: -2, first }, references.count, count);
    const inputs = {
      queries,
      query_norms: squaredLengths(queries),
      references: values,
      largest_norm: largestNorm,
      first,
      scores: lists.scores,
      candidates: lists.found,
      bound: nearest.bound,
    };
    const constants = { COUNT: count, COLUMNS: columns, WIDTH: width, ERROR: (2 * width + 8) * 2 ** -24 };
    const invocations = count * columns;
    const exact = run(
      candidateDistances,
      inputs,
      { distances: [count, columns] },
      { constants, invocations },
    );
    merge(exact.distances, lists.found, nearest);
  });
}

/** The same by the distances of all pairs: for queries that `bound` leaves undecided. */
export function searchBlockExactly(queries: Tensor, references: ReferenceBlock, nearest: Nearest): void {
  queries.engine.scope(() => {
    const { values, first, count } = references;
    const [columns, width] = queries.shape as [number, number];
    const rows = values.shape[0]!;
    const { distances } = run(
      allDistances,
      { queries, references: values },
      { distances: [rows, columns] },
      { constants: { ROWS: rows, COLUMNS: columns, WIDTH: width }, invocations: rows * columns },
    );
    const lists = select({ values: distances, scale: 1, first }, count, nearest.distances.shape[0]!);
    merge(lists.scores, lists.found, nearest);
  });
}

interface Scores {
  /** [rows, columns] */
  readonly values: Tensor;
  readonly scale: number;
  /** [rows] */
  readonly offsets?: Tensor;
  readonly first: Tensor;
}

interface Lists {
  readonly scores: Tensor;
  readonly found: Tensor;
}

/** The `count` smallest of each column: by slices first where a GPU wants more invocations than there are columns. */
function select({ values, scale, offsets, first }: Scores, rows: number, count: number): Lists {
  const { engine } = values;
  const columns = values.shape[1]!;
  const slices = engine.adapter.software ? 1 : Math.max(1, Math.min(32, Math.floor(rows / 512)));
  const lists = newLists(engine, [slices, count, columns]);
  const constants = {
    COUNT: count,
    ROWS: rows,
    COLUMNS: columns,
    SLICES: slices,
    SCALE: scale,
    OFFSETS: offsets !== undefined,
    INDICES: false,
    KEEP: false,
  };
  const inputs = { values, offsets: offsets ?? engine.one, indices: first, first, ...lists };
  run(smallest, inputs, {}, { constants, invocations: slices * columns });
  if (slices === 1) return lists;
  const best = newLists(engine, [count, columns]);
  combine(lists, slices * count, best, count, false);
  return best;
}

/** Merges exact distances of references `found` into the nearest so far. */
function merge(distances: Tensor, found: Tensor, nearest: Nearest): void {
  const [count] = distances.shape.slice(-2) as [number, number];
  const target = { scores: nearest.distances, found: nearest.indices };
  combine({ scores: distances, found }, count, target, nearest.distances.shape[0]!, true);
}

function combine(lists: Lists, rows: number, target: Lists, count: number, keep: boolean): void {
  const { engine } = lists.scores;
  const columns = target.scores.shape.at(-1)!;
  const constants = {
    COUNT: count,
    ROWS: rows,
    COLUMNS: columns,
    SLICES: 1,
    SCALE: 1,
    OFFSETS: false,
    INDICES: true,
    KEEP: keep,
  };
  const unused = { offsets: engine.one, first: lists.found };
  const inputs = { values: lists.scores, indices: lists.found, ...unused, ...target };
  run(smallest, inputs, {}, { constants, invocations: columns });
}

function newLists(engine: OpEngine, shape: readonly number[]): Lists {
  return {
    scores: engine.allocate(shape, "f32", "nearest neighbours"),
    found: engine.allocate(shape, "u32", "nearest neighbours"),
  };
}

/** [n] from [n, width] */
function squaredLengths(x: Tensor): Tensor {
  return x.engine.scope(() => sum(square(x), { axes: 1 }));
}
