/** @file Kind classical: nearest neighbours, principal components, t-SNE. */
import type { Engine, Tensor } from "../../../engine/index.ts";
import { addScalar, div, mul, square, sub } from "../../../kernels/elementwise/index.ts";
import { NearestNeighbors } from "../../../kernels/neighbors/index.ts";
import { Pca } from "../../../kernels/pca/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import type { HostRows } from "../../../kernels/rows.ts";
import { affinities } from "../../../kernels/tsne/affinities.ts";
import { divergence, divergenceGradient } from "../../../kernels/tsne/descent.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";

const methods: Readonly<Record<string, (golden: GoldenCase, engine: Engine) => Promise<Results>>> = {
  knn: nearestNeighbors,
  pca: principalComponents,
  tsne: neighborEmbedding,
};

export function supportsClassical(op: string): boolean {
  return Object.hasOwn(methods, op);
}

export async function runClassical(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  return compareOutputs(golden, await methods[golden.op]!(golden, engine));
}

function rowsOf(golden: GoldenCase, name: string): HostRows {
  const { shape } = tensorOf(golden, name);
  return { values: Float32Array.from(numbersOf(tensorOf(golden, name))), shape };
}

async function nearestNeighbors(golden: GoldenCase, engine: Engine): Promise<Results> {
  const labels = numbersOf(tensorOf(golden, "y_train"));
  const k = new Attributes(golden).number("k");
  using classifier = new NearestNeighbors(engine, rowsOf(golden, "x_train"), labels, { k });
  const { labels: predictions, distances } = await classifier.predict(rowsOf(golden, "x_test"));
  return { predictions, distances };
}

async function principalComponents(golden: GoldenCase, engine: Engine): Promise<Results> {
  const [rows, tests] = [rowsOf(golden, "x"), rowsOf(golden, "x_test")];
  const components = new Attributes(golden).number("n_components");
  using pca = await Pca.fit(engine, rows, { components });
  const { spectrum } = pca;
  const signs = matchingSigns(spectrum.components, numbersOf(tensorOf(golden, "components")), components);
  const signed = (projected: Float32Array) => projected.map((value, i) => value * signs[i % components]!);
  return {
    mean: spectrum.mean,
    components: spectrum.components.map((value, i) => value * signs[Math.floor(i / spectrum.mean.length)]!),
    explained_variance: spectrum.explainedVariance,
    explained_variance_ratio: spectrum.explainedVarianceRatio,
    singular_values: spectrum.explainedVariance.map((variance) => Math.sqrt(variance * (spectrum.count - 1))),
    train_projected: signed(await pca.project(rows)),
    test_projected: signed(await pca.project(tests)),
    test_reconstructed: await pca.reconstruct(tests),
    train_mse: [await pca.reconstructionError(rows)],
    test_mse: [await pca.reconstructionError(tests)],
  };
}

/** 1 or -1 per component: which way it points is a matter of convention, and the case says so. */
function matchingSigns(own: Float64Array, expected: ArrayLike<number>, components: number): number[] {
  const width = own.length / components;
  return Array.from({ length: components }, (_, component) => {
    const vector = own.subarray(component * width, (component + 1) * width);
    return vector.reduce((dot, value, j) => dot + value * expected[component * width + j]!, 0) < 0 ? -1 : 1;
  });
}

async function neighborEmbedding(golden: GoldenCase, engine: Engine): Promise<Results> {
  const found = affinities(engine, rowsOf(golden, "x"), new Attributes(golden).number("perplexity"));
  const { count } = found;
  const points = found.p.shape[0]!;
  const given = numbersOf(tensorOf(golden, "y"));
  const planar = (i: number) => given[2 * (i % points) + Math.floor(i / points)];
  const values = Array.from({ length: 2 * points }, (_, i) => (i % points < count ? planar(i)! : 0));
  const y = engine.tensor(values, [2, points]);
  const { gradient, mass } = divergenceGradient(found, y, 1);
  const p = await found.p.data();
  const slope = await gradient.data();
  return {
    p: Array.from({ length: count * count }, (_, at) => p[Math.floor(at / count) * points + (at % count)]!),
    q: (await embeddedAffinities(engine.tensor(given, [count, 2])).data()) as Float32Array,
    kl: (await divergence(found, y, mass, 1).data()) as Float32Array,
    "grad.y": Array.from({ length: 2 * count }, (_, i) => slope[(i % 2) * points + Math.floor(i / 2)]!),
  };
}

/** The Student-t affinities of an embedding [n, 2] as a matrix [n, n], which t-SNE itself never stores. */
function embeddedAffinities(y: Tensor): Tensor {
  const { engine } = y;
  const count = y.shape[0]!;
  const difference = sub(y.view([count, 1, 2]), y.view([1, count, 2]));
  const distances = addScalar(sum(square(difference), { axes: 2 }), 1);
  const offDiagonal = Array.from({ length: count * count }, (_, at) => (at % (count + 1) === 0 ? 0 : 1));
  const w = div(engine.tensor(offDiagonal, [count, count]), distances);
  return mul(w, div(engine.one, sum(w)));
}
