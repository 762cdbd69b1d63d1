/** @file The lesson on softmax and cross-entropy. */
import {
  softmaxCrossEntropyGradientReference,
  softmaxCrossEntropyReference,
} from "../../../kernels/losses/categorical.reference.ts";
import { softmaxCrossEntropy } from "../../../kernels/losses/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import {
  alike,
  at,
  beside,
  element,
  named,
  operand,
  type Place,
  places,
  sumLines,
  table,
  written,
} from "../figure.ts";
import { finish, type Lesson, nudgeSection } from "../lesson.ts";
import { Page } from "../page.ts";
import type { Example, Workbench } from "../workbench.ts";

const logits = array64([2, 3], [2, 1, 0, 0, 3, 1]);
const targets = array64([2, 3], [1, 0, 0, 0, 0, 1]);
const samples = [0, 1];
const classes = [0, 1, 2];
const share = 1 / samples.length;

/** All that the kernels computed. */
interface Results {
  readonly probabilities: Array64;
  /** of each sample */
  readonly losses: Array64;
  /** the mean of those */
  readonly loss: number;
  readonly dx: Array64;
}

function exampleOf(bench: Workbench): Example<"logits"> {
  const goal = bench.engine.tensor(targets.data, targets.shape);
  const dy = array64([], [1]);
  return { inputs: { logits }, dy, op: (tensors) => softmaxCrossEntropy(tensors.logits, goal) };
}

/** The logits of a sample less its largest, their exponentials and the sum of those. */
function stepsOf(n: number) {
  const row = classes.map((j) => at(logits, n, j));
  const largest = Math.max(...row);
  const shifted = row.map((value) => value - largest);
  const powers = shifted.map(Math.exp);
  const total = powers.reduce((sum, value) => sum + value, 0);
  return { row, largest, shifted, powers, total };
}

async function compute(bench: Workbench): Promise<Results> {
  const { engine } = bench;
  const each = engine.zeros([2]);
  const goal = engine.tensor(targets.data, targets.shape);
  const { y, gradients } = await bench.run({
    ...exampleOf(bench),
    op: (tensors) => softmaxCrossEntropy(tensors.logits, goal, { perSample: each }),
  });
  const { y: probabilities } = await bench.run({
    inputs: { logits },
    dy: array64([2, 3]),
    op: (tensors) => softmax(tensors.logits),
  });
  const losses = await bench.read(each);
  const expected = softmaxCrossEntropyReference(logits, targets);
  const mean = expected.data.reduce((sum, loss) => sum + share * loss, 0);
  bench.agree("p", probabilities, softmaxReference(logits, 1));
  bench.agree("the losses", losses, expected);
  bench.agree("L", y, array64([], [mean]));
  const shares = array64([2], [share, share]);
  bench.agree("dx", gradients.logits, softmaxCrossEntropyGradientReference(shares, logits, targets));
  return { probabilities, losses, loss: y.data[0]!, dx: gradients.logits };
}

function probabilitySection(page: Page, bench: Workbench, { probabilities }: Results): void {
  const tables = samples.flatMap((n) => {
    const { row, largest, shifted, powers, total } = stepsOf(n);
    const computed = classes.map((j) => at(probabilities, n, j));
    for (const j of classes) {
      const term = { letters: "exp / total", numbers: "", value: powers[j]! / total };
      bench.sum({ name: `p${n}${j}`, terms: [term], result: computed[j]! });
    }
    return [
      `sample ${n}: largest = ${written(largest)}, total = ${written(total)}`,
      ...table([
        ["", ...classes.map((j) => `class ${j}`)],
        ["x", ...row.map(written)],
        ["x - largest", ...shifted.map(written)],
        ["exp(x - largest)", ...alike(powers)],
        ["p = exp / total", ...alike(computed)],
      ]),
      "",
    ];
  });
  page
    .section("Softmax: from logits to probabilities")
    .figure(["p[n,j] = exp(x[n,j] - largest) / total,  total = sum over j of exp(...)"])
    .figure(tables)
    .text(
      "Taking the largest away changes no probability (above and below the fraction line the same factor is " +
        "dropped), but no exponential is then above 1: exp(1000) would be infinite.",
    )
    .source(bench.source("losses/softmax-cross-entropy", "power_sum += select("));
}

function lossSection(page: Page, bench: Workbench, { losses, loss }: Results): void {
  const sums = samples.flatMap((n) => {
    const { shifted, total } = stepsOf(n);
    const terms = classes.map((j) => ({
      letters: `t${n}${j}*(s - x${n}${j}')`,
      numbers: `${written(at(targets, n, j))}*(${written(Math.log(total))} - ${operand(shifted[j]!)})`,
      value: at(targets, n, j) * (Math.log(total) - shifted[j]!),
    }));
    return [...sumLines(bench.sum({ name: `l${n}`, terms, result: losses.data[n]! })), ""];
  });
  const terms = samples.map((n) => {
    const [letters, value] = element("l", losses, n);
    return { letters: `${letters}/2`, numbers: `${written(value)}/2`, value: value / 2 };
  });
  page
    .section("Cross-entropy: how surprised p is by the truth")
    .figure(["l[n] = sum over j of t[n,j] * -log p[n,j]"])
    .text(
      "Only the true class counts, since t is 0 for the others. The kernel never computes p: -log p is s - x', with " +
        "s = log total and x' = x - largest, and there is no small number to take the logarithm of.",
    )
    .figure(sums)
    .text(
      "Sample 0 gave its class a probability of two thirds: a small loss. Sample 1 was sure of another class: a " +
        "large one. The loss of the batch is their mean:",
    )
    .figure(sumLines(bench.sum({ name: "L", terms, result: loss })))
    .source(bench.source("losses/softmax-cross-entropy", "cost += t *"));
}

function gradientSection(page: Page, bench: Workbench, { probabilities, dx }: Results): void {
  const lines = places(2, 3).map(([n, j]: Place) => {
    const [p, t] = [element("p", probabilities, n, j), element("t", targets, n, j)];
    const letters = `(${p[0]} - ${t[0]})/2`;
    const numbers = `(${p[1].toFixed(4)} - ${written(t[1])})/2`;
    const [name, result] = element("dx", dx, n, j);
    bench.sum({ name, terms: [{ letters, numbers, value: (p[1] - t[1]) / 2 }], result });
    return `${name} = ${letters} = ${numbers} = ${result.toFixed(4).padStart(7)}`;
  });
  page
    .section("The gradient: probability minus truth")
    .text("L is the end of the network, so what comes in from behind is dL/dL = 1. The chain rule then goes:")
    .figure([
      "dL/dp[k]    = -t[k] / p[k] / 2             the loss, and the mean over 2",
      "dp[k]/dx[j] = p[k] * ((1 if k=j) - p[j])   softmax: every x acts on every p",
      "dL/dx[j]    = sum over k of the products   p[k] cancels, and sum of t = 1:",
      "            = (p[j] - t[j]) / 2",
    ])
    .figure(lines)
    .figure(beside(named("p", probabilities), named("t", targets), named("dx", dx)))
    .text(
      "Every row of dx adds up to 0: what the true class is to gain, the others are to lose, each in proportion to " +
        "its p. Once p is t, the gradient is 0. Sample 1, which was wrong, pulls hardest.",
    )
    .source(bench.source("losses/softmax-cross-entropy-gradient", "dx[i] = share *"));
}

async function extremeSection(page: Page, bench: Workbench): Promise<void> {
  const extreme = array64([1, 3], [1000, 0, -1000]);
  const goal = bench.engine.tensor([0, 1, 0], [1, 3]);
  const { y, gradients } = await bench.run({
    inputs: { logits: extreme },
    dy: array64([], [1]),
    op: (tensors) => softmaxCrossEntropy(tensors.logits, goal),
  });
  const truth = array64([1, 3], [0, 1, 0]);
  const expected = softmaxCrossEntropyGradientReference(array64([1], [1]), extreme, truth);
  bench.agree("the loss of large logits", y, softmaxCrossEntropyReference(extreme, truth));
  bench.agree("the gradient of large logits", gradients.logits, expected);
  page
    .section("Why the two belong in one kernel")
    .text(
      "Logits 1000, 0 and -1000, and class 1 is the truth. Softmax alone gives p = 1, 0, 0 in float32, and " +
        "-log 0 is infinite. The kernel that knows both steps computes:",
    )
    .figure(
      table([
        ["L", written(y.data[0]!)],
        ["dx", ...[...gradients.logits.data].map(written)],
      ]),
    );
}

async function teach(bench: Workbench): Promise<Page> {
  const results = await compute(bench);
  const page = new Page()
    .title("softmax-cross-entropy: from scores to a loss, and back")
    .text(
      "Two samples (rows), three classes (columns). The network gives scores x, called logits; t is the truth, " +
        "one-hot: sample 0 is of class 0, sample 1 of class 2. Numbers are rounded to four digits.",
    )
    .figure(beside(named("logits x", logits), named("targets t", targets)));
  probabilitySection(page, bench, results);
  lossSection(page, bench, results);
  gradientSection(page, bench, results);
  const nudge = {
    input: "logits",
    element: 5,
    name: "x12",
    by: 0.01,
    gradient: at(results.dx, 1, 2),
  } as const;
  await nudgeSection(
    page,
    bench,
    exampleOf(bench),
    nudge,
    "L is curved, so the two numbers below agree only nearly.",
  );
  await extremeSection(page, bench);
  return finish(page, bench, [
    [bench.gradcheck("softmax-cross-entropy"), "the same derivative, numerically"],
    ["kernels/losses/categorical.reference.ts", "the formulas as plain loops"],
  ]);
}

export const softmaxCrossEntropyLesson: Lesson = {
  name: "softmax-cross-entropy",
  summary: "scores to probabilities to a loss; the gradient is p - t",
  teach,
};
