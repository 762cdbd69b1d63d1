/** @file The lesson on convolution. */
import {
  conv2dFilterGradientReference,
  conv2dInputGradientReference,
  conv2dReference,
} from "../../../kernels/conv2d/conv2d.reference.ts";
import { conv2d } from "../../../kernels/conv2d/conv2d.ts";
import type { Convolution } from "../../../kernels/conv2d/problem.ts";
import { epilogueGradientReference, epilogueReference } from "../../../kernels/dense/dense.reference.ts";
import { array64 } from "../../../kernels/reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import {
  at,
  beside,
  element,
  type Marks,
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

type Name = "image" | "filters" | "bias";

const image = array64([1, 3, 3, 1], [1, 2, 0, 0, 1, 3, 2, 1, 1]);
const filters = array64([2, 2, 1, 1], [1, 2, -1, 3]);
const bias = array64([1], [1]);
const dy = array64([1, 2, 2, 1], [2, -1, 1, 1]);
const example: Example<Name> = {
  inputs: { image, filters, bias },
  dy,
  op: (tensors) => conv2d(tensors.image, tensors.filters, { bias: tensors.bias }),
};

const four = places(2, 2);
const nine = places(3, 3);
const add = ([a, b]: Place, [c, d]: Place): Place => [a + c, b + d];
const subtract = ([a, b]: Place, [c, d]: Place): Place => [a - c, b - d];
const isOutput = ([row, column]: Place) => row >= 0 && row < 2 && column >= 0 && column < 2;

/** Marks the 2x2 window that starts at `from`. */
function window(from: Place): Marks {
  return (row, column) => isOutput(subtract([row, column], from));
}

function forwardSection(page: Page, bench: Workbench, { y }: Computed<Name>): void {
  const blocks = four.map((out) => {
    const terms = four.map((tap) =>
      product(element("x", image, ...add(out, tap)), element("w", filters, ...tap)),
    );
    const sum = bench.sum({
      name: `y${out.join("")}`,
      terms: [...terms, product(["b", 1])],
      result: at(y, ...out),
    });
    return pictured(matrix(image, window(out)), sum);
  });
  page
    .section("Forward: an output is one window of the image, times the filter")
    .figure(["y[oh,ow] = b + sum over kh,kw of x[oh+kh, ow+kw] * w[kh,kw]"])
    .figure(blocks.flat())
    .figure(named("y", y))
    .source(bench.source("conv2d/forward.naive", "sum += f32(image[pixel + c])"));
}

function inputSection(page: Page, bench: Workbench, { gradients }: Computed<Name>): void {
  const blocks = nine.map((pixel) => {
    const taps = four.filter((tap) => isOutput(subtract(pixel, tap)));
    const outputs = taps.map((tap) => subtract(pixel, tap));
    const sum = bench.sum({
      name: `dx${pixel.join("")}`,
      terms: taps.map((tap) =>
        product(element("dy", dy, ...subtract(pixel, tap)), element("w", filters, ...tap)),
      ),
      result: at(gradients.image, ...pixel),
    });
    const marks: Marks = (row, column) => outputs.some(([r, c]) => r === row && c === column);
    return pictured(matrix(dy, marks), sum);
  });
  page
    .section("Gradient of the image: a pixel collects from every output it helped")
    .figure(["dx[h,w] = sum over kh,kw of dy[h-kh, w-kw] * w[kh,kw], where dy is there"])
    .text("On the left dy; in brackets the outputs whose window held the pixel:")
    .figure(blocks.flat())
    .figure(named("dx", gradients.image))
    .text(
      "The corner pixel x00 was in one window, the centre x11 in all four. Seen as a whole, dx is dy with zeros " +
        "around it, convolved with the filter turned by 180 degrees.",
    )
    .source(bench.source("conv2d/input-gradient.naive", "sum += f32(dy[position + k])"));
}

function filterSection(page: Page, bench: Workbench, { gradients }: Computed<Name>): void {
  const blocks = four.map((tap) => {
    const sum = bench.sum({
      name: `dw${tap.join("")}`,
      terms: four.map((out) => product(element("x", image, ...add(out, tap)), element("dy", dy, ...out))),
      result: at(gradients.filters, ...tap),
    });
    return pictured(matrix(image, window(tap)), sum);
  });
  const biasSum = bench.sum({
    name: "db",
    terms: four.map((out) => product(element("dy", dy, ...out))),
    result: gradients.bias.data[0]!,
  });
  page
    .section("Gradient of the filter: a weight collects from everywhere it was used")
    .figure(["dw[kh,kw] = sum over oh,ow of x[oh+kh, ow+kw] * dy[oh,ow]"])
    .text("On the left the image; in brackets the pixels that the weight was multiplied with:")
    .figure(blocks.flat())
    .figure(named("dw", gradients.filters))
    .source(bench.source("conv2d/filter-gradient.naive", "sum += pixel"))
    .text("The bias was added to every output, with the factor 1:")
    .figure(sumLines(biasSum))
    .source(bench.source("reduce/rows", "run = combine(run"));
}

async function teach(bench: Workbench): Promise<Page> {
  const computed = await bench.run(example);
  compare(bench, computed);
  const page = new Page()
    .title("conv2d: a 2x2 filter slides over a 3x3 image")
    .text(
      "One image, one channel, one filter, stride 1, no padding: there are four places for the filter, so y is 2x2. " +
        "x12 stands for row 1, column 2 of x, counted from 0.",
    )
    .figure(beside(named("image x", image), named("filter w", filters), named("bias b", bias)));
  forwardSection(page, bench, computed);
  upstreamSection(page, dy).text(chainRule);
  inputSection(page, bench, computed);
  filterSection(page, bench, computed);
  const gradient = computed.gradients.filters.data[1]!;
  await nudgeSection(page, bench, example, { input: "filters", element: 1, name: "w01", by: 0.5, gradient });
  page
    .section("In a real network")
    .text(
      "More channels: y sums over them too, and a filter has its own weights for each. More filters: dx sums over " +
        "them too. More images: dw sums over all of them, by far the longest of the three sums. A stride leaves " +
        "windows out. Padding puts zeros around the image, whose gradients are thrown away.",
    );
  return finish(page, bench, [
    [bench.gradcheck("conv2d"), "the same derivatives, numerically"],
    ["kernels/conv2d/conv2d.reference.ts", "the three sums as plain loops"],
    ["kernels/conv2d/README.md", "how the fast kernels compute them"],
  ]);
}

function compare(bench: Workbench, { y, gradients }: Computed<Name>): void {
  const window = resolveWindow("conv2d", image.shape, { window: 2, strides: 1, padding: "valid" });
  const problem: Convolution = { ...window, batch: 1, channels: 1, filters: 1, groups: 1 };
  const z = conv2dReference(image, filters, problem);
  bench.agree("y", y, epilogueReference(z, bias, "linear"));
  bench.agree("dx", gradients.image, conv2dInputGradientReference(dy, filters, problem));
  bench.agree("dw", gradients.filters, conv2dFilterGradientReference(image, dy, problem));
  bench.agree("db", gradients.bias, epilogueGradientReference(dy, z, bias, "linear").dbias[0]!);
}

export const conv2dLesson: Lesson = {
  name: "conv2d",
  summary: "a filter slides over an image, forward and backward",
  teach,
};
