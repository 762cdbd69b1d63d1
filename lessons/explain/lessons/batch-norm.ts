/** @file The lesson on batch normalisation. */
import {
  batchNormGradientReference,
  batchNormReference,
  batchStatisticsReference,
} from "../../../kernels/batch-norm/batch-norm.reference.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { at, beside, element, named, operand, product, type Sum, sumLines, written } from "../figure.ts";
import { finish, type Lesson, nudgeSection, upstreamSection } from "../lesson.ts";
import { Page } from "../page.ts";
import type { Example, Workbench } from "../workbench.ts";

type Name = "x" | "gamma" | "beta";

const x = array64([5, 2], [1, 70, 3, 10, 4, 40, 5, 30, 7, 50]);
const gamma = array64([2], [2, 4]);
const beta = array64([2], [1, -1]);
const dy = array64([5, 2], [-1, 0, 0, -1, 3, 2, 1, 1, 2, 3]);
const epsilon = 0; // for round numbers
const rows = [0, 1, 2, 3, 4];
const channels = [0, 1];

/** What the kernels computed, by the names of the lesson. */
interface Results {
  readonly mean: Array64;
  readonly variance: Array64;
  readonly y: Array64;
  readonly dx: Array64;
  readonly dgamma: Array64;
  readonly dbeta: Array64;
}

/** With momentum 0 the moving statistics become those of the batch: that is how they are read. */
function exampleOf(bench: Workbench) {
  const moving = { movingMean: bench.engine.zeros([2]), movingVariance: bench.engine.zeros([2]) };
  const options = { training: true, epsilon, momentum: 0, movingVarianceRule: "biased" } as const;
  const example: Example<Name> = {
    inputs: { x, gamma, beta },
    dy,
    op: (tensors) => batchNorm(tensors.x, { gamma: tensors.gamma, beta: tensors.beta, ...moving }, options),
  };
  return { example, moving };
}

async function compute(bench: Workbench): Promise<Results> {
  const { example, moving } = exampleOf(bench);
  const { y, gradients } = await bench.run(example);
  const [mean, variance] = [await bench.read(moving.movingMean), await bench.read(moving.movingVariance)];
  const statistics = batchStatisticsReference(x);
  const [dx, dgamma, dbeta] = batchNormGradientReference(dy, x, gamma, epsilon);
  bench.agree("mean", mean, statistics.mean);
  bench.agree("variance", variance, statistics.variance);
  bench.agree("y", y, batchNormReference(x, gamma, beta, statistics, epsilon));
  bench.agree("dx", gradients.x, dx);
  bench.agree("dgamma", gradients.gamma, dgamma);
  bench.agree("dbeta", gradients.beta, dbeta);
  return { mean, variance, y, dx: gradients.x, dgamma: gradients.gamma, dbeta: gradients.beta };
}

/** z = (x - mean) / std, as the lesson uses it after having shown it. */
function standardized({ mean, variance }: Results): Array64 {
  return array64(
    x.shape,
    x.data.map((value, i) => (value - mean.data[i % 2]!) / Math.sqrt(variance.data[i % 2]!)),
  );
}

function statisticsSection(page: Page, bench: Workbench, results: Results): void {
  const sums = channels.flatMap((c) => {
    const mean = at(results.mean, c);
    const terms = rows.map((r) => {
      const [letters, value] = element("x", x, r, c);
      return { letters: `${letters}/5`, numbers: `${written(value)}/5`, value: value / 5 };
    });
    const squares = rows.map((r) => {
      const difference = at(x, r, c) - mean;
      return { letters: "", numbers: `${operand(difference)}^2/5`, value: difference ** 2 / 5 };
    });
    return [
      ...sumLines(bench.sum({ name: `mean${c}`, terms, result: mean })),
      ...varianceLines(bench.sum({ name: `var${c}`, terms: squares, result: at(results.variance, c) }), c),
      "",
    ];
  });
  page
    .section("Each channel's own mean and variance, over the batch")
    .figure([
      "mean[c] = sum over r of x[r,c] / 5",
      "var[c]  = sum over r of (x[r,c] - mean[c])^2 / 5     std[c] = sqrt(var[c])",
    ])
    .figure(sums)
    .text("The kernel finds both in one pass over x (Welford's recurrence), and divides at the end:")
    .source(bench.source("batch-norm/moments", "average += difference * (1.0 / count);", 2))
    .source(bench.source("batch-norm/merge-moments", "variance[c] = "));
}

/** The variance in numbers, with the standard deviation that follows. */
function varianceLines({ name, terms, result }: Sum, channel: number): string[] {
  const numbers = terms.map((term) => term.numbers).join(" + ");
  return [
    `${name}  = ${numbers} = ${written(result)}`,
    `std${channel}  = sqrt(var${channel}) = ${written(Math.sqrt(result))}`,
  ];
}

function normalizeSection(page: Page, bench: Workbench, results: Results): void {
  const { mean, variance, y } = results;
  const lines = channels.flatMap((c) => [
    ...rows.map((r) => {
      const [m, deviation] = [at(mean, c), Math.sqrt(at(variance, c))];
      const z = (at(x, r, c) - m) / deviation;
      const scaled = product(element("gamma", gamma, c), ["z", z]);
      const name = `y${r}${c}`;
      const result = at(y, r, c);
      bench.sum({ name, terms: [scaled, product(element("beta", beta, c))], result });
      const centered = `(${written(at(x, r, c)).padStart(2)} - ${written(m)})/${written(deviation)}`;
      const [letters, number] = [`z${r}${c}`, written(z).padStart(4)];
      const shifted = `${written(at(gamma, c))}*${number} + ${operand(at(beta, c))}`;
      return `${letters} = ${centered} = ${number}     ${name} = ${shifted} = ${written(result).padStart(2)}`;
    }),
    "",
  ]);
  page
    .section("Forward: centre, divide by the spread, then scale and shift")
    .figure(["z[r,c] = (x[r,c] - mean[c]) / std[c]     y[r,c] = gamma[c] * z[r,c] + beta[c]"])
    .figure(lines)
    .figure(beside(named("x", x), named("z", standardized(results)), named("y", y)))
    .text(
      "In x the second channel was ten times as large as the first; in z both have mean 0 and variance 1. gamma and " +
        "beta, which are learned, give each channel the size and place that suits what follows.",
    )
    .source(bench.source("batch-norm/normalize", "y[at] ="));
}

function parameterSection(page: Page, bench: Workbench, results: Results): void {
  const z = standardized(results);
  const sums = channels.flatMap((c) => {
    const products = rows.map((r) => product(element("dy", dy, r, c), element("z", z, r, c)));
    const plain = rows.map((r) => product(element("dy", dy, r, c)));
    return [
      ...sumLines(bench.sum({ name: `dgamma${c}`, terms: products, result: at(results.dgamma, c) })),
      ...sumLines(bench.sum({ name: `dbeta${c}`, terms: plain, result: at(results.dbeta, c) })),
      "",
    ];
  });
  page
    .section("Gradients of gamma and beta: they met every row of their channel")
    .text("y = gamma*z + beta: in every row gamma had the factor z, and beta the factor 1.")
    .figure(["dgamma[c] = sum over r of dy[r,c] * z[r,c]    dbeta[c] = sum over r of dy[r,c]"])
    .figure(sums)
    .source(bench.source("batch-norm/backward-sums", "run += select(", 2))
    .source(bench.source("batch-norm/merge-sums", "dbeta[c] =", 2));
}

function inputSection(page: Page, bench: Workbench, results: Results): void {
  const { variance, dx, dgamma, dbeta } = results;
  const z = standardized(results);
  const lines = channels.flatMap((c) => {
    const factor = at(gamma, c) / Math.sqrt(at(variance, c));
    const [shift, slope] = [at(dbeta, c) / 5, at(dgamma, c) / 5];
    return [
      `channel ${c}:  gamma/std = ${written(factor)}   dbeta/5 = ${written(shift)}   dgamma/5 = ${written(slope)}`,
      ...rows.map((r) => {
        const parts = [at(dy, r, c), -shift, -at(z, r, c) * slope];
        const terms = parts.map((value) => ({ letters: "", numbers: "", value: factor * value }));
        const sum = bench.sum({ name: `dx${r}${c}`, terms, result: at(dx, r, c) });
        const inner = `${written(at(dy, r, c)).padStart(2)} - ${written(shift)} - ${operand(at(z, r, c)).padStart(6)}*${written(slope)}`;
        return `  ${sum.name} = ${written(factor)} * (${inner}) = ${written(sum.result)}`;
      }),
      "",
    ];
  });
  page
    .section("Gradient of x: three ways from an input to the loss")
    .text(
      "x acts on its own y, but also on the mean and on the variance of its channel, and through them on every y of " +
        "the batch. Worked out, the two detours subtract the average of dy, and of dy*z times z:",
    )
    .figure(["dx[r,c] = gamma[c]/std[c] * (dy[r,c] - dbeta[c]/5 - z[r,c] * dgamma[c]/5)"])
    .figure(lines)
    .figure(beside(named("dy", dy), named("dx", dx)))
    .text(
      "Each column of dx adds up to 0, and so does dx*z: to move a whole channel, or to stretch it, would change " +
        "nothing after normalisation, so no gradient asks for it.",
    )
    .source(bench.source("batch-norm/backward", "dx[at] = vec4<dx_real>(scale * (vec4f(dy[at]) - shift"));
}

async function teach(bench: Workbench): Promise<Page> {
  const results = await compute(bench);
  const page = new Page()
    .title("batch-norm: every channel to mean 0 and variance 1")
    .text(
      "A batch of five rows (samples, or the pixels of all images) with two channels, in training. x30 stands for " +
        "row 3, channel 0, counted from 0. epsilon, which keeps the root from being 0, is 0 here for round numbers; " +
        "0.001 is usual.",
    )
    .figure(beside(named("x", x), named("gamma", gamma), named("beta", beta)));
  statisticsSection(page, bench, results);
  normalizeSection(page, bench, results);
  upstreamSection(page, dy);
  parameterSection(page, bench, results);
  inputSection(page, bench, results);
  const { example } = exampleOf(bench);
  const nudge = { input: "x", element: 0, name: "x00", by: 0.01, gradient: at(results.dx, 0, 0) } as const;
  const loss = "Take L = sum(dy*y). L is curved, so the two numbers below agree only nearly.";
  await nudgeSection(page, bench, example, nudge, loss);
  page
    .section("In a real network")
    .text(
      "While training, moving averages of mean and variance are kept. Afterwards, in inference, they take the " +
        "place of the batch's own: an image is then judged the same whatever stands beside it. Being constants, " +
        "they leave only the direct way: dx = gamma/std * dy. On images the rows are all pixels of all images.",
    );
  return finish(page, bench, [
    [bench.gradcheck("batch-norm"), "the derivatives, numerically"],
    ["kernels/batch-norm/batch-norm.reference.ts", "the formulas as plain loops"],
  ]);
}

export const batchNormLesson: Lesson = {
  name: "batch-norm",
  summary: "mean 0 and variance 1; x acts through both as well",
  teach,
};
