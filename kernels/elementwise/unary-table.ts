/**
 * @file The unary functions: one row each of shader code, value, derivative and cost, and below the table the ops. The reference
 * computes with the rows; gradient checks, fuzz and golden cases find the ops in them.
 */

import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { power } from "./binary-table.ts";
import { normalCdf, normalDensity } from "./normal.ts";
import { type UnaryRow, unary } from "./unary.ts";

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
export const seluAlpha = 1.6732632423543772;
/** The factor of selu() (Klambauer et al. 2017). */
export const seluScale = 1.0507009873554805;

/** Where a function has no value it has no slope. */
const unlessNaN = (t: number, slope: number) => (Number.isNaN(t) ? t : slope);

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const exponentialLinear = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const limited = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** Of tanh in gelu's approximation: (1 + tanh(u)) / 2 = sigmoid(2u), and its argument with the slope of that. */
const tanhArgument = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const tanhArgumentSlope = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (1 + 0.134145 * x * x);

/** The codes of relu, sigmoid and tanh are those of the fused activations. */
export const unaryTable = {
  affine: {
    code: 0,
    keeps: "nothing",
    value: (x, a, b) => (b === 0 ? a * x : a * x + b),
    derivative: (_, a) => a,
    flops: [1, 1],
  },
  relu: {
    code: 1,
    keeps: "y",
    value: (x) => Math.max(x, 0),
    derivative: (y) => unlessNaN(y, y > 0 ? 1 : 0),
    flops: [1, 2],
    op: relu,
    activations: ["relu"],
    kinks: [0],
  },
  sigmoid: {
    code: 2,
    keeps: "y",
    value: logistic,
    derivative: (y) => y * (1 - y),
    flops: [4, 3],
    op: sigmoid,
    activations: ["sigmoid"],
  },
  tanh: {
    code: 3,
    keeps: "y",
    value: Math.tanh,
    derivative: (y) => 1 - y * y,
    flops: [7, 3],
    op: tanh,
    activations: ["tanh"],
  },
  leakyRelu: {
    code: 4,
    keeps: "y",
    value: (x, a) => (x > 0 ? x : a * x),
    derivative: (y, a) => unlessNaN(y, y > 0 ? 1 : a),
    flops: [2, 2],
    op: leakyRelu,
    activations: ["leaky_relu"],
    parameters: { alpha: 0.3 },
    kinks: [0],
  },
  elu: {
    code: 5,
    keeps: "y",
    value: exponentialLinear,
    derivative: (y, a) => (y > 0 ? 1 : y + a),
    flops: [4, 3],
    op: elu,
    activations: ["elu"],
    parameters: { alpha: 0.5 },
    kinks: [0],
  },
  selu: {
    code: 6,
    keeps: "y",
    value: (x) => seluScale * exponentialLinear(x, seluAlpha),
    derivative: (y) => (y > 0 ? seluScale : y + seluAlpha * seluScale),
    flops: [5, 3],
    op: selu,
    activations: ["selu"],
    kinks: [0],
  },
  softplus: {
    code: 7,
    keeps: "y",
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (y) => -Math.expm1(-y),
    flops: [6, 3],
    op: softplus,
    activations: ["softplus"],
  },
  exp: {
    code: 8,
    keeps: "y",
    value: Math.exp,
    derivative: (y) => y,
    flops: [1, 1],
    op: exp,
    activations: ["exponential"],
  },
  log: {
    code: 9,
    keeps: "x",
    value: Math.log,
    derivative: (x) => 1 / x,
    flops: [1, 2],
    op: log,
    range: [0.1, 4],
  },
  sqrt: {
    code: 10,
    keeps: "y",
    value: Math.sqrt,
    derivative: (y) => 0.5 / y,
    flops: [1, 2],
    op: sqrt,
    range: [0.1, 4],
  },
  square: {
    code: 11,
    keeps: "x",
    value: (x) => x * x,
    derivative: (x) => 2 * x,
    flops: [1, 2],
    op: square,
  },
  abs: { code: 12, keeps: "x", value: Math.abs, derivative: Math.sign, flops: [1, 2], op: abs, kinks: [0] },
  clip: {
    code: 13,
    keeps: "x",
    value: limited,
    derivative: (x, a, b) => unlessNaN(x, x >= a && x <= b ? 1 : 0),
    flops: [2, 3],
    op: clip,
    parameters: { min: -0.5, max: 1.25 },
    kinks: [-0.5, 1.25],
  },
  pow: {
    code: 14,
    keeps: "x",
    value: power,
    derivative: (x, a) => (a === 0 ? 0 : a * power(x, a - 1)),
    flops: [1, 3],
    op: powScalar,
    parameters: { exponent: 3 },
  },
  silu: {
    code: 15,
    keeps: "x",
    value: (x) => x * logistic(x),
    derivative: (x) => logistic(x) * (1 + x * (1 - logistic(x))),
    flops: [5, 9],
    op: silu,
    activations: ["silu", "swish"],
  },
  gelu: {
    code: 16,
    keeps: "x",
    value: (x) => x * normalCdf(x),
    derivative: (x) => normalCdf(x) + x * normalDensity(x),
    flops: [33, 39],
    op: (x) => gelu(x),
    activations: ["gelu"],
  },
  geluApproximate: {
    code: 17,
    keeps: "x",
    value: (x) => x * logistic(tanhArgument(x)),
    derivative: (x) => {
      const s = logistic(tanhArgument(x));
      return s + x * (s * (1 - s)) * tanhArgumentSlope(x);
    },
    flops: [10, 17],
    op: (x) => gelu(x, { approximate: true }),
  },
  relu6: {
    code: 18,
    keeps: "y",
    value: (x) => limited(x, 0, 6),
    derivative: (y) => unlessNaN(y, y > 0 && y < 6 ? 1 : 0),
    flops: [2, 3],
    op: relu6,
    activations: ["relu6"],
    range: [-3, 9],
    kinks: [0, 6],
  },
  hardSigmoid: {
    code: 19,
    keeps: "x",
    value: (x) => limited(x + 3, 0, 6) / 6,
    derivative: (x) => unlessNaN(x, x > -3 && x < 3 ? 1 / 6 : 0),
    flops: [4, 3],
    op: hardSigmoid,
    activations: ["hard_sigmoid"],
    range: [-6, 6],
    kinks: [-3, 3],
  },
  hardSilu: {
    code: 20,
    keeps: "x",
    value: (x) => (x * limited(x + 3, 0, 6)) / 6,
    derivative: (x) => unlessNaN(x, x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    flops: [5, 5],
    op: hardSilu,
    activations: ["hard_silu", "hard_swish"],
    range: [-6, 6],
    kinks: [-3, 3],
  },
  softsign: {
    code: 21,
    keeps: "x",
    value: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
    flops: [3, 5],
    op: softsign,
    activations: ["softsign"],
  },
} as const satisfies Record<string, UnaryRow>;

/** Names of the elementwise functions of one number. */
export type UnaryName = keyof typeof unaryTable;

/** max(x, 0); the derivative at 0 is 0. NaN stays NaN, here and in all the others: docs/nan.md. */
export function relu(x: Tensor): Tensor {
  return unary("relu", unaryTable.relu, x);
}

/** x where x > 0, else alpha * x. Keras's alpha unless given; its layer LeakyReLU has 0.3. Throws ArgumentError if alpha is negative. */
export function leakyRelu(x: Tensor, alpha = 0.2): Tensor {
  return unary("leakyRelu", unaryTable.leakyRelu, x, notNegative("leakyRelu", alpha));
}

/** x where x > 0, else alpha * (exp(x) - 1). Throws ArgumentError if alpha is negative. */
export function elu(x: Tensor, alpha = 1): Tensor {
  return unary("elu", unaryTable.elu, x, notNegative("elu", alpha));
}

/** The self-normalising elu: alpha 1.67326, times 1.0507. */
export function selu(x: Tensor): Tensor {
  return unary("selu", unaryTable.selu, x, seluAlpha, seluScale);
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  return unary("sigmoid", unaryTable.sigmoid, x);
}

/** Hyperbolic tangent, element by element; precise near 0. NaN stays. */
export function tanh(x: Tensor): Tensor {
  return unary("tanh", unaryTable.tanh, x);
}

/** log(1 + exp(x)). */
export function softplus(x: Tensor): Tensor {
  return unary("softplus", unaryTable.softplus, x);
}

/** x * sigmoid(x), also called swish. NaN at -infinity, as in PyTorch. */
export function silu(x: Tensor): Tensor {
  return unary("silu", unaryTable.silu, x);
}

/**
 * x times the share of a standard normal distribution below x (Hendrycks and Gimpel 2016): x (1 + erf(x / sqrt 2)) / 2, where
 * erf is within 1.2e-7, the spacing of float32 at 1. With `approximate` x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which
 * differs from it by up to 5e-4.
 */
export function gelu(x: Tensor, options: { readonly approximate?: boolean } = {}): Tensor {
  checkOptionNames("gelu", options, { approximate: true });
  const { approximate = false } = options;
  checkFlag("gelu", "approximate", approximate);
  return unary("gelu", approximate ? unaryTable.geluApproximate : unaryTable.gelu, x);
}

/** min(max(x, 0), 6); the derivative at 0 and 6 is 0. */
export function relu6(x: Tensor): Tensor {
  return unary("relu6", unaryTable.relu6, x);
}

/** relu6(x + 3) / 6, as in Keras 3; the derivative at -3 and 3 is 0. */
export function hardSigmoid(x: Tensor): Tensor {
  return unary("hardSigmoid", unaryTable.hardSigmoid, x);
}

/** x * hardSigmoid(x), also called hard swish; the derivative is 0 at -3 and 1 at 3. */
export function hardSilu(x: Tensor): Tensor {
  return unary("hardSilu", unaryTable.hardSilu, x);
}

/** x / (1 + |x|). */
export function softsign(x: Tensor): Tensor {
  return unary("softsign", unaryTable.softsign, x);
}

/** e to the power x, element by element; infinite from 88.8 on, where float32 ends. */
export function exp(x: Tensor): Tensor {
  return unary("exp", unaryTable.exp, x);
}

/** Natural logarithm: NaN below 0, -infinity at 0. */
export function log(x: Tensor): Tensor {
  return unary("log", unaryTable.log, x);
}

/** Square root: NaN below 0; the derivative at 0 is infinite. */
export function sqrt(x: Tensor): Tensor {
  return unary("sqrt", unaryTable.sqrt, x);
}

/** x times x, element by element. */
export function square(x: Tensor): Tensor {
  return unary("square", unaryTable.square, x);
}

/** |x|; the derivative at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return unary("abs", unaryTable.abs, x);
}

/** -x, element by element. */
export function neg(x: Tensor): Tensor {
  return unary("neg", unaryTable.affine, x, -1);
}

/** factor * x. */
export function scale(x: Tensor, factor: number): Tensor {
  return unary("scale", unaryTable.affine, x, finite("scale", "factor", factor));
}

/** x + value. */
export function addScalar(x: Tensor, value: number): Tensor {
  return unary("addScalar", unaryTable.affine, x, 1, finite("addScalar", "value", value));
}

/** x limited to [min, max]; the derivative is 1 within, ends included, and 0 outside. Throws ArgumentError if min > max. */
export function clip(x: Tensor, min: number, max: number): Tensor {
  if (!(finite("clip", "min", min) <= finite("clip", "max", max))) {
    throw new ArgumentError(`clip: min ${min} is above max ${max}.`);
  }
  return unary("clip", unaryTable.clip, x, min, max);
}

/** x to a constant power: NaN where x is negative and the exponent not whole; x^0 is 1 for all x. */
export function powScalar(x: Tensor, exponent: number): Tensor {
  return unary("pow", unaryTable.pow, x, finite("pow", "exponent", exponent));
}

function notNegative(op: string, alpha: number): number {
  checkOption(op, "alpha", alpha, () => alpha >= 0, "0 or above");
  return alpha;
}

function finite(op: string, name: string, value: number): number {
  checkOption(op, name, value, () => true, "a finite float32 number");
  return value;
}
