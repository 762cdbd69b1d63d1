/** @file Principal component analysis: the directions along which a data set varies most. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { dense } from "../dense/dense.ts";
import { square, sub } from "../elementwise/index.ts";
import { sum } from "../reduce/reduce.ts";
import { checkFiniteRows, type HostRows, rowsAndWidth, uploadRows } from "../rows.ts";
import { concat } from "../shape/concat.ts";
import { exactError } from "./exact-error.ts";
import { featureMeans } from "./moments.ts";
import { scatterMatrix } from "./scatter.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** What is known of a data set's principal components, in float64. */
export interface Spectrum {
  /** number of rows */
  readonly count: number;
  /** [width] */
  readonly mean: Float64Array;
  /** [components, width], unit rows, the most important first */
  readonly components: Float64Array;
  /** variance along each component, divided by n - 1 */
  readonly explainedVariance: Float64Array;
  /** the same as parts of the total variance */
  readonly explainedVarianceRatio: Float64Array;
  /** mean of the variances that are left out, scikit-learn's noise_variance_; 0 if none is */
  readonly noiseVariance: number;
}

const uploadedRows = 1024;
/** What float32 computes of less than this part of the variance is off by more than 1e-5 of itself. */
const smallestShare = 1e-3;

export class Pca {
  readonly engine: Engine;
  readonly spectrum: Spectrum;
  /** in float32 */
  readonly #mean: Tensor;
  /** what float32 leaves of the mean: far from the origin it is more than the components are long */
  readonly #rest: Tensor;
  /** [components, width] */
  readonly #components: Tensor;

  private constructor(engine: Engine, spectrum: Spectrum) {
    this.engine = engine;
    this.spectrum = spectrum;
    const { mean, components } = spectrum;
    this.#mean = engine.keep(engine.tensor(mean));
    this.#rest = engine.keep(engine.tensor(mean.map((value) => value - Math.fround(value))));
    this.#components = engine.keep(engine.tensor(components, [components.length / mean.length, mean.length]));
  }

  /**
   * Finds the first `components` principal components, by covariance and eigen-decomposition in float64; the products of bytes
   * are made on the GPU, exactly. Each points so that its entry of largest magnitude is positive (svd_flip of scikit-learn 1.5).
   * dispose() frees the GPU memory.
   * @throws ArgumentError if components is below 1 or above the rank of the data
   * @throws NumericError if a value is NaN or infinite
   */
  static async fit(engine: Engine, rows: HostRows, options: { readonly components: number }): Promise<Pca> {
    checkOptionNames("PCA", options, { components: true });
    return new Pca(engine, await principalComponents(engine, rows, options.components));
  }

  /** Number of principal components. */
  get components(): number {
    return this.#components.shape[0]!;
  }

  /** The first `components` of these, as a Pca of its own. Throws ArgumentError if there are not so many. */
  first(components: number): Pca {
    checkComponents(components, this.components, `${this.components} components were fitted`);
    return new Pca(this.engine, firstComponents(this.spectrum, components));
  }

  /** z = (x - mean) components^T: [n, components] from [n, width]. */
  transform(x: Tensor): Tensor {
    this.#check("transform", x, this.spectrum.mean.length);
    return this.engine.scope(() => this.#along(sub(sub(x, this.#mean), this.#rest)));
  }

  /** Coordinates of rows that are centred. */
  #along(centred: Tensor): Tensor {
    return dense(centred, this.#components, { transposeKernel: true });
  }

  /** x = z components + mean: [n, width] from [n, components]. */
  inverseTransform(z: Tensor): Tensor {
    this.#check("inverseTransform", z, this.components);
    return dense(z, this.#components, { bias: this.#mean });
  }

  /** transform() of rows in main memory, row-major [n, components]. */
  async project(rows: HostRows): Promise<Float32Array> {
    const result = new Float32Array(rows.shape[0]! * this.components);
    await this.#eachBlock(
      rows,
      (centred) => this.#along(centred),
      (z, first) => result.set(z, first * this.components),
    );
    return result;
  }

  /** inverseTransform(transform(x)) of rows in main memory: what is left of them after the compression. */
  async reconstruct(rows: HostRows): Promise<Float32Array> {
    const result = new Float32Array(rows.shape[0]! * this.spectrum.mean.length);
    const reconstruct = (centred: Tensor) => this.inverseTransform(this.#along(centred));
    await this.#eachBlock(rows, reconstruct, (y, first) => result.set(y, first * this.spectrum.mean.length));
    return result;
  }

  /** Mean over all values of (x - reconstruct(x))^2; computed once more in float64 where it is little beside (x - mean)^2. */
  async reconstructionError(rows: HostRows): Promise<number> {
    const totals = [0, 0]; // of what is left out, and of all
    const squares = (centred: Tensor) => {
      const left = sub(centred, dense(this.#along(centred), this.#components));
      return concat(
        [left, centred].map((x) => sum(square(x), { axes: 1, keepDims: true })),
        1,
      );
    };
    await this.#eachBlock(rows, squares, (pairs) => {
      for (const [i, value] of pairs.entries()) totals[i % 2]! += value;
    });
    const [left, all] = totals as [number, number];
    const total = left < smallestShare * all ? exactError(rows, this.spectrum) : left;
    return total / (rows.shape[0]! * this.spectrum.mean.length);
  }

  /** Frees mean and components on the GPU. */
  dispose(): void {
    this.#mean.dispose();
    this.#rest.dispose();
    this.#components.dispose();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Hands `compute` the rows less the mean block by block, and `take` its values and the first row's number. */
  async #eachBlock(
    rows: HostRows,
    compute: (centred: Tensor) => Tensor,
    take: (values: Float32Array, first: number) => void,
  ): Promise<void> {
    const [count, width] = rowsAndWidth("PCA", rows);
    this.#checkWidth("rows", rows.shape, width);
    checkFiniteRows("PCA", rows);
    const shift = this.spectrum.mean;
    for (let first = 0; first < count; first += uploadedRows) {
      const size = { rows: Math.min(uploadedRows, count - first), width };
      const y = this.engine.scope(() =>
        this.engine.keep(compute(uploadRows(this.engine, rows, first, size, { shift }))),
      );
      take((await y.data()) as Float32Array, first);
      y.dispose();
    }
  }

  #checkWidth(what: string, shape: Shape, width: number): void {
    const expected = this.spectrum.mean.length;
    if (width === expected) return;
    throw new ShapeError(
      `PCA: fitted on ${expected} features, ${what} have ${width}. ${what} ${formatShape(shape)}.`,
    );
  }

  #check(op: string, x: Tensor, width: number): void {
    if (x.shape.length === 2 && x.shape[1] === width) return;
    throw new ShapeError(`PCA: ${op} expects [n,${width}], got ${formatShape(x.shape)}.`);
  }
}

async function principalComponents(engine: Engine, rows: HostRows, components: number): Promise<Spectrum> {
  const [count, width] = rowsAndWidth("PCA", rows);
  checkComponents(components, Math.min(count, width), `the data are ${formatShape([count, width])}`);
  checkFiniteRows("PCA", rows);
  const mean = featureMeans(rows);
  const { values, vectors } = symmetricEigen(await scatterMatrix(engine, rows, mean), width);
  const rank = rankOf(values, Math.min(count - 1, width));
  checkComponents(components, rank, `the data have rank ${rank}`);
  const variances = values.map((value) => Math.max(value, 0) / (count - 1));
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  pointUp(vectors, width);
  const all: Spectrum = {
    count,
    mean,
    components: vectors,
    explainedVariance: variances,
    explainedVarianceRatio: variances.map((variance) => variance / total),
    noiseVariance: 0,
  };
  return firstComponents(all, components);
}

function firstComponents(spectrum: Spectrum, components: number): Spectrum {
  const { count, mean, explainedVariance } = spectrum;
  const open = explainedVariance.subarray(components, Math.min(count, mean.length));
  const beyond = spectrum.noiseVariance * (Math.min(count, mean.length) - explainedVariance.length);
  const left = open.reduce((sum, variance) => sum + variance, beyond);
  const places = Math.min(count, mean.length) - components;
  return {
    ...spectrum,
    components: spectrum.components.slice(0, components * mean.length),
    explainedVariance: explainedVariance.slice(0, components),
    explainedVarianceRatio: spectrum.explainedVarianceRatio.slice(0, components),
    noiseVariance: places > 0 ? left / places : 0,
  };
}

/** Eigenvalues above the rounding errors of their float64 decomposition, at most `most`. */
function rankOf(values: Float64Array, most: number): number {
  const smallest = values[0]! * values.length * 2 ** -52;
  return Math.min(most, values.filter((value) => value > smallest && value > 0).length);
}

/** Turns each vector so that its entry of largest magnitude is positive. */
function pointUp(vectors: Float64Array, width: number): void {
  for (let start = 0; start < vectors.length; start += width) {
    const vector = vectors.subarray(start, start + width);
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest < 0) for (const [j, value] of vector.entries()) vector[j] = -value;
  }
}

function checkComponents(components: number, most: number, why: string): void {
  if (Number.isInteger(components) && components >= 1 && components <= most) return;
  throw new ArgumentError(
    `PCA: ${written(components)} components asked for, but ${why}: 1 to ${most} are possible.`,
  );
}
