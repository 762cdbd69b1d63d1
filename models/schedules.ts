/**
 * @file Learning rates as functions of time, counted from 0. As `learningRate` of an optimizer they count steps, in a
 * LearningRateScheduler epochs. Any function of a number is one.
 */
import { ArgumentError } from "../engine/errors.ts";
import { checkFunction, checkOption, checkOptionNames, written } from "../engine/options.ts";
import type { Schedule } from "../kernels/optimizers/index.ts";

export type { Schedule };

/** The same rate at every step. */
export function constantRate(rate: number): Schedule {
  checkRate("constantRate", "rate", rate);
  return () => rate;
}

/** initial * 0.5^floor(at / every), never below `floor`. */
export function halving(options: { initial: number; every: number; floor?: number }): Schedule {
  checkOptionNames("halving", options, { initial: true, every: true, floor: true });
  const { initial, every, floor = 0 } = options;
  checkRate("halving", "initial", initial);
  checkRate("halving", "floor", floor);
  checkCount("halving", "every", every);
  return (at) => Math.max(initial * 0.5 ** Math.floor(at / every), floor);
}

/** initial / (1 + decay * at): Keras's `decay` option of optimizers, which counts steps. */
export function timeDecay(options: { initial: number; decay: number }): Schedule {
  checkOptionNames("timeDecay", options, { initial: true, decay: true });
  const { initial, decay } = options;
  checkRate("timeDecay", "initial", initial);
  checkRate("timeDecay", "decay", decay);
  return (at) => initial / (1 + decay * at);
}

/** Half a cosine from `initial` at 0 down to `floor` at `length`, constant from there on. */
export function cosine(options: { initial: number; length: number; floor?: number }): Schedule {
  checkOptionNames("cosine", options, { initial: true, length: true, floor: true });
  const { initial, length, floor = 0 } = options;
  checkRate("cosine", "initial", initial);
  checkRate("cosine", "floor", floor);
  checkCount("cosine", "length", length);
  return (at) => floor + (initial - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(at / length, 1)));
}

/** Rises in equal parts to the rate of `after` at its start, then follows `after`, which starts to count there. */
export function warmup(length: number, after: Schedule): Schedule {
  checkCount("warmup", "length", length);
  checkFunction("warmup", "after", after);
  return (at) => (at < length ? (after(0) * (at + 1)) / (length + 1) : after(at - length));
}

/** rates[i] for boundaries[i-1] <= at < boundaries[i]; one rate more than boundaries. */
export function piecewise(boundaries: readonly number[], rates: readonly number[]): Schedule {
  for (const [name, list] of Object.entries({ boundaries, rates })) {
    if (Array.isArray(list)) continue;
    throw new ArgumentError(`piecewise: ${name} must be a list of numbers, got ${written(list)}.`);
  }
  if (rates.length !== boundaries.length + 1) {
    throw new ArgumentError(
      `piecewise: ${boundaries.length} boundaries need ${boundaries.length + 1} rates, got ${rates.length}.`,
    );
  }
  const increases = (boundary: number, i: number) =>
    typeof boundary === "number" && boundary > (boundaries[i - 1] ?? Number.NEGATIVE_INFINITY);
  if (!boundaries.every(increases)) {
    throw new ArgumentError(
      `piecewise: boundaries must increase, got ${boundaries.map(written).join(", ")}.`,
    );
  }
  for (const rate of rates) checkRate("piecewise", "rates", rate);
  return (at) => rates[boundaries.filter((boundary) => at >= boundary).length]!;
}

/** A rate that a schedule gave for `at`. Throws ArgumentError, with `owner` at its head, if it cannot be one. */
export function checkedRate(owner: string, rate: number, at: number): number {
  if (typeof rate === "number" && rate >= 0 && Number.isFinite(Math.fround(rate))) return rate;
  throw new ArgumentError(
    `${owner}: the schedule must give a rate of 0 or more, gave ${written(rate)} at ${at}.`,
  );
}

function checkRate(name: string, argument: string, value: number): void {
  checkOption(name, argument, value, () => value >= 0, "0 or more");
}

function checkCount(name: string, argument: string, value: number): void {
  checkOption(name, argument, value, () => value > 0, "positive");
}
