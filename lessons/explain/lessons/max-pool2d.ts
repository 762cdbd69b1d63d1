/** @file The lesson on max-pooling. */
import { maxPool2d } from "../../../kernels/pool2d/index.ts";
import {
  maxPool2dGradientReference,
  maxPool2dReference,
} from "../../../kernels/pool2d/max-pool2d.reference.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import {
  at,
  beside,
  element,
  type Marks,
  matrix,
  named,
  type Place,
  places,
  product,
  sumLines,
  written,
} from "../figure.ts";
import { finish, type Lesson, nudgeSection, upstreamSection } from "../lesson.ts";
import { Page } from "../page.ts";
import type { Computed, Example, Workbench } from "../workbench.ts";

/** 2x2 windows over a small image, by a stride. */
interface Pooling {
  readonly x: Array64;
  readonly dy: Array64;
  readonly stride: number;
}

const sideBySide: Pooling = {
  x: array64([1, 4, 4, 1], [1, 3, 2, 1, 4, 2, 0, 5, 2, 1, 3, 3, 0, 6, 1, 2]),
  dy: array64([1, 2, 2, 1], [2, -1, 3, 1]),
  stride: 2,
};
const overlapping: Pooling = {
  x: array64([1, 3, 3, 1], [1, 2, 0, 0, 5, 3, 8, 1, 6]),
  dy: array64([1, 2, 2, 1], [2, 3, -1, 4]),
  stride: 1,
};

const outputs = places(2, 2);
const isPlace = ([a, b]: Place, [c, d]: Place) => a === c && b === d;

/** The pixels of a window, in the order in which the kernel looks at them. */
function pixelsOf({ stride }: Pooling, [oh, ow]: Place): Place[] {
  return places(2, 2).map(([i, j]) => [oh * stride + i, ow * stride + j]);
}

/** The first largest pixel of a window. */
function winnerOf(pooling: Pooling, out: Place): Place {
  const pixels = pixelsOf(pooling, out);
  const values = pixels.map((pixel) => at(pooling.x, ...pixel));
  return pixels[values.indexOf(Math.max(...values))]!;
}

function exampleOf({ x, dy, stride }: Pooling): Example<"x"> {
  return { inputs: { x }, dy, op: (tensors) => maxPool2d(tensors.x, { poolSize: 2, strides: stride }) };
}

/** Runs the kernels and compares what they say with the reference, and with what the lesson shows. */
async function compute(bench: Workbench, pooling: Pooling): Promise<Computed<"x">> {
  const { x, dy, stride } = pooling;
  const window = resolveWindow("maxPool2d", x.shape, { window: 2, strides: stride, padding: "valid" });
  const computed = await bench.run(exampleOf(pooling));
  bench.agree("y", computed.y, maxPool2dReference(x, window).y);
  bench.agree("dx", computed.gradients.x, maxPool2dGradientReference(x, dy, window));
  return computed;
}

/** Each window in the image, and beside it who won. */
function windows(bench: Workbench, pooling: Pooling, { y }: Computed<"x">): string[] {
  return outputs.flatMap((out) => {
    const pixels = pixelsOf(pooling, out);
    const values = pixels.map((pixel) => at(pooling.x, ...pixel));
    const winner = winnerOf(pooling, out);
    const marks: Marks = (row, column) => pixels.some((pixel) => isPlace(pixel, [row, column]));
    bench.sum({
      name: `y${out.join("")}`,
      terms: [product(element("x", pooling.x, ...winner))],
      result: at(y, ...out),
    });
    const name = `y${out.join("")}`;
    const names = pixels.map((pixel) => `x${pixel.join("")}`).join(", ");
    const tie = values.filter((value) => value === Math.max(...values)).length > 1;
    const lines = [
      `${name} = largest of ${names}`,
      `${" ".repeat(name.length)} = largest of ${values.map(written).join(", ")} = ${written(at(y, ...out))}`,
      `      winner: x${winner.join("")}${tie ? ", the first of equals" : ""}`,
    ];
    return [...beside(matrix(pooling.x, marks), lines), ""];
  });
}

/** For every pixel that won something, the sum of the gradients it gets. */
function winnings(bench: Workbench, pooling: Pooling, { gradients }: Computed<"x">): string[] {
  const { x, dy } = pooling;
  const size = x.shape[1]!;
  return places(size, size).flatMap((pixel) => {
    const won = outputs.filter((out) => isPlace(winnerOf(pooling, out), pixel));
    const sum = bench.sum({
      name: `dx${pixel.join("")}`,
      terms: won.map((out) => product(element("dy", dy, ...out))),
      result: at(gradients.x, ...pixel),
    });
    return won.length > 0 ? sumLines(sum) : [];
  });
}

/** The gradient of the image with the winners in brackets. */
function gradientFigure(pooling: Pooling, { gradients }: Computed<"x">): string[] {
  const marks: Marks = (row, column) => outputs.some((out) => isPlace(winnerOf(pooling, out), [row, column]));
  return beside(named("x", pooling.x, marks), named("dy", pooling.dy), named("dx", gradients.x, marks));
}

async function teach(bench: Workbench): Promise<Page> {
  const computed = await compute(bench, sideBySide);
  const page = new Page()
    .title("maxpool: of every window only the largest value goes on")
    .text(
      "One image of 4x4 pixels, one channel, windows of 2x2 side by side: y is 2x2. x12 stands for row 1, column 2 " +
        "of x, counted from 0. There are no weights to learn.",
    )
    .figure(named("x", sideBySide.x))
    .section("Forward: each window's largest value, and where it stood")
    .figure(["y[oh,ow] = largest of x[2*oh+i, 2*ow+j] over i,j = 0, 1"])
    .figure(windows(bench, sideBySide, computed))
    .figure(named("y", computed.y))
    .text("Of equal values the first one wins. The kernel writes the winner's place down: backward needs it.")
    .source(bench.source("pool2d/max-forward", "let wins =", 3));
  upstreamSection(page, sideBySide.dy)
    .section("Gradient of the image: the winner takes it all")
    .text(
      "Raise a winner a little, and its output rises as much: it gets the whole dy of its window. Raise a loser a " +
        "little, and nothing changes: it gets 0.",
    )
    .figure(winnings(bench, sideBySide, computed))
    .figure(gradientFigure(sideBySide, computed))
    .text("In brackets the winners. The other 12 pixels lost their windows, so their gradient is 0.")
    .source(bench.source("pool2d/max-backward", "let covered = inside"));
  await overlapSection(page, bench);
  const gradient = at(computed.gradients.x, 3, 1);
  const nudge = { input: "x", element: 13, name: "x31", by: 0.5, gradient } as const;
  await nudgeSection(page, bench, exampleOf(sideBySide), nudge);
  return finish(page, bench, [
    [bench.gradcheck("maxpool"), "the same derivative, numerically"],
    ["kernels/pool2d/max-pool2d.reference.ts", "windows and winners as plain loops"],
  ]);
}

async function overlapSection(page: Page, bench: Workbench): Promise<void> {
  const computed = await compute(bench, overlapping);
  page
    .section("Windows that overlap: gradients add up")
    .text("The same 2x2 windows with stride 1 on a smaller image. A pixel can now win several windows:")
    .figure(windows(bench, overlapping, computed))
    .text("It then collects the gradient of each of them:")
    .figure(winnings(bench, overlapping, computed))
    .figure(gradientFigure(overlapping, computed))
    .text(
      "The kernel asks the other way round: one invocation per pixel looks at all windows that may hold it and adds " +
        "up those it won. So no two invocations write to one place, and every run gives the same bits.",
    )
    .source(bench.source("pool2d/max-backward", "sum += select("));
}

export const maxPool2dLesson: Lesson = {
  name: "maxpool",
  summary: "the largest of each window; the gradient is the winner's",
  teach,
};
