/** @file Cross-entropy of a row of probabilities or of logits, each sample's and the batch's, and its gradient. */
import {
  call,
  constant,
  type Expression,
  exponential,
  largest,
  logarithm,
  loop,
  minus,
  negative,
  over,
  times,
} from "../expression.ts";
import { type KernelRule, type OpenLaunch, standsIn, type Use } from "../rule.ts";
import { batchLoss, tree, usesInBatchLoss } from "./batch-loss.ts";

const lowest = Math.fround(1e-7);
const highest = Math.fround(0.99999988);
const clamp = (value: number) => Math.min(Math.max(value, lowest), highest);

/** The target of class j: a probability, or 1 where the label says so. */
function targetOf(launch: OpenLaunch, sample: number, j: number): Expression {
  if (!launch.flag("LABELS")) return launch.read("targets", sample * launch.constant("CLASSES") + j);
  return constant(launch.word("targets", sample) === j ? 1 : 0, `label is ${j}`);
}

/** x of a sample, class by class. */
function rowOf(launch: OpenLaunch, sample: number) {
  const classes = launch.constant("CLASSES");
  return Array.from({ length: classes }, (_, j) => launch.read("x", sample * classes + j));
}

/** Terms as the lanes of a sample add them up: one lane, or 64 and a tree. */
function byLanes(launch: OpenLaunch, terms: readonly Expression[]): Expression {
  const lanes = launch.constant("LANES");
  const ofLane = (lane: number) => loop(terms.filter((_, j) => j % lanes === lane));
  return tree(lanes, ofLane);
}

/** sum, clipped share and open part of Keras's cross-entropy of probabilities. */
const fromProbabilities = {
  total: (launch: OpenLaunch, sample: number) => byLanes(launch, rowOf(launch, sample)),
  loss(launch: OpenLaunch, sample: number): Expression {
    const total = launch.wrote("statistics", 4 * sample);
    const term = (x: Expression, j: number) => {
      const p = call("clamp", clamp, over(x, total));
      return negative(times(targetOf(launch, sample, j), logarithm(p)));
    };
    return byLanes(launch, rowOf(launch, sample).map(term));
  },
  open(launch: OpenLaunch, sample: number): Expression {
    const total = launch.wrote("statistics", 4 * sample);
    const term = (x: Expression, j: number) =>
      call(
        "where not clipped",
        (t, q) => (clamp(q) === q ? t : 0),
        targetOf(launch, sample, j),
        over(x, total),
      );
    return byLanes(launch, rowOf(launch, sample).map(term));
  },
};

/** The three statistics of the cross-entropy of logits, and the loss from them. */
const fromLogits = {
  largest: (launch: OpenLaunch, sample: number) => largest(...rowOf(launch, sample)),
  logTotal(launch: OpenLaunch, sample: number): Expression {
    const top = launch.wrote("statistics", 4 * sample);
    return logarithm(
      byLanes(
        launch,
        rowOf(launch, sample).map((x) => exponential(minus(x, top))),
      ),
    );
  },
  mass: (launch: OpenLaunch, sample: number) =>
    byLanes(
      launch,
      rowOf(launch, sample).map((_, j) => targetOf(launch, sample, j)),
    ),
  loss(launch: OpenLaunch, sample: number): Expression {
    const [top, logTotal] = [
      launch.wrote("statistics", 4 * sample),
      launch.wrote("statistics", 4 * sample + 1),
    ];
    const term = (x: Expression, j: number) =>
      times(targetOf(launch, sample, j), minus(logTotal, minus(x, top)));
    return byLanes(launch, rowOf(launch, sample).map(term));
  },
};

type Statistic = (launch: OpenLaunch, sample: number) => Expression;

function forwardRule(
  kernel: string,
  line: string,
  loss: Statistic,
  statistics: readonly Statistic[],
): KernelRule {
  const samplesOf = (launch: OpenLaunch, at: number, perSample: number) => {
    const sample = Math.floor(at / perSample);
    const places = statistics.map((_, i): Use => ({ output: "statistics", at: 4 * sample + i }));
    return [{ output: "loss", at: sample }, ...places].filter((use) => stands(launch, use));
  };
  /** whether a number is computed from anything at all */
  const stands = (launch: OpenLaunch, { output, at }: Use) =>
    output !== "statistics" || at < launch.size("statistics");
  const rule: KernelRule = {
    kernel,
    line: (_, output) => (output === "batch_loss" ? "if (local == 0u) { batch_loss[0]" : line),
    formula(launch, output, at) {
      if (output === "batch_loss") return launch.flag("TOTAL") ? batchLoss(launch) : constant(0);
      if (output === "loss") return loss(launch, at);
      return statistics[at % 4]?.(launch, Math.floor(at / 4)) ?? constant(0);
    },
    uses(launch, binding, at) {
      if (binding === "weights") return usesInBatchLoss(launch, binding);
      const perSample = binding === "targets" && launch.flag("LABELS") ? 1 : launch.constant("CLASSES");
      if (perSample === 1 && binding === "targets") return [];
      return samplesOf(launch, at, perSample).filter((use) =>
        standsIn(rule.formula(launch, use.output, use.at), { side: "in", binding, at }),
      );
    },
    usesWithin(launch, binding, at) {
      const sample = binding === "statistics" ? Math.floor(at / 4) : at;
      const others = samplesOf(launch, sample, 1).filter((use) =>
        standsIn(rule.formula(launch, use.output, use.at), { side: "out", binding, at }),
      );
      return [...others, ...usesInBatchLoss(launch, binding)];
    },
  };
  return rule;
}

/** dy / samples, times the sample's weight. */
function shareOf(launch: OpenLaunch, sample: number): Expression {
  const share = times(launch.read("dy", 0), constant(launch.constant("FACTOR"), "FACTOR"));
  return launch.flag("WEIGHTED") ? times(share, launch.read("weights", sample)) : share;
}

function gradientRule(
  kernel: string,
  line: (launch: OpenLaunch) => string,
  formula: (launch: OpenLaunch, sample: number, at: number) => Expression,
): KernelRule {
  const rule: KernelRule = {
    kernel,
    line,
    formula: (launch, _, at) => formula(launch, Math.floor(at / launch.constant("CLASSES")), at),
    *uses(launch, binding, at): Generator<Use, void, undefined> {
      const classes = launch.constant("CLASSES");
      const whole = binding === "dy" ? [0, launch.size("dx")] : undefined;
      const samples = { statistics: Math.floor(at / 4), weights: at }[binding] ?? Math.floor(at / classes);
      const [from, to] = whole ?? [samples * classes, (samples + 1) * classes];
      for (let i = from!; i < to!; i++) {
        const use = { output: "dx", at: i };
        if (
          binding === "dy" ||
          standsIn(rule.formula(launch, use.output, use.at), { side: "in", binding, at })
        )
          yield use;
      }
    },
  };
  return rule;
}

export const categoricalRules: readonly KernelRule[] = [
  forwardRule("losses/categorical-crossentropy", "cost -= select(", fromProbabilities.loss, [
    fromProbabilities.total,
    fromProbabilities.open,
  ]),
  forwardRule("losses/softmax-cross-entropy", "cost += t * (log_total", fromLogits.loss, [
    fromLogits.largest,
    fromLogits.logTotal,
    fromLogits.mass,
  ]),
  gradientRule(
    "losses/softmax-cross-entropy-gradient",
    () => "dx[i] = share *",
    (launch, sample, at) => {
      const [top, logTotal, mass] = [0, 1, 2].map((i) => launch.read("statistics", 4 * sample + i)) as [
        Expression,
        Expression,
        Expression,
      ];
      const probability = exponential(minus(minus(launch.read("x", at), top), logTotal));
      const target = targetOf(launch, sample, at % launch.constant("CLASSES"));
      return times(shareOf(launch, sample), minus(times(probability, mass), target));
    },
  ),
  gradientRule(
    "losses/categorical-crossentropy-gradient",
    (launch) => (launch.flag("SOFTMAX") ? "dx[i] = share * sum" : "dx[i] = share / s.x"),
    (launch, sample, at) => {
      const [total, open] = [
        launch.read("statistics", 4 * sample),
        launch.read("statistics", 4 * sample + 1),
      ];
      const q = over(launch.read("x", at), total);
      const target = targetOf(launch, sample, at % launch.constant("CLASSES"));
      const slope = call("t / p where not clipped", (t, p) => (clamp(p) === p ? t / p : 0), target, q);
      return times(over(shareOf(launch, sample), total), minus(open, slope));
    },
  ),
];
