/**
 * @file Mean and variance of a batch: by Welford's recurrence in each lane, merged by the rule of Chan, Golub and LeVeque. Each step
 * needs the result of the one before it, so the recurrences are functions here, in float32 as in the shaders.
 */
import {
  type Call,
  call,
  constant,
  type Element,
  type Expression,
  over,
  plus,
  times,
} from "../expression.ts";
import { type KernelRule, type OpenLaunch, standsIn, type Use } from "../rule.ts";

const round = Math.fround;

/** A count, a mean and a sum of squared deviations from it. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** Moments of what lies one after the other in a lane, each less the first row's value. */
function welford(origin: number, values: readonly number[]): Moments {
  let [mean, squares] = [0, 0];
  for (const [i, x] of values.entries()) {
    const value = round(x - origin);
    const difference = round(value - mean);
    mean = round(mean + round(difference * round(1 / (i + 1))));
    squares = round(squares + round(difference * round(value - mean)));
  }
  return { count: values.length, mean, squares };
}

function merge(a: Moments, b: Moments): Moments {
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const difference = round(b.mean - a.mean);
  const share = round(b.count / count);
  const product = round(round(round(difference * difference) * a.count) * share);
  return {
    count,
    mean: round(a.mean + round(difference * share)),
    squares: round(round(a.squares + b.squares) + product),
  };
}

const momentsRule: KernelRule = {
  kernel: "batch-norm/moments",
  line: (_, output) =>
    output === "mean" ? "average += difference * (1.0 / count)" : "deviations += difference * (value",
  formula(launch, output, at) {
    const origin = launch.read("x", at % launch.constant("CHANNELS"));
    const elements: Element[] = [];
    for (let i = at; i < launch.size("x"); i += launch.size("mean")) elements.push(launch.read("x", i));
    const compute: Call["compute"] = (first, ...values) => {
      const { mean, squares } = welford(first!, values);
      return output === "mean" ? mean : squares;
    };
    const name = output === "mean" ? "mean of the differences to the first" : "squares around the mean";
    return call(name, compute, origin, ...elements);
  },
  *uses(launch, _, at): Generator<Use, void, undefined> {
    const [step, channels] = [launch.size("mean"), launch.constant("CHANNELS")];
    const places = new Set([at % step]);
    if (at < channels) for (let i = at; i < step; i += channels) places.add(i); // the first row is the origin of all
    for (const place of places) for (const output of ["mean", "squares"]) yield { output, at: place };
  },
};

/** The entries of a channel, in the order in which lanes and tree merge them; `from` takes mean or squares out of the result. */
function mergedMoments(launch: OpenLaunch, c: number, from: "mean" | "squares"): Expression {
  const [channels, lanes, rows] = [
    launch.constant("CHANNELS"),
    launch.constant("LANES"),
    launch.constant("ROWS"),
  ];
  const stride = launch.size("partial_mean");
  const entries: number[] = [];
  for (let at = c; at < stride; at += channels) entries.push(at);
  const counts = entries.map((at) => Math.floor((rows * channels + stride - 1 - at) / stride));
  const compute: Call["compute"] = (...numbers) => {
    const moments = entries.map(
      (_, i): Moments => ({ count: counts[i]!, mean: numbers[2 * i]!, squares: numbers[2 * i + 1]! }),
    );
    const nothing: Moments = { count: 0, mean: 0, squares: 0 };
    const all = Array.from({ length: lanes }, (_, lane) =>
      moments.filter((_, i) => i % lanes === lane).reduce(merge, nothing),
    );
    for (let half = lanes / 2; half >= 1; half /= 2)
      for (let lane = 0; lane < half; lane++) all[lane] = merge(all[lane]!, all[lane + half]!);
    return all[0]![from];
  };
  const reads = entries.flatMap((at) => [
    launch.read("partial_mean", at),
    launch.read("partial_squares", at),
  ]);
  return call(from === "mean" ? "merged mean" : "merged squares", compute, ...reads);
}

const halted = 7; // word of the StepState

const mergeMomentsRule: KernelRule = {
  kernel: "batch-norm/merge-moments",
  line: (_, output) => `${output}[c] =`,
  formula(launch, output, c) {
    const rows = launch.constant("ROWS");
    const named = (name: string) => constant(launch.constant(name), name);
    if (output === "mean") return plus(launch.read("x", c), mergedMoments(launch, c, "mean"));
    if (output === "variance") return over(mergedMoments(launch, c, "squares"), constant(rows, "ROWS"));
    if (launch.word("step", halted) !== 0) return launch.read(output, c);
    const kept = times(named("MOMENTUM"), launch.read(output, c));
    if (output === "moving_mean") return plus(kept, times(named("KEEP"), launch.wrote("mean", c)));
    const divisor = constant(rows > 1 ? rows - launch.constant("CORRECTION") : rows, "ROWS - CORRECTION");
    return plus(kept, times(named("KEEP"), over(mergedMoments(launch, c, "squares"), divisor)));
  },
  uses: (launch, binding, at) => among(launch, binding, at, "in"),
  usesWithin: (launch, binding, at) => among(launch, binding, at, "out"),
};

function among(launch: OpenLaunch, binding: string, at: number, side: "in" | "out"): Use[] {
  const channels = launch.constant("CHANNELS");
  if (binding === "x" && at >= channels) return [];
  return ["mean", "variance", "moving_mean", "moving_variance"]
    .map((output): Use => ({ output, at: at % channels }))
    .filter(({ output, at: c }) =>
      standsIn(mergeMomentsRule.formula(launch, output, c), { binding, at, side }),
    );
}

export const momentRules: readonly KernelRule[] = [momentsRule, mergeMomentsRule];
