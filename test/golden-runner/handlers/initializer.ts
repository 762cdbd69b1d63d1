/**
 * @file Kind initializer: the distribution of many values. Mean, variance and bound within the case's limits, and the
 * Kolmogorov-Smirnov distance, both from the exact distribution and at the case's table of quantiles.
 */
import type { Shape } from "../../../engine/index.ts";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  type NormalRule,
  randomNormal,
  randomUniform,
  truncatedNormal,
} from "../../../models/initializers.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import type { Check } from "../compare.ts";

const initializers: Readonly<Record<string, (attrs: Attributes) => Initializer>> = {
  glorot_uniform: () => glorotUniform(),
  he_uniform: () => heUniform(),
  lecun_uniform: () => lecunUniform(),
  random_uniform: (attrs) => randomUniform(-attrs.number("limit"), attrs.number("limit")),
  glorot_normal: (attrs) => glorotNormal(ruleOf(attrs)),
  he_normal: (attrs) => heNormal(ruleOf(attrs)),
  lecun_normal: (attrs) => lecunNormal(ruleOf(attrs)),
  random_normal: (attrs) => randomNormal(attrs.number("mean"), attrs.number("stddev")),
  truncated_normal: (attrs) => truncatedNormal(attrs.number("mean"), attrs.number("inner_stddev")),
};

const ruleOf = (attrs: Attributes) => attrs.string("distribution") as NormalRule;

/** Cumulative distribution functions. */
const distributions: Readonly<Record<string, (x: number, attrs: Attributes) => number>> = {
  uniform: (x, attrs) => (x + attrs.number("limit")) / (2 * attrs.number("limit")),
  normal: (x, attrs) => normal((x - attrs.number("mean")) / attrs.number("stddev")),
  truncated_normal_corrected: truncated,
  truncated_normal_uncorrected: truncated,
};

export function supportsInitializer(op: string): boolean {
  return Object.hasOwn(initializers, op);
}

export async function runInitializer(golden: GoldenCase): Promise<Check[]> {
  const attrs = new Attributes(golden);
  const values = initializers[golden.op]!(attrs)(attrs.numbers("shape") as Shape, { seed: 1, stream: 1 });
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, x) => sum + x, 0) / sorted.length;
  const variance = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sorted.length;
  const cumulative = distributions[attrs.string("distribution")]!;
  const checks = [
    limit("mean", mean - attrs.number("mean"), attrs.number("mean_tol")),
    limit("variance", variance / attrs.number("std") ** 2 - 1, attrs.number("var_rtol")),
    limit(
      "distance",
      distance(sorted, (x) => cumulative(x, attrs)),
      attrs.number("ks_max"),
    ),
    limit("quantiles", quantileError(golden, sorted), attrs.number("ks_max")),
  ];
  if (attrs.has("bound")) {
    const bound = attrs.number("bound");
    const excess = Math.max(0, -sorted[0]! - bound, sorted.at(-1)! - bound);
    checks.push(limit("bound", excess, bound * 2 ** -23)); // rounded to float32
  }
  return checks;
}

function limit(tensor: string, error: number, allowed: number): Check {
  return { tensor, ratio: Math.abs(error) / allowed, detail: `${error}, at most ${allowed}` };
}

/** Largest distance between the empirical and the exact distribution function. */
function distance(sorted: Float64Array, cumulative: (x: number) => number): number {
  let worst = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cumulative(x);
    worst = Math.max(worst, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  }
  return worst;
}

/** The same at the quantiles that the case lists. */
function quantileError(golden: GoldenCase, sorted: Float64Array): number {
  const at = numbersOf(tensorOf(golden, "quantile_x"));
  const p = numbersOf(tensorOf(golden, "quantile_p"));
  const errors = Array.from(at, (x, i) =>
    Math.abs(sorted.filter((value) => value <= x).length / sorted.length - p[i]!),
  );
  return Math.max(...errors);
}

/** A normal distribution of deviation inner_stddev, cut at two of them. */
function truncated(x: number, attrs: Attributes): number {
  const tail = normal(-2);
  return (normal((x - attrs.number("mean")) / attrs.number("inner_stddev")) - tail) / (1 - 2 * tail);
}

/** Standard normal distribution; absolute error below 1e-7 (Abramowitz and Stegun, 26.2.17). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x >= 0 ? 1 - upper : upper;
}
