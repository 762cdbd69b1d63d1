/** @file k-nearest-neighbour classification, exact and brute-force: every query is compared with every reference. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatShape, NumericError, ShapeError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { checkFiniteRows, type HostRows, roundUp, rowsAndWidth, uploadRows } from "../rows.ts";
import {
  disposeReferences,
  emptyNearest,
  nobody,
  type ReferenceBlock,
  referenceBlock,
  searchBlock,
  searchBlockExactly,
} from "./search.ts";
import { majority } from "./vote.ts";

export interface NeighborsOptions {
  /** number of neighbours that vote */
  readonly k: number;
  /** references and queries compared at a time; their product takes 4 bytes per pair */
  readonly blockRows?: number;
  readonly blockQueries?: number;
}

/** The k nearest references of each query, row-major [queries, k]. */
export interface Neighbors {
  /** Euclidean, ascending */
  readonly distances: Float32Array;
  /** of equal distances the smaller index comes first */
  readonly indices: Uint32Array;
  /** mean time of a query in seconds */
  readonly secondsPerQuery: number;
}

export interface NeighborsPrediction extends Neighbors {
  /** predicted class per query */
  readonly labels: Uint32Array;
}

const mostNeighbors = 128;
/** Bytes of a block of references, and of the products of a block of queries with it. */
const blockBytes = 64 * 2 ** 20;

export class NearestNeighbors {
  readonly engine: Engine;
  readonly k: number;
  /** number of references */
  readonly count: number;
  /** features of a reference */
  readonly width: number;
  readonly #labels: Uint32Array;
  readonly #blocks: readonly ReferenceBlock[];
  readonly #blockQueries: number;
  #undecided = 0;

  /**
   * Copies the references to the GPU; dispose() frees them.
   * @param labels class of each reference, whole numbers from 0
   * @throws ArgumentError if k is not 1 to 128 or exceeds the number of references, or a label is no class
   * @throws ShapeError if references and labels do not fit together
   * @throws NumericError if a value is NaN or infinite
   */
  constructor(engine: Engine, references: HostRows, labels: ArrayLike<number>, options: NeighborsOptions) {
    checkOptions(options);
    const { k, blockQueries = 1024 } = options;
    const [count, width] = rowsAndWidth("kNN: references", references);
    checkNeighbors(k, count);
    checkFiniteRows("kNN: references", references);
    this.engine = engine;
    this.k = k;
    this.count = count;
    this.width = width;
    this.#labels = checkedLabels(labels, count);
    this.#blockQueries = blockQueries;
    const paddedWidth = roundUp(width, 4);
    const fitting = Math.floor(blockBytes / 4 / Math.max(paddedWidth, blockQueries));
    const rows = evenBlock(count, options.blockRows ?? Math.max(4, fitting));
    this.#blocks = Array.from({ length: Math.ceil(count / rows) }, (_, i) => {
      const values = uploadRows(engine, references, i * rows, { rows, width: paddedWidth });
      return referenceBlock(values, i * rows, Math.min(rows, count - i * rows));
    });
  }

  /** Queries so far that rounding left undecided, so that they were compared with all references once more. */
  get undecided(): number {
    return this.#undecided;
  }

  /** Sizes of a block of references and of one of so many queries, as they are multiplied, and the number of such pairs. */
  blocks(queries: number): { readonly rows: number; readonly columns: number; readonly count: number } {
    const columns = evenBlock(queries, this.#blockQueries);
    const count = this.#blocks.length * Math.ceil(queries / columns);
    return { rows: this.#blocks[0]!.values.shape[0]!, columns, count };
  }

  /** The class of each query: that of most of its k nearest references, of equally frequent ones the smallest. */
  async predict(queries: HostRows): Promise<NeighborsPrediction> {
    const neighbors = await this.neighbors(queries);
    const labels = neighbors.indices.map((index) => this.#labels[index]!);
    return { ...neighbors, labels: majority(labels, this.k) };
  }

  /**
   * The k nearest references of each query.
   * @throws ShapeError if the queries have another width
   * @throws NumericError if a value is NaN or infinite, or fewer than k references have a finite distance
   */
  async neighbors(queries: HostRows): Promise<Neighbors> {
    const [count, width] = rowsAndWidth("kNN: queries", queries);
    if (width !== this.width) {
      const shapes = `queries ${formatShape(queries.shape)}, references [${this.count},${this.width}]`;
      throw new ShapeError(
        `kNN: the references have ${this.width} features, the queries ${width}. ${shapes}.`,
      );
    }
    checkFiniteRows("kNN: queries", queries);
    const started = performance.now();
    const found = new FoundNeighbors(count, this.k);
    const undecided = await this.#search(queries, found, searchBlock, (i) => i);
    if (undecided.length > 0) {
      this.#undecided += undecided.length;
      const again = pickRows(queries, undecided, width);
      await this.#search(again, found, searchBlockExactly, (i) => undecided[i]!);
    }
    found.check();
    const secondsPerQuery = (performance.now() - started) / 1000 / count;
    return { distances: found.distances, indices: found.indices, secondsPerQuery };
  }

  /** Frees the rows on the GPU. */
  dispose(): void {
    for (const block of this.#blocks) disposeReferences(block);
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Searches block by block; query i goes to row `place(i)` of `found`. Returns the undecided ones. */
  async #search(
    queries: HostRows,
    found: FoundNeighbors,
    search: typeof searchBlock,
    place: (query: number) => number,
  ): Promise<number[]> {
    const count = queries.shape[0]!;
    const { columns: rows } = this.blocks(count);
    const starts = Array.from({ length: Math.ceil(count / rows) }, (_, i) => i * rows);
    // all blocks are submitted before the first is read, so that the GPU never waits for this thread
    const lists = starts.map((first) => this.#submit(queries, { first, rows }, search));
    const results = await Promise.all(
      lists.map((nearest) => Promise.all(nearest.map((list) => list.data()))),
    );
    for (const tensor of lists.flat()) tensor.dispose();
    const undecided: number[] = [];
    for (const [block, [squares, indices, bound]] of results.entries()) {
      const first = block * rows;
      for (let i = 0; i < Math.min(rows, count - first); i++) {
        found.set(place(first + i), squares!, indices!, i, rows);
        // the exact distance is itself a rounded sum: 2^-16 is more than that costs
        if (squares![(this.k - 1) * rows + i]! * (1 + 2 ** -16) > bound![i]!) undecided.push(first + i);
      }
    }
    return undecided;
  }

  /** Distances, indices and bound of the queries from `first` on; the caller disposes them. */
  #submit(
    queries: HostRows,
    { first, rows }: { readonly first: number; readonly rows: number },
    search: typeof searchBlock,
  ): readonly Tensor[] {
    return this.engine.scope(() => {
      const block = uploadRows(this.engine, queries, first, { rows, width: roundUp(this.width, 4) });
      const lists = emptyNearest(this.engine, this.k, rows);
      for (const references of this.#blocks) {
        search(block, references, lists);
        this.engine.commands.flush(); // a submit per block: none runs into a watchdog
      }
      return [lists.distances, lists.indices, lists.bound].map((tensor) => this.engine.keep(tensor));
    });
  }
}

/** Results in the order of the queries. */
class FoundNeighbors {
  readonly distances: Float32Array;
  readonly indices: Uint32Array;
  readonly #k: number;

  constructor(queries: number, k: number) {
    this.distances = new Float32Array(queries * k);
    this.indices = new Uint32Array(queries * k);
    this.#k = k;
  }

  /** Row `row` from column `column` of [k, columns]. */
  set(row: number, squares: ArrayLike<number>, indices: ArrayLike<number>, column: number, columns: number) {
    for (let place = 0; place < this.#k; place++) {
      this.distances[row * this.#k + place] = Math.sqrt(squares[place * columns + column]!);
      this.indices[row * this.#k + place] = indices[place * columns + column]!;
    }
  }

  check(): void {
    const at = this.indices.indexOf(nobody);
    if (at === -1) return;
    throw new NumericError(
      `kNN: query ${Math.floor(at / this.#k)} has fewer than ${this.#k} references at a finite distance: ` +
        "squares of the distances overflow float32. Scale the values down.",
    );
  }
}

/** Rows per block, a multiple of 4 and at most `most` (4 at least), so that all blocks are about equally full. */
function evenBlock(count: number, most: number): number {
  const largest = Math.max(4, most - (most % 4));
  return roundUp(Math.ceil(count / Math.ceil(count / largest)), 4);
}

function pickRows({ values, ...rest }: HostRows, rows: readonly number[], width: number): HostRows {
  const picked = Float64Array.from(
    { length: rows.length * width },
    (_, i) => values[rows[Math.floor(i / width)]! * width + (i % width)]!,
  );
  return { ...rest, values: picked, shape: [rows.length, width] };
}

function checkOptions(options: NeighborsOptions): void {
  checkOptionNames("kNN", options, { k: true, blockRows: true, blockQueries: true });
  const { blockRows = 4, blockQueries = 4 } = options;
  for (const [name, value] of Object.entries({ blockRows, blockQueries }))
    checkOption("kNN", name, value, () => Number.isInteger(value) && value >= 1, "a positive integer");
}

function checkNeighbors(k: number, count: number): void {
  if (!Number.isInteger(k) || k < 1 || k > mostNeighbors) {
    throw new ArgumentError(`kNN: k must be a whole number from 1 to ${mostNeighbors}, got ${written(k)}.`);
  }
  if (k > count) throw new ArgumentError(`kNN: k is ${k}, but there are only ${count} references.`);
}

function checkedLabels(labels: ArrayLike<number>, count: number): Uint32Array {
  checkValues("kNN: labels", labels);
  if (labels.length !== count) {
    throw new ShapeError(`kNN: ${count} references and ${labels.length} labels.`);
  }
  return Uint32Array.from(labels, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < nobody) return label;
    throw new ArgumentError(`kNN: label ${i} is ${written(label)}, expected a whole number from 0 on.`);
  });
}
