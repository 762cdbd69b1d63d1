/** @file Exact t-SNE (van der Maaten and Hinton, 2008) in two dimensions, with the defaults of scikit-learn 1.2. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, NumericError, ShapeError } from "../../engine/errors.ts";
import { elementNormal } from "../../engine/random.ts";
import { square } from "../elementwise/unary.ts";
import { Pca } from "../pca/pca.ts";
import { sum } from "../reduce/reduce.ts";
import { type HostRows, roundUp } from "../rows.ts";
import { type Affinities, affinities } from "./affinities.ts";
import { divergence, divergenceGradient, type Embedding, movePoints } from "./descent.ts";

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

export interface TsneProgress {
  /** steps done */
  readonly iteration: number;
  readonly iterations: number;
  /** Kullback-Leibler divergence, of the exaggerated affinities while they are */
  readonly divergence: number;
  readonly gradientNorm: number;
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
  readonly first: number;
  readonly end: number;
  readonly exaggeration: number;
  readonly momentum: number;
}

/**
 * Embeds rows in the plane so that near ones stay near. All pairs are computed: memory and time grow with the square of
 * the number of points. The same data, seed and adapter give the same bits.
 * @throws ArgumentError if an option is out of range, e.g. the perplexity not below the number of points
 * @throws MemoryError if there are too many points for the adapter
 * @throws NumericError if the descent diverges
 */
export async function tsne(engine: Engine, rows: HostRows, options: TsneOptions = {}): Promise<TsneResult> {
  const { perplexity = 30, earlyExaggeration = 12, iterations = 1000 } = options;
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new ArgumentError(`t-SNE: iterations must be a whole number from 1 on, got ${iterations}.`);
  }
  const found = engine.scope(() => {
    const { count, p } = affinities(engine, rows, perplexity);
    return { count, p: engine.keep(p) };
  });
  const points = roundUp(found.count, 4);
  const learningRate = options.learningRate ?? Math.max(found.count / earlyExaggeration / 4, 50);
  const held: Embedding[] = [];
  try {
    const start = planar(await startingPoints(engine, rows, options), points);
    const embedding = engine.scope(() => {
      const [y, velocity, gains] = [start, start, start].map((values) =>
        engine.keep(engine.tensor(values, [2, points])),
      );
      return { y: y!, velocity: velocity!, gains: gains! };
    });
    held.push(embedding);
    const change = Math.min(explorationSteps, iterations);
    const phases: Phase[] = [
      { first: 0, end: change, exaggeration: earlyExaggeration, momentum: 0.5 },
      { first: change, end: iterations, exaggeration: 1, momentum: 0.8 },
    ];
    let last: TsneProgress | undefined;
    for (const phase of phases) {
      if (phase.end > phase.first) last = await descend(found, embedding, phase, learningRate, options);
    }
    const y = (await embedding.y.data()) as Float32Array;
    const plane = Float32Array.from(
      { length: 2 * found.count },
      (_, i) => y[(i % 2) * points + Math.floor(i / 2)]!,
    );
    return { embedding: plane, divergence: last!.divergence, iterations: last!.iteration };
  } finally {
    found.p.dispose();
    for (const { y, velocity, gains } of held) for (const tensor of [y, velocity, gains]) tensor.dispose();
  }
}

/** Runs a phase, ended early where scikit-learn ends it: a tiny gradient, or no progress for 300 steps. */
async function descend(
  found: Affinities,
  embedding: Embedding,
  { first, end, exaggeration, momentum }: Phase,
  learningRate: number,
  { onProgress, iterations = 1000 }: TsneOptions,
): Promise<TsneProgress> {
  const { engine } = embedding.y;
  engine.clear(embedding.velocity);
  engine.upload(embedding.gains, new Float32Array(embedding.gains.size).fill(1));
  const best = { divergence: Number.POSITIVE_INFINITY, iteration: first };
  for (let iteration = first + 1; ; iteration++) {
    const check = iteration % stepsPerCheck === 0 || iteration === end;
    const figures = engine.scope(() => {
      const { gradient, mass } = divergenceGradient(found, embedding.y, exaggeration);
      const kl = check ? divergence(found, embedding.y, mass, exaggeration) : undefined;
      movePoints(embedding, gradient, { momentum, learningRate });
      if (!kl) return [];
      return [kl, sum(square(gradient))].map((tensor) => engine.keep(tensor));
    });
    engine.commands.flush(); // a submit per step: none runs into a watchdog
    if (!check) continue;
    const [kl, squares] = await Promise.all(figures.map(async (tensor) => (await tensor.data())[0]!));
    for (const tensor of figures) tensor.dispose();
    const progress = { iteration, iterations, divergence: kl!, gradientNorm: Math.sqrt(squares!) };
    if (!Number.isFinite(kl) || !Number.isFinite(squares)) {
      throw new NumericError(
        `t-SNE: the divergence is ${kl} after ${iteration} steps; a learning rate below ${learningRate} may help.`,
      );
    }
    onProgress?.(progress);
    if (kl! < best.divergence) Object.assign(best, { divergence: kl!, iteration });
    const stuck = iteration - best.iteration > stepsWithoutProgress;
    if (iteration === end || stuck || progress.gradientNorm <= smallestGradient) return progress;
  }
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
    if (init.length === 2 * count) return init;
    throw new ShapeError(`t-SNE: the start has ${init.length} values for [${count},2].`);
  }
  const pca = await Pca.fit(engine, rows, { components: 2 });
  const projected = await pca.project(rows);
  pca.dispose();
  const firsts = projected.filter((_, i) => i % 2 === 0);
  const mean = firsts.reduce((total, x) => total + x, 0) / count;
  const deviation = Math.sqrt(firsts.reduce((total, x) => total + (x - mean) ** 2, 0) / count);
  return Float64Array.from(projected, (x) => (x / deviation) * 1e-4);
}

/** [2, points] from [n, 2] */
function planar(coordinates: ArrayLike<number>, points: number): Float32Array {
  const result = new Float32Array(2 * points);
  for (let i = 0; i < coordinates.length; i++) {
    result[(i % 2) * points + Math.floor(i / 2)] = coordinates[i]!;
  }
  return result;
}
