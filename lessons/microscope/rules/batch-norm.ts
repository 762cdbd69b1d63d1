/** @file Batch normalisation: the statistics of a batch, what they make of x, and the way back through them. */
import { constant, type Expression, loop, minus, over, plus, squareRoot, times } from "../expression.ts";
import { type KernelRule, type OpenLaunch, standsIn, type Use } from "../rule.ts";
import { tree } from "./batch-loss.ts";

function root(launch: OpenLaunch, c: number): Expression {
  return squareRoot(plus(launch.read("variance", c), constant(launch.constant("EPSILON"), "EPSILON")));
}

/** Uses of what there is for each element, and of what there is for each channel. */
function byElementOrChannel(output: string, elements: readonly string[]): KernelRule["uses"] {
  return function* uses(launch, binding, at): Generator<Use, void, undefined> {
    const step = elements.includes(binding) ? launch.size(output) : launch.constant("CHANNELS");
    for (let i = at; i < launch.size(output); i += step) yield { output, at: i };
  };
}

const normalizeRule: KernelRule = {
  kernel: "batch-norm/normalize",
  line: () => "y[at] = vec4<y_real>(",
  formula(launch, _, at) {
    const c = at % launch.constant("CHANNELS");
    const scale = over(launch.read("gamma", c), root(launch, c));
    return plus(times(minus(launch.read("x", at), launch.read("mean", c)), scale), launch.read("beta", c));
  },
  uses: byElementOrChannel("y", ["x"]),
};

const backwardRule: KernelRule = {
  kernel: "batch-norm/backward",
  line: (launch) =>
    launch.flag("BATCH")
      ? "dx[at] = vec4<dx_real>(scale"
      : "for (var at = i; at < arrayLength(&dx); at += STEP) { dx[at]",
  formula(launch, _, at) {
    const c = at % launch.constant("CHANNELS");
    const rows = constant(launch.constant("ROWS"), "ROWS");
    const inverse = over(constant(1), root(launch, c));
    const scale = times(launch.read("gamma", c), inverse);
    const dy = launch.read("dy", at);
    if (!launch.flag("BATCH")) return times(scale, dy);
    const shift = over(launch.read("dbeta", c), rows);
    const slope = over(times(launch.read("dgamma", c), inverse), rows);
    const centered = minus(launch.read("x", at), launch.read("mean", c));
    return times(scale, minus(minus(dy, shift), times(centered, slope)));
  },
  *uses(launch, binding, at) {
    for (const use of byElementOrChannel("dx", ["dy", "x"])(launch, binding, at)) {
      if (launch.flag("BATCH")) yield use;
      else if (binding === "dy" || binding === "gamma" || binding === "variance") yield use;
    }
  },
};

/** Elements i, i + step, ... that go into one partial result. */
function strided(size: number, step: number, first: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((size - first) / step)) }, (_, k) => first + k * step);
}

/** Sums over every so many'th vector: runs of 32, and those one after the other. */
const backwardSumsRule: KernelRule = {
  kernel: "batch-norm/backward-sums",
  line: (_, output) => (output === "dy_sum" ? "run += select(" : "run_product += select("),
  formula(launch, output, at) {
    const c = at % launch.constant("CHANNELS");
    const term = (element: number) => sumTerm(launch, output, element, c);
    const elements = strided(launch.size("x"), launch.size("dy_sum"), at);
    const whole = launch.size("x") - (launch.constant("TAIL") < 4 ? launch.constant("TAIL") : 0);
    const [inRuns, tail] = [elements.filter((e) => e < whole), elements.filter((e) => e >= whole)];
    const run = 32;
    const runs = Array.from({ length: Math.ceil(inRuns.length / run) }, (_, i) =>
      loop(inRuns.slice(i * run, (i + 1) * run).map(term)),
    );
    const sum = loop([...runs, ...tail.map(term)]);
    return output === "dy_sum" ? sum : over(sum, root(launch, c));
  },
  *uses(launch, binding, at): Generator<Use, void, undefined> {
    const [step, channels] = [launch.size("dy_sum"), launch.constant("CHANNELS")];
    const element = binding === "dy" || binding === "x";
    if (element) {
      const place = at % step;
      if (binding === "dy")
        yield { output: "dy_sum", at: place, term: sumTerm(launch, "dy_sum", at, at % channels) };
      yield { output: "dyz_sum", at: place, term: sumTerm(launch, "dyz_sum", at, at % channels) };
      return;
    }
    for (let i = at; i < step; i += channels) {
      const use = { output: "dyz_sum", at: i };
      if (standsIn(backwardSumsRule.formula(launch, use.output, i), { side: "in", binding, at })) yield use;
    }
  },
};

function sumTerm(launch: OpenLaunch, output: string, element: number, c: number): Expression {
  const dy = launch.read("dy", element);
  return output === "dy_sum" ? dy : times(dy, minus(launch.read("x", element), launch.read("mean", c)));
}

/** Partial rows to one value per channel: each lane adds its share, then a tree. */
const mergeSumsRule: KernelRule = {
  kernel: "batch-norm/merge-sums",
  line: () => "if (AHEAD == 1u || first + k * LANES * CHANNELS < end) { own += pairs[k]; }",
  formula(launch, output, at) {
    const [channels, lanes] = [launch.constant("CHANNELS"), launch.constant("LANES")];
    const from = output === "dbeta" ? "dy_sum" : "dyz_sum";
    const ofLane = (lane: number) =>
      loop(
        strided(launch.size(from), lanes * channels, lane * channels + at).map((e) => launch.read(from, e)),
      );
    return tree(lanes, ofLane);
  },
  uses: (launch, binding, at) => [
    {
      output: binding === "dy_sum" ? "dbeta" : "dgamma",
      at: at % launch.constant("CHANNELS"),
      term: launch.read(binding, at),
    },
  ],
};

export const batchNormRules: readonly KernelRule[] = [
  normalizeRule,
  backwardRule,
  backwardSumsRule,
  mergeSumsRule,
];
