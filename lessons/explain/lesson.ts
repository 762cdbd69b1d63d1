/** @file What a lesson is, and the parts that all of them have. */
import { type Array64, array64 } from "../../kernels/reference.ts";
import { named, table, written } from "./figure.ts";
import type { Page } from "./page.ts";
import type { Example, Workbench } from "./workbench.ts";

/** A worked example of an op: what `npm run explain -- NAME` shows. */
export interface Lesson {
  /** what it is asked for by */
  readonly name: string;
  /** one line for the list */
  readonly summary: string;
  /** Throws NumericError if the kernels' numbers are not those that the lesson derives. */
  teach(bench: Workbench): Promise<Page>;
}

/** One number of an input, to be moved to see what its gradient means. */
export interface Nudge<Name extends string> {
  readonly input: Name;
  readonly element: number;
  /** as the lesson calls it: w01 */
  readonly name: string;
  readonly by: number;
  /** as backward computed it */
  readonly gradient: number;
}

/** The section that introduces the gradient of the outputs. */
export function upstreamSection(page: Page, dy: Array64): Page {
  return page
    .section("What comes back: dy, the gradient of the outputs")
    .text(
      "Whatever follows this layer ends in one number, the loss L. The layers behind have already found out how " +
        "much L grows for each unit that an output grows: dL/dy, or dy for short. Say it is",
    )
    .figure(named("dy", dy));
}

/** What the gradients of all sums of products follow from. */
export const chainRule =
  "Everything below is one rule, the chain rule: a number that went into several outputs collects, from each of " +
  "them, that output's dy times the factor it had there.";

const anyLoss = "Take L = sum(dy*y), the simplest loss that has this dy.";

/** The section that moves one number and lets the kernels compute the loss again. */
export async function nudgeSection<Name extends string>(
  page: Page,
  bench: Workbench,
  example: Example<Name>,
  { input, element, name, by, gradient }: Nudge<Name>,
  loss = anyLoss,
): Promise<void> {
  const { inputs } = example;
  const { shape, data } = inputs[input];
  const from = data[element]!;
  const growth =
    gradient < 0
      ? `${written(gradient)} times as much, that is, it shrinks`
      : `${written(gradient)} times as much`;
  const moved = array64(shape, data.with(element, from + by));
  const before = await bench.loss(example);
  const after = await bench.loss({ ...example, inputs: { ...inputs, [input]: moved } });
  page
    .section("What a gradient says: nudge one number")
    .text(
      `${loss} Raise ${name} a little, and L grows by d${name} = ${growth}. Here the kernels compute forward once ` +
        "more, with that one number changed:",
    )
    .figure(
      table([
        [`L with ${name} = ${written(from)}`, written(before)],
        [`L with ${name} = ${written(from + by)}`, written(after)],
        [`growth / ${written(by)}`, written((after - before) / by)],
        [`d${name}`, written(gradient)],
      ]),
    );
}

/** The last section: what was run and checked, and what to do next. */
export function finish(
  page: Page,
  bench: Workbench,
  next: readonly (readonly [what: string, why: string])[],
): Page {
  const widest = Math.max(...next.map(([what]) => what.length));
  return page
    .section("Checked")
    .checked(bench.summary)
    .figure(["Next:", ...next.map(([what, why]) => `  ${what.padEnd(widest)}  ${why}`)]);
}
