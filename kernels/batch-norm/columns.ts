/** @file How kernels walk a matrix [rows, channels] so that every lane of a vec4 stays with one channel. */
import type { Tensor } from "../../engine/tensor.ts";
import { loadsAhead } from "../runs.ts";

/** A walk in which invocation i visits the vec4s i, i + step, i + 2 * step, ... */
export interface Walk {
  /** vec4s; a multiple of the channels, counted in elements */
  readonly step: number;
  /** [step vec4s] as whole rows of channels: the shape of the partial results */
  readonly partials: readonly [rows: number, channels: number];
}

/**
 * Splits x [..., channels] among at least `invocations` invocations, or fewer if each would have less than `repeat`
 * vec4s to visit.
 */
function walk(x: Tensor, invocations: number, repeat: number): Walk {
  const channels = x.shape.at(-1)!;
  const period = channels / greatestCommonDivisor(channels, 4); // vec4s after which the channels repeat
  const vectors = Math.ceil(x.size / 4);
  const wanted = Math.min(invocations, vectors / repeat);
  const step = Math.max(1, Math.ceil(wanted / period)) * period;
  return { step, partials: [(4 * step) / channels, channels] };
}

/**
 * For sums over rows: enough invocations to fill the adapter, few enough that merging them costs nothing. With several loads on
 * their way fewer invocations do.
 */
export function walkForSums(x: Tensor, ahead = 1): Walk {
  return walk(x, x.engine.adapter.software ? 2048 : 65536, 8 * ahead);
}

/** Loads that an invocation of the sums, and a lane of those that merge them, has on their way. */
export function sumsAhead({ engine }: Tensor): number {
  return loadsAhead(engine, 4);
}

/** For elementwise work: loading the channels' parameters is spread over many vec4s. */
export function walkForElements(x: Tensor): Walk {
  return x.engine.adapter.software ? walk(x, 4096, 1) : walk(x, Number.POSITIVE_INFINITY, 8);
}

/** Lanes that merge the partial rows of a channel: a power of two, so that each has several to start with. */
export function mergeLanes({ partials: [rows] }: Walk, ahead: number): number {
  const [most, each] = ahead > 1 ? [256, ahead] : [64, 8];
  return Math.min(most, 2 ** Math.floor(Math.log2(Math.max(1, rows / each))));
}

/** Elements in the last vec4 of x. */
export function tailOf(x: Tensor): number {
  return ((x.size - 1) % 4) + 1;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
