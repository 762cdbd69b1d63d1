/** @file What each optimizer makes of a weight and of its moments, from the gradient. */
import {
  call,
  constant,
  type Expression,
  exponential,
  largest,
  minus,
  over,
  plus,
  squareRoot,
  times,
} from "../expression.ts";
import { type KernelRule, type OpenLaunch, standsIn } from "../rule.ts";

/** Words of the StepState. */
const words = { step: 1, learningRate: 6, halted: 7 };

const floatOfBits = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

/** A number of the shader, by its name there. */
function named(launch: OpenLaunch, name: string): Expression {
  return constant(launch.constant(name), name);
}

/** step.learning_rate / (1 + DECAY * step.step), rounded as the shader rounds it. */
function rateOf(launch: OpenLaunch): Expression {
  const rate = constant(floatOfBits(launch.word("step", words.learningRate)), "learning_rate");
  if (launch.constant("DECAY") === 0) return rate;
  const step = constant(launch.word("step", words.step), "step");
  return over(rate, plus(constant(1), times(named(launch, "DECAY"), step)));
}

/** One update rule: the new value of every binding that it changes, by name. */
type Update = Readonly<Record<string, (launch: OpenLaunch, at: number) => Expression>>;

function optimizerRule(name: string, lines: Readonly<Record<string, string>>, update: Update): KernelRule {
  const among =
    (side: "in" | "out"): KernelRule["uses"] =>
    (launch, binding, at) =>
      Object.keys(update)
        .filter((output) => standsIn(rule.formula(launch, output, at), { binding, at, side }))
        .map((output) => ({ output, at }));
  const rule: KernelRule = {
    kernel: `optimizers/${name}`,
    line: (_, output) => lines[output]!,
    formula: (launch, output, at) =>
      launch.word("step", words.halted) === 0 ? update[output]!(launch, at) : launch.read(output, at),
    uses: among("in"),
    usesWithin: among("out"),
  };
  return rule;
}

const gradient = (launch: OpenLaunch, at: number) => launch.read("gradients", at);

/** a * old + b * g, or b * g * g: a moving average. */
function average(launch: OpenLaunch, at: number, slot: string, keep: string, share: string, squared = false) {
  const g = gradient(launch, at);
  const news = squared ? times(named(launch, share), g, g) : times(named(launch, share), g);
  return plus(times(named(launch, keep), launch.read(slot, at)), news);
}

/** 1 - beta^t, as the shaders compute it from beta's logarithm: by a series where it is small. */
function oneMinusPower(launch: OpenLaunch, logarithm: string): Expression {
  const t = launch.word("step", words.step) + 1;
  const exponent = times(constant(t, "t"), named(launch, logarithm));
  return call("1 - exp", (x) => -Math.expm1(x), exponent);
}

/** sqrt(a) + EPSILON, or the root of both where Keras has it so. */
function rootOf(launch: OpenLaunch, a: Expression): Expression {
  const epsilon = named(launch, "EPSILON");
  return launch.flag("EPSILON_IN_ROOT") ? squareRoot(plus(a, epsilon)) : plus(squareRoot(a), epsilon);
}

const weight = (launch: OpenLaunch, at: number) => launch.read("parameters", at);

const sgdRule = optimizerRule(
  "sgd",
  { parameters: "parameters[i] -= rate * gradients" },
  { parameters: (launch, at) => minus(weight(launch, at), times(rateOf(launch), gradient(launch, at))) },
);

const velocity = (launch: OpenLaunch, at: number) =>
  times(named(launch, "MOMENTUM"), launch.read("velocity", at));
const stepDown = (launch: OpenLaunch, at: number) => times(rateOf(launch), gradient(launch, at));

const momentumRule = optimizerRule(
  "momentum",
  { velocity: "let v = MOMENTUM", parameters: "parameters[i] = before + select(v" },
  {
    velocity: (launch, at) => minus(velocity(launch, at), stepDown(launch, at)),
    parameters(launch, at) {
      const v = launch.wrote("velocity", at);
      const ahead = () => minus(times(named(launch, "MOMENTUM"), v), stepDown(launch, at));
      return plus(weight(launch, at), launch.flag("NESTEROV") ? ahead() : v);
    },
  },
);

const adagradRule = optimizerRule(
  "adagrad",
  { accumulator: "let a = accumulator[i] + g * g", parameters: "parameters[i] -= rate * g" },
  {
    accumulator: (launch, at) =>
      plus(launch.read("accumulator", at), times(gradient(launch, at), gradient(launch, at))),
    parameters(launch, at) {
      const down = times(rateOf(launch), gradient(launch, at));
      return minus(weight(launch, at), over(down, rootOf(launch, launch.wrote("accumulator", at))));
    },
  },
);

const rmspropRule = optimizerRule(
  "rmsprop",
  { accumulator: "let a = RHO", parameters: "parameters[i] -= rate * g" },
  {
    accumulator: (launch, at) => average(launch, at, "accumulator", "RHO", "ONE_MINUS_RHO", true),
    parameters(launch, at) {
      const down = times(rateOf(launch), gradient(launch, at));
      return minus(weight(launch, at), over(down, rootOf(launch, launch.wrote("accumulator", at))));
    },
  },
);

/** g * sqrt(d + EPSILON) / sqrt(a + EPSILON) of Adadelta. */
function adadeltaStep(launch: OpenLaunch, at: number): Expression {
  const epsilon = named(launch, "EPSILON");
  const root = (inner: Expression) => squareRoot(plus(inner, epsilon));
  const along = times(gradient(launch, at), root(launch.read("delta", at)));
  return over(along, root(launch.wrote("accumulator", at)));
}

const adadeltaRule = optimizerRule(
  "adadelta",
  { accumulator: "let a = RHO", parameters: "parameters[i] -= rate * u", delta: "delta[i] = RHO" },
  {
    accumulator: (launch, at) => average(launch, at, "accumulator", "RHO", "ONE_MINUS_RHO", true),
    parameters: (launch, at) => minus(weight(launch, at), times(rateOf(launch), adadeltaStep(launch, at))),
    delta(launch, at) {
      const u = adadeltaStep(launch, at);
      const old = times(named(launch, "RHO"), launch.read("delta", at));
      return plus(old, times(named(launch, "ONE_MINUS_RHO"), u, u));
    },
  },
);

const adamRule = optimizerRule(
  "adam",
  { first: "let m = BETA1", second: "let v = BETA2", parameters: "parameters[i] = p - rate" },
  {
    first: (launch, at) => average(launch, at, "first", "BETA1", "ONE_MINUS_BETA1"),
    second: (launch, at) => average(launch, at, "second", "BETA2", "ONE_MINUS_BETA2", true),
    parameters(launch, at) {
      const p = weight(launch, at);
      const root = squareRoot(oneMinusPower(launch, "LOG_BETA2"));
      const corrected = over(times(rateOf(launch), root), oneMinusPower(launch, "LOG_BETA1"));
      const [m, v] = [launch.wrote("first", at), launch.wrote("second", at)];
      const step = over(times(corrected, m), plus(squareRoot(v), named(launch, "EPSILON")));
      const decays = launch.constant("WEIGHT_DECAY") !== 0;
      return minus(decays ? minus(p, times(rateOf(launch), named(launch, "WEIGHT_DECAY"), p)) : p, step);
    },
  },
);

const adamaxRule = optimizerRule(
  "adamax",
  { first: "let m = BETA1", largest: "let u = select(max", parameters: "parameters[i] -= corrected" },
  {
    first: (launch, at) => average(launch, at, "first", "BETA1", "ONE_MINUS_BETA1"),
    largest: (launch, at) =>
      largest(
        times(named(launch, "BETA2"), launch.read("largest", at)),
        call("abs", Math.abs, gradient(launch, at)),
      ),
    parameters(launch, at) {
      const corrected = over(rateOf(launch), oneMinusPower(launch, "LOG_BETA1"));
      const divisor = plus(launch.wrote("largest", at), named(launch, "EPSILON"));
      return minus(weight(launch, at), over(times(corrected, launch.wrote("first", at)), divisor));
    },
  },
);

/** BETA1 * (1 - 0.5 * 0.96^(t * SCHEDULE_DECAY)) of Nadam, `ahead` steps from now. */
function nadamMomentum(launch: OpenLaunch, ahead: number): Expression {
  const t = constant(launch.word("step", words.step) + 1 + ahead, "t");
  const exponent = times(t, named(launch, "SCHEDULE_DECAY"), named(launch, "LOG_WARM_UP"));
  return times(named(launch, "BETA1"), minus(constant(1), times(constant(0.5), exponential(exponent))));
}

const nadamRule = optimizerRule(
  "nadam",
  {
    first: "let m = BETA1",
    second: "let v = BETA2",
    momentum: "let product = momentum",
    parameters: "parameters[i] -= rate * ahead",
  },
  {
    first: (launch, at) => average(launch, at, "first", "BETA1", "ONE_MINUS_BETA1"),
    second: (launch, at) => average(launch, at, "second", "BETA2", "ONE_MINUS_BETA2", true),
    momentum: (launch, at) => times(launch.read("momentum", at), nadamMomentum(launch, 0)),
    parameters(launch, at) {
      const one = constant(1);
      const [now, next] = [nadamMomentum(launch, 0), nadamMomentum(launch, 1)];
      const [m, v, product] = ["first", "second", "momentum"].map((slot) => launch.wrote(slot, at)) as [
        Expression,
        Expression,
        Expression,
      ];
      const ahead = plus(
        over(times(minus(one, now), gradient(launch, at)), minus(one, product)),
        over(times(next, m), minus(one, times(product, next))),
      );
      const spread = squareRoot(over(v, oneMinusPower(launch, "LOG_BETA2")));
      const step = over(times(rateOf(launch), ahead), plus(spread, named(launch, "EPSILON")));
      return minus(weight(launch, at), step);
    },
  },
);

/** Clipping by the norm of all gradients, and by value. */
const clipRule: KernelRule = {
  kernel: "optimizers/clip",
  line: () => "gradients[i] = g",
  formula(launch, _, at) {
    const [norm, value] = [launch.constant("CLIP_NORM"), launch.constant("CLIP_VALUE")];
    const g = launch.read("gradients", at);
    const limited = norm > 0 ? clippedByNorm(launch, g, norm) : g;
    return value > 0 ? call("clamp", (x) => Math.min(Math.max(x, -value), value), limited) : limited;
  },
  *uses(launch, binding, at) {
    if (binding === "gradients") yield { output: "gradients", at };
    else if (binding === "total" && at === 0 && launch.constant("CLIP_NORM") > 0)
      for (let i = 0; i < launch.size("gradients"); i++) yield { output: "gradients", at: i };
  },
};

function clippedByNorm(launch: OpenLaunch, g: Expression, limit: number): Expression {
  const total = launch.read("total", 0);
  const factor = call(
    "min(1, CLIP_NORM / sqrt(total))",
    (sum) => {
      const norm = Math.fround(Math.sqrt(sum));
      return norm >= limit ? limit / norm : 1;
    },
    total,
  );
  return times(g, factor);
}

export const optimizerRules: readonly KernelRule[] = [
  sgdRule,
  momentumRule,
  adagradRule,
  rmspropRule,
  adadeltaRule,
  adamRule,
  adamaxRule,
  nadamRule,
  clipRule,
];
