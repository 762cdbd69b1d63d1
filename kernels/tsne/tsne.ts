/** @file Exact t-SNE (van der Maaten and Hinton, 2008) in two dimensions, with the defaults of scikit-learn 1.2. */
import { requireEngine } from "../../engine/arguments.ts";
import { type Engine, engineOf } from "../../engine/device.ts";
import { ArgumentError, NumericError, ShapeError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import {
  checkFunction,
  checkOption,
  checkOptionNames,
  type OptionNames,
  written,
} from "../../engine/options.ts";
import { elementNormal } from "../../engine/random.ts";
import { type Tensor, toTyped } from "../../engine/tensor.ts";
import { square } from "../elementwise/unary-table.ts";
import { Pca } from "../pca/pca.ts";
import { sum } from "../reduce/reduce.ts";
import { checkFiniteRows, type HostRows } from "../rows.ts";
import { type Affinities, affinities } from "./affinities.ts";
import { divergence, divergenceGradient, movePoints } from "./descent.ts";
import { Embedding } from "./embedding.ts";

export interface TsneOptions {
  /** effective number of neighbours, below the number of points */
  readonly perplexity?: number;
  /** factor of the affinities in the first 250 steps */
  readonly earlyExaggeration?: number;
  /** max(points / earlyExaggeration / 4, 50) unless given */
  readonly learningRate?: number;
  /** steps in all */
  readonly iterations?: number;
  /** start: the first two principal components, random numbers, or given coordinates [n, 2]; shrunk to 1e-4 but for the last */
  readonly init?: "pca" | "random" | ArrayLike<number>;
  /** of the random start */
  readonly seed?: number;
  /** called every 50 steps */
  readonly onProgress?: (progress: TsneProgress) => void;
}

/** Where the descent is. */
interface TsneFigures {
  /** steps done */
  readonly iteration: number;
  /** Kullback-Leibler divergence, of the exaggerated affinities while they are */
  readonly divergence: number;
  readonly gradientNorm: number;
}

export interface TsneProgress extends TsneFigures {
  /** steps to do */
  readonly iterations: number;
}

export interface TsneResult {
  /** [n, 2], row-major */
  readonly embedding: Float32Array;
  /** Kullback-Leibler divergence at the last check */
  readonly divergence: number;
  readonly iterations: number;
}

const explorationSteps = 250;
const stepsPerCheck = 50;
const stepsWithoutProgress = 300;
const smallestGradient = 1e-7;

/** Part of the descent with one exaggeration and momentum; it starts at rest. */
interface Phase {
  /** steps done before */
  readonly first: number;
  /** steps done after */
  readonly end: number;
  readonly exaggeration: number;
  readonly momentum: number;
  readonly learningRate: number;
}

/**
 * Embeds rows in the plane so that near ones stay near. All pairs are computed: memory and time grow with the square of
 * the number of points. The same data, seed and adapter give the same bits.
 * @throws ArgumentError if an option is out of range, e.g. the perplexity not below the number of points
 * @throws MemoryError if there are too many points for the adapter
 * @throws NumericError if a value is NaN or infinite, or the descent diverges
 */
export async function tsne(engine: Engine, rows: HostRows, options: TsneOptions = {}): Promise<TsneResult> {
  requireEngine("t-SNE", engine);
  checkOptions(options);
  const { perplexity = 30, iterations = 1000, onProgress } = options;
  const found = engine.scope(() => {
    const { count, p } = affinities(engine, rows, perplexity);
    return { count, p: engine.keep(p) };
  });
  using _ = found.p;
  using embedding = new Embedding(engine, await startingPoints(engine, rows, options));
  let last: TsneFigures | undefined;
  for (const phase of phasesOf(options, found.count)) {
    last = await descend(found, embedding, phase, (figures) => onProgress?.({ ...figures, iterations }));
  }
  const { divergence, iteration } = last!;
  return { embedding: await embedding.coordinates(), divergence, iterations: iteration };
}

function phasesOf(options: TsneOptions, count: number): Phase[] {
  const { earlyExaggeration = 12, iterations = 1000 } = options;
  const { learningRate = Math.max(count / earlyExaggeration / 4, 50) } = options;
  const change = Math.min(explorationSteps, iterations);
  const phases = [
    { first: 0, end: change, exaggeration: earlyExaggeration, momentum: 0.5, learningRate },
    { first: change, end: iterations, exaggeration: 1, momentum: 0.8, learningRate },
  ];
  return phases.filter(({ first, end }) => end > first);
}

/** Runs a phase, ended early where scikit-learn ends it: a tiny gradient, or no progress for 300 steps. */
async function descend(
  found: Affinities,
  embedding: Embedding,
  phase: Phase,
  report: (figures: TsneFigures) => void,
): Promise<TsneFigures> {
  embedding.rest();
  const best = { divergence: Number.POSITIVE_INFINITY, iteration: phase.first };
  for (let iteration = phase.first + 1; ; iteration++) {
    const check = iteration % stepsPerCheck === 0 || iteration === phase.end;
    const tensors = step(found, embedding, phase, check);
    if (!check) continue;
    const [kl, squares] = await Promise.all(tensors.map(async (tensor) => (await tensor.data())[0]!));
    for (const tensor of tensors) tensor.dispose();
    const figures = { iteration, divergence: kl!, gradientNorm: Math.sqrt(squares!) };
    checkFinite(figures, phase.learningRate);
    report(figures);
    if (figures.divergence < best.divergence) Object.assign(best, figures);
    const stuck = iteration - best.iteration > stepsWithoutProgress;
    if (iteration === phase.end || stuck || figures.gradientNorm <= smallestGradient) return figures;
  }
}

/** One step; with `check`, the divergence before it and the square of the gradient's length, to be disposed of. */
function step(found: Affinities, embedding: Embedding, phase: Phase, check: boolean): Tensor[] {
  const { y } = embedding;
  const { engine } = y;
  const figures = engine.scope(() => {
    const { gradient, mass } = divergenceGradient(found, y, phase.exaggeration);
    const kl = check ? [divergence(found, y, mass, phase.exaggeration), sum(square(gradient))] : [];
    movePoints(embedding, gradient, phase);
    return kl.map((tensor) => engine.keep(tensor));
  });
  engineOf(y).commands.flush(); // a submit per step: none runs into a watchdog
  return figures;
}

function checkFinite({ divergence, gradientNorm, iteration }: TsneFigures, learningRate: number): void {
  if (Number.isFinite(divergence) && Number.isFinite(gradientNorm)) return;
  throw new NumericError(
    `t-SNE: the divergence is ${divergence} after ${iteration} steps. A learning rate below ${learningRate} may help, or ` +
      "smaller values, if squares of their distances overflow float32.",
  );
}

const optionNames: OptionNames<TsneOptions> = {
  perplexity: true,
  earlyExaggeration: true,
  learningRate: true,
  iterations: true,
  init: true,
  seed: true,
  onProgress: true,
};

function checkOptions(options: TsneOptions): void {
  checkOptionNames("t-SNE", options, optionNames);
  const { iterations = 1, earlyExaggeration = 1, learningRate = 1, seed = 0, init, onProgress } = options;
  const isCount = () => Number.isInteger(iterations) && iterations >= 1;
  checkOption("t-SNE", "iterations", iterations, isCount, "a whole number from 1 on");
  for (const [name, value] of Object.entries({ earlyExaggeration, learningRate }))
    checkOption("t-SNE", name, value, () => value > 0, "above 0");
  const isSeed = () => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
  checkOption("t-SNE", "seed", seed, isSeed, "a whole number from 0 to 4294967295");
  if (onProgress !== undefined) checkFunction("t-SNE", "onProgress", onProgress);
  if (init === undefined || init === "pca" || init === "random") return;
  if (typeof init === "string")
    throw new ArgumentError(`t-SNE: init must be "pca", "random" or points, got ${written(init)}.`);
  checkValues("t-SNE: init", init);
}

/** [n, 2] */
async function startingPoints(
  engine: Engine,
  rows: HostRows,
  { init = "pca", seed = 0 }: TsneOptions,
): Promise<ArrayLike<number>> {
  const count = rows.shape[0]!;
  if (init === "random") {
    const counter = { seed, stream: 0, step: 0 };
    return Float64Array.from({ length: 2 * count }, (_, i) => 1e-4 * elementNormal(i, counter));
  }
  if (init !== "pca") {
    if (init.length !== 2 * count)
      throw new ShapeError(`t-SNE: the start has ${init.length} values for [${count},2].`);
    const start = toTyped(init, "f32", "t-SNE: init") as Float32Array;
    checkFiniteRows("t-SNE: init", { values: start, shape: [count, 2] });
    return start;
  }
  const pca = await Pca.fit(engine, rows, { components: 2 });
  const projected = await pca.project(rows);
  pca.dispose();
  const firsts = projected.filter((_, i) => i % 2 === 0);
  const mean = firsts.reduce((total, x) => total + x, 0) / count;
  const deviation = Math.sqrt(firsts.reduce((total, x) => total + (x - mean) ** 2, 0) / count);
  return Float64Array.from(projected, (x) => (x / deviation) * 1e-4);
}
