/** @file The lesson on the dense layer. */
import { denseGradientReference, denseReference } from "../../../kernels/dense/dense.reference.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { array64 } from "../../../kernels/reference.ts";
import {
  at,
  beside,
  element,
  matrix,
  named,
  type Place,
  pictured,
  places,
  product,
  sumLines,
} from "../figure.ts";
import { chainRule, finish, type Lesson, nudgeSection, upstreamSection } from "../lesson.ts";
import { Page } from "../page.ts";
import type { Computed, Example, Workbench } from "../workbench.ts";

type Name = "x" | "kernel" | "bias";

const x = array64([2, 3], [1, 2, -1, 3, 0, 2]);
const kernel = array64([3, 2], [2, -1, 1, 3, -1, 2]);
const bias = array64([2], [1, -2]);
const dy = array64([2, 2], [3, 1, -2, 2]);
const example: Example<Name> = {
  inputs: { x, kernel, bias },
  dy,
  op: (tensors) => dense(tensors.x, tensors.kernel, { bias: tensors.bias }),
};

const samples = [0, 1];
const inputs = [0, 1, 2];
const outputs = [0, 1];

const row = (wanted: number) => (r: number) => r === wanted;
const column = (wanted: number) => (_: number, c: number) => c === wanted;

function forwardSection(page: Page, bench: Workbench, { y }: Computed<Name>): void {
  const blocks = places(2, 2).map(([n, j]: Place) => {
    const terms = inputs.map((i) => product(element("x", x, n, i), element("w", kernel, i, j)));
    const sum = bench.sum({
      name: `y${n}${j}`,
      terms: [...terms, product(element("b", bias, j))],
      result: at(y, n, j),
    });
    return pictured(beside(matrix(x, row(n)), matrix(kernel, column(j))), sum);
  });
  page
    .section("Forward: an output is a row of x times a column of w")
    .figure(["y[n,j] = b[j] + sum over i of x[n,i] * w[i,j]"])
    .figure(blocks.flat())
    .figure(named("y", y))
    .source(bench.source("dense/matmul.naive", "sum += f32(a["));
}

function inputSection(page: Page, bench: Workbench, { gradients }: Computed<Name>): void {
  const blocks = places(2, 3).map(([n, i]: Place) => {
    const sum = bench.sum({
      name: `dx${n}${i}`,
      terms: outputs.map((j) => product(element("dy", dy, n, j), element("w", kernel, i, j))),
      result: at(gradients.x, n, i),
    });
    return pictured(beside(matrix(dy, row(n)), matrix(kernel, row(i))), sum);
  });
  page
    .section("Gradient of x: an input collects from every unit it was sent to")
    .figure(["dx[n,i] = sum over j of dy[n,j] * w[i,j]"])
    .text("The weight that carried x forward carries the gradient back. In brackets what is multiplied:")
    .figure(blocks.flat())
    .figure(named("dx", gradients.x))
    .text(
      "A row of dy times a row of w: as matrices dx = dy w^T. The same kernel, which reads w transposed if told where its rows and columns lie:",
    )
    .source(bench.source("dense/matmul.naive", "const B_ROW"));
}

function weightSection(page: Page, bench: Workbench, { gradients }: Computed<Name>): void {
  const blocks = places(3, 2).map(([i, j]: Place) => {
    const sum = bench.sum({
      name: `dw${i}${j}`,
      terms: samples.map((n) => product(element("x", x, n, i), element("dy", dy, n, j))),
      result: at(gradients.kernel, i, j),
    });
    return pictured(beside(matrix(x, column(i)), matrix(dy, column(j))), sum);
  });
  const biases = outputs.map((j) =>
    bench.sum({
      name: `db${j}`,
      terms: samples.map((n) => product(element("dy", dy, n, j))),
      result: at(gradients.bias, j),
    }),
  );
  page
    .section("Gradient of w: a weight collects from every sample")
    .figure(["dw[i,j] = sum over n of x[n,i] * dy[n,j]"])
    .text("Every sample of the batch used the same weights, so their wishes add up:")
    .figure(blocks.flat())
    .figure(named("dw", gradients.kernel))
    .text(
      "A column of x times a column of dy: as matrices dw = x^T dy. The same kernel, reading x transposed:",
    )
    .source(bench.source("dense/matmul.naive", "const A_ROW"))
    .text("A bias was added to every sample, with the factor 1, so db is the sum of a column of dy:")
    .figure(biases.flatMap(sumLines))
    .source(bench.source("reduce/columns", "run = combine("));
}

async function teach(bench: Workbench): Promise<Page> {
  const computed = await bench.run(example);
  const [dx, dweights, dbias] = denseGradientReference(dy, x, kernel, bias);
  bench.agree("y", computed.y, denseReference(x, kernel, bias));
  bench.agree("dx", computed.gradients.x, dx!);
  bench.agree("dw", computed.gradients.kernel, dweights!);
  bench.agree("db", computed.gradients.bias, dbias!);
  const page = new Page()
    .title("dense: every input meets every unit")
    .text(
      "A batch of two samples (the rows of x) with three inputs each, and a layer of two units (the columns of w). " +
        "x12 stands for row 1, column 2 of x, counted from 0.",
    )
    .figure(beside(named("x", x), named("weights w", kernel), named("bias b", bias)));
  forwardSection(page, bench, computed);
  upstreamSection(page, dy).text(chainRule);
  inputSection(page, bench, computed);
  weightSection(page, bench, computed);
  const gradient = at(computed.gradients.kernel, 2, 1);
  await nudgeSection(page, bench, example, { input: "kernel", element: 5, name: "w21", by: 0.5, gradient });
  page
    .section("In a real network")
    .text(
      "An activation comes after the sum: y = f(z). On the way back dz = dy * f'(z) is taken first, element by " +
        "element, and dz takes the place of dy above. With relu f' is 1 or 0: where a unit was shut, nothing " +
        "comes through. An optimizer then moves each weight a small step against its dw.",
    );
  return finish(page, bench, [
    [bench.gradcheck("dense"), "the same derivatives, numerically"],
    ["kernels/dense/dense.reference.ts", "the sums as plain loops"],
    ["kernels/dense/README.md", "how the fast kernels compute them"],
  ]);
}

export const denseLesson: Lesson = {
  name: "dense",
  summary: "a matrix product; its gradients are two more of them",
  teach,
};
