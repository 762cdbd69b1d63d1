/**
 * @file Initial weights by Keras's rules. Each value hashes (index, attempt, stream, seed), so that a weight's initial
 * values depend on nothing but its own stream: adding a layer at the end changes no other.
 */
import { ArgumentError, formatShape, ShapeError } from "../engine/errors.ts";
import { checkNames, checkOption, written } from "../engine/options.ts";
import { pcg4d, type Uint32x4 } from "../engine/random.ts";
import { checkShape, type Shape, sizeOf } from "../engine/shape.ts";
import { choiceByName, type KerasObject, madeFor, type SnakeCase } from "./named.ts";
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
  checkShape(shape, "fans");
  const area = sizeOf(shape.slice(0, -2));
  if (shape.length >= 2 && shape.length <= 5) {
    return { fanIn: area * shape.at(-2)!, fanOut: area * shape.at(-1)! };
  }
  const root = Math.sqrt(sizeOf(shape)); // Keras's guess for weights that are neither
  return { fanIn: root, fanOut: root };
}

/** Every weight starts from 0. */
export function zeros(): Initializer {
  return made("zeros", {}, filled(0));
}

/** Every weight starts from 1. */
export function ones(): Initializer {
  return made("ones", {}, filled(1));
}

/** Every weight starts from `value`. Throws ArgumentError for what is no number. */
export function constant(value: number): Initializer {
  checkOption("constant", "value", value, () => true, "a number");
  return made("constant", { value }, filled(value));
}

/** Uniform in [minimum, maximum). */
export function randomUniform(minimum = -0.05, maximum = 0.05): Initializer {
  checkOption("randomUniform", "minimum", minimum, () => true, "a number");
  checkOption("randomUniform", "maximum", maximum, () => maximum > minimum, `above the minimum ${minimum}`);
  return made("randomUniform", { minimum, maximum }, uniform(minimum, maximum));
}

/** Normal numbers of this mean and standard deviation, as Keras's RandomNormal. Throws ArgumentError. */
export function randomNormal(mean = 0, deviation = 0.05): Initializer {
  checkOption("randomNormal", "mean", mean, () => true, "a number");
  checkOption("randomNormal", "deviation", deviation, () => deviation >= 0, "0 or more");
  return made("randomNormal", { mean, deviation }, gaussian(mean, deviation));
}

/** Normal, values beyond two deviations drawn again; `deviation` is the one before the cut. */
export function truncatedNormal(mean = 0, deviation = 0.05): Initializer {
  checkOption("truncatedNormal", "mean", mean, () => true, "a number");
  checkOption("truncatedNormal", "deviation", deviation, () => deviation >= 0, "0 or more");
  return made("truncatedNormal", { mean, deviation }, cutGaussian(mean, deviation));
}

/** Uniform with variance 2 / (fan in + fan out). Glorot and Bengio 2010. */
export function glorotUniform(): Initializer {
  return scaledUniform("glorotUniform", ({ fanIn, fanOut }) => 2 / (fanIn + fanOut));
}

/** Normal with variance 2 / (fan in + fan out). */
export function glorotNormal(rule?: NormalRule): Initializer {
  return scaledNormal("glorotNormal", ({ fanIn, fanOut }) => 2 / (fanIn + fanOut), rule);
}

/** Uniform with variance 2 / fan in. He et al. 2015. */
export function heUniform(): Initializer {
  return scaledUniform("heUniform", ({ fanIn }) => 2 / fanIn);
}

/** Normal with variance 2 / fan in. */
export function heNormal(rule?: NormalRule): Initializer {
  return scaledNormal("heNormal", ({ fanIn }) => 2 / fanIn, rule);
}

/** Uniform with variance 1 / fan in. */
export function lecunUniform(): Initializer {
  return scaledUniform("lecunUniform", ({ fanIn }) => 1 / fanIn);
}

/** Normal with variance 1 / fan in. */
export function lecunNormal(rule?: NormalRule): Initializer {
  return scaledNormal("lecunNormal", ({ fanIn }) => 1 / fanIn, rule);
}

/** `gain` times a matrix [all but the last axis, last axis] with orthonormal rows or columns, whichever are fewer. */
export function orthogonal(gain = 1): Initializer {
  checkOption("orthogonal", "gain", gain, () => true, "a number");
  return made("orthogonal", { gain }, (shape, random) => {
    if (shape.length < 2) {
      throw new ShapeError(`orthogonal: needs two axes or more, got ${formatShape(shape)}.`);
    }
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / columns;
    const values = gaussian(0, 1)(shape, random);
    return orthonormalRows(values, rows, columns).map((value) => gain * value);
  });
}

/** How each is made from its arguments, by their names and in their order. */
const byName = {
  zeros: { arguments: [], make: zeros },
  ones: { arguments: [], make: ones },
  constant: { arguments: ["value"], make: constant },
  randomUniform: { arguments: ["minimum", "maximum"], make: randomUniform },
  randomNormal: { arguments: ["mean", "deviation"], make: randomNormal },
  truncatedNormal: { arguments: ["mean", "deviation"], make: truncatedNormal },
  glorotUniform: { arguments: [], make: glorotUniform },
  glorotNormal: { arguments: ["rule"], make: glorotNormal },
  heUniform: { arguments: [], make: heUniform },
  heNormal: { arguments: ["rule"], make: heNormal },
  lecunUniform: { arguments: [], make: lecunUniform },
  lecunNormal: { arguments: ["rule"], make: lecunNormal },
  orthogonal: { arguments: ["gain"], make: orthogonal },
} as const satisfies Record<
  string,
  { readonly arguments: readonly string[]; readonly make: (...args: never[]) => Initializer }
>;

/** Names of the initializers that wgrad has. */
export type InitializerName = keyof typeof byName;

/** An initializer as plain data: { name: "randomNormal", mean: 0, deviation: 0.1 }. */
export type InitializerConfig = { readonly name: InitializerName } & Readonly<Record<string, unknown>>;

/** What layers take: a function, "heNormal" or Keras's "he_normal", or a description with arguments. */
export type InitializerChoice =
  | Initializer
  | InitializerName
  | SnakeCase<InitializerName>
  | InitializerConfig
  | KerasObject;

const kerasNames = { stddev: "deviation", minval: "minimum", maxval: "maximum" };

/** The initializer that is meant; functions pass through. Throws ArgumentError with `where` at its head. */
export function initializer(choice: InitializerChoice, where = "initializer"): Initializer {
  if (typeof choice === "function") return choice;
  const found = choiceByName(where, "initializer", choice, byName, kerasNames);
  if (!found) {
    throw new ArgumentError(
      `${where} must be a function, a name as "he_normal", or { name, ... }, got ${written(choice)}.`,
    );
  }
  const { arguments: names, make } = byName[found.name];
  checkNames(`${where}: ${found.name}`, found.options, names);
  const args = names.map((name) => found.options[name]);
  return madeFor(where, () => (make as (...args: unknown[]) => Initializer)(...args));
}

/** What initializer() makes the same one from; undefined for a function that wgrad did not make. */
export function initializerConfig(made: Initializer): InitializerConfig | undefined {
  return configs.get(made);
}

const configs = new WeakMap<Initializer, InitializerConfig>();

function made(
  name: InitializerName,
  args: Readonly<Record<string, unknown>>,
  rule: Initializer,
): Initializer {
  configs.set(rule, { name, ...args });
  return rule;
}

type Variance = (fans: { fanIn: number; fanOut: number }) => number;

function filled(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

function uniform(minimum: number, maximum: number): Initializer {
  return (shape, random) => draw(shape, random, (bits) => minimum + (maximum - minimum) * unit(bits[0]));
}

function gaussian(mean: number, deviation: number): Initializer {
  return (shape, random) => draw(shape, random, (bits) => mean + deviation * normal(bits));
}

function cutGaussian(mean: number, deviation: number): Initializer {
  return (shape, random) =>
    draw(shape, random, (bits) => {
      const value = normal(bits);
      return Math.abs(value) < 2 ? mean + deviation * value : undefined;
    });
}

function scaledUniform(name: InitializerName, variance: Variance): Initializer {
  return made(name, {}, (shape, random) => {
    const limit = Math.sqrt(3 * variance(fans(shape)));
    return uniform(-limit, limit)(shape, random);
  });
}

function scaledNormal(
  name: InitializerName,
  variance: Variance,
  rule: NormalRule = "truncated_normal_corrected",
): Initializer {
  const rules = ["truncated_normal_corrected", "truncated_normal_uncorrected", "normal"];
  if (!rules.includes(rule)) {
    throw new ArgumentError(`${name}: rule is one of ${rules.join(", ")}; got ${written(rule)}.`);
  }
  return made(name, { rule }, (shape, random) => {
    const deviation = Math.sqrt(variance(fans(shape)));
    if (rule === "normal") return gaussian(0, deviation)(shape, random);
    const corrected = rule === "truncated_normal_corrected";
    return cutGaussian(0, corrected ? deviation / truncatedDeviation : deviation)(shape, random);
  });
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
