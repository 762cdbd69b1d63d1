/**
 * @file Initial weights by Keras's rules. Each value hashes (index, attempt, stream, seed), so that a weight's initial
 * values depend on nothing but its own stream: adding a layer at the end changes no other.
 */
import { ArgumentError, formatShape, nearest, ShapeError } from "../engine/errors.ts";
import { checkOption, written } from "../engine/options.ts";
import { pcg4d, type Uint32x4 } from "../engine/random.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import { orthonormalRows } from "./orthonormal.ts";

/** Which random numbers: the run's seed, and a number of its own for each weight. */
export interface RandomSource {
  readonly seed: number;
  readonly stream: number;
}

/** Makes the values of a weight of the given shape, row-major. */
export type Initializer = (shape: Shape, random: RandomSource) => Float32Array;

/**
 * What Keras called "normal": since 2.2.0 a normal distribution cut at two of its deviations and widened so that the
 * deviation is right after the cut (corrected); from 2.0 cut without the correction; before, not cut.
 */
export type NormalRule = "truncated_normal_corrected" | "truncated_normal_uncorrected" | "normal";

/** Deviation of a standard normal distribution cut at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
const truncatedDeviation = 0.8796256610342398;

/** Marks these numbers as drawn before the first step: no kernel, which hashes its step there, draws them again. */
const beforeFirstStep = 0x80000000;

/** Number of inputs and outputs that one unit sees: dense [in, out]; filters [kh, kw, c, k] see kh*kw*c and kh*kw*k. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const area = sizeOf(shape.slice(0, -2));
  if (shape.length >= 2 && shape.length <= 5) {
    return { fanIn: area * shape.at(-2)!, fanOut: area * shape.at(-1)! };
  }
  const root = Math.sqrt(sizeOf(shape)); // Keras's guess for weights that are neither
  return { fanIn: root, fanOut: root };
}

export function zeros(): Initializer {
  return constant(0);
}

export function ones(): Initializer {
  return constant(1);
}

export function constant(value: number): Initializer {
  checkOption("constant", "value", value, () => true, "a number");
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Uniform in [minimum, maximum). */
export function randomUniform(minimum = -0.05, maximum = 0.05): Initializer {
  checkOption("randomUniform", "minimum", minimum, () => true, "a number");
  checkOption("randomUniform", "maximum", maximum, () => maximum > minimum, `above the minimum ${minimum}`);
  return (shape, random) => draw(shape, random, (bits) => minimum + (maximum - minimum) * unit(bits[0]));
}

export function randomNormal(mean = 0, deviation = 0.05): Initializer {
  checkOption("randomNormal", "mean", mean, () => true, "a number");
  checkOption("randomNormal", "deviation", deviation, () => deviation >= 0, "0 or more");
  return (shape, random) => draw(shape, random, (bits) => mean + deviation * normal(bits));
}

/** Normal, values beyond two deviations drawn again; `deviation` is the one before the cut. */
export function truncatedNormal(mean = 0, deviation = 0.05): Initializer {
  checkOption("truncatedNormal", "mean", mean, () => true, "a number");
  checkOption("truncatedNormal", "deviation", deviation, () => deviation >= 0, "0 or more");
  return (shape, random) =>
    draw(shape, random, (bits) => {
      const value = normal(bits);
      return Math.abs(value) < 2 ? mean + deviation * value : undefined;
    });
}

/** Uniform with variance 2 / (fan in + fan out). Glorot and Bengio 2010. */
export function glorotUniform(): Initializer {
  return scaledUniform(({ fanIn, fanOut }) => 2 / (fanIn + fanOut));
}

/** Normal with variance 2 / (fan in + fan out). */
export function glorotNormal(rule?: NormalRule): Initializer {
  return scaledNormal("glorotNormal", ({ fanIn, fanOut }) => 2 / (fanIn + fanOut), rule);
}

/** Uniform with variance 2 / fan in. He et al. 2015. */
export function heUniform(): Initializer {
  return scaledUniform(({ fanIn }) => 2 / fanIn);
}

/** Normal with variance 2 / fan in. */
export function heNormal(rule?: NormalRule): Initializer {
  return scaledNormal("heNormal", ({ fanIn }) => 2 / fanIn, rule);
}

/** Uniform with variance 1 / fan in. */
export function lecunUniform(): Initializer {
  return scaledUniform(({ fanIn }) => 1 / fanIn);
}

/** Normal with variance 1 / fan in. */
export function lecunNormal(rule?: NormalRule): Initializer {
  return scaledNormal("lecunNormal", ({ fanIn }) => 1 / fanIn, rule);
}

/** `gain` times a matrix [all but the last axis, last axis] with orthonormal rows or columns, whichever are fewer. */
export function orthogonal(gain = 1): Initializer {
  checkOption("orthogonal", "gain", gain, () => true, "a number");
  return (shape, random) => {
    if (shape.length < 2) {
      throw new ShapeError(`orthogonal: needs two axes or more, got ${formatShape(shape)}.`);
    }
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / columns;
    const values = randomNormal(0, 1)(shape, random);
    return orthonormalRows(values, rows, columns).map((value) => gain * value);
  };
}

const byName = {
  zeros,
  ones,
  randomUniform,
  randomNormal,
  truncatedNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
} as const;

/** Names of the initializers that need no argument. */
export type InitializerName = keyof typeof byName;

/** The initializer called `name`, with its default arguments; functions pass through. Throws ArgumentError. */
export function initializer(name: InitializerName | Initializer): Initializer {
  if (typeof name === "function") return name;
  if (typeof name === "string" && Object.hasOwn(byName, name)) return byName[name]();
  const known = Object.keys(byName);
  const near = nearest(name, known);
  const hint = near ? ` Did you mean "${near}"?` : ` Known: ${known.join(", ")}.`;
  throw new ArgumentError(`There is no initializer ${written(name)}.${hint}`);
}

type Variance = (fans: { fanIn: number; fanOut: number }) => number;

function scaledUniform(variance: Variance): Initializer {
  return (shape, random) => {
    const limit = Math.sqrt(3 * variance(fans(shape)));
    return randomUniform(-limit, limit)(shape, random);
  };
}

function scaledNormal(
  name: string,
  variance: Variance,
  rule: NormalRule = "truncated_normal_corrected",
): Initializer {
  const rules = ["truncated_normal_corrected", "truncated_normal_uncorrected", "normal"];
  if (!rules.includes(rule)) {
    throw new ArgumentError(`${name}: rule is one of ${rules.join(", ")}; got ${written(rule)}.`);
  }
  return (shape, random) => {
    const deviation = Math.sqrt(variance(fans(shape)));
    if (rule === "normal") return randomNormal(0, deviation)(shape, random);
    const corrected = rule === "truncated_normal_corrected";
    return truncatedNormal(0, corrected ? deviation / truncatedDeviation : deviation)(shape, random);
  };
}

/** One value per element; `value` says undefined where it wants other bits. */
function draw(
  shape: Shape,
  { seed, stream }: RandomSource,
  value: (bits: Uint32x4) => number | undefined,
): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let index = 0; index < values.length; index++) {
    let result: number | undefined;
    for (let attempt = beforeFirstStep; result === undefined; attempt++) {
      result = value(pcg4d(index, attempt, stream, seed));
    }
    values[index] = result;
  }
  return values;
}

/** 32 bits as a number in [0, 1), on the grid of 2^-24 that float32 holds exactly. */
function unit(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** A standard normal number by Box and Muller's transform. */
function normal([a, b]: Uint32x4): number {
  return Math.sqrt(-2 * Math.log((a + 0.5) / 2 ** 32)) * Math.cos((2 * Math.PI * b) / 2 ** 32);
}
