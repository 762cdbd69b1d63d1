/** @file Softmax over rows, and its gradient. */
import {
  type Expression,
  exponential,
  largest,
  logarithm,
  loop,
  minus,
  over,
  plus,
  times,
} from "../expression.ts";
import type { KernelRule, OpenLaunch, Use } from "../rule.ts";

/** The row of an element: its indices, and the number of the row among those that one invocation computes. */
function rowOf(launch: OpenLaunch, at: number) {
  const [classes, pack] = [launch.constant("CLASSES"), launch.constant("PACK")];
  const row = Math.floor(at / classes);
  const first = row * classes;
  return { classes, first, offset: (row % pack) * classes };
}

/** Terms of a row as the kernels add them up: by the four lanes of their vectors. */
function byLanes(launch: OpenLaunch, at: number, term: (element: number) => Expression): Expression {
  const { classes, first, offset } = rowOf(launch, at);
  const lane = (e: number) =>
    loop(
      Array.from({ length: classes }, (_, j) => j)
        .filter((j) => (offset + j) % 4 === e)
        .map((j) => term(first + j)),
    );
  return plus(plus(lane(0), lane(1)), plus(lane(2), lane(3)));
}

function wholeRow(output: string): KernelRule["uses"] {
  return (launch, _, at) => {
    const { classes, first } = rowOf(launch, at);
    return Array.from({ length: classes }, (_, j): Use => ({ output, at: first + j }));
  };
}

function forwardRule(kernel: string, line: (log: boolean) => string): KernelRule {
  return {
    kernel,
    line: (launch) => line(launch.flag("LOG")),
    formula(launch, _, at) {
      const { classes, first } = rowOf(launch, at);
      const x = (element: number) => launch.read("x", element);
      const top = largest(...Array.from({ length: classes }, (_, j) => x(first + j)));
      const shifted = (element: number) => minus(x(element), top);
      const total = byLanes(launch, at, (element) => exponential(shifted(element)));
      return launch.flag("LOG")
        ? minus(shifted(at), logarithm(total))
        : over(exponential(shifted(at)), total);
    },
    uses: wholeRow("y"),
  };
}

const gradientRule: KernelRule = {
  kernel: "softmax/rows-gradient",
  line: (launch) =>
    launch.flag("LOG") ? "dx[at] = vec4<dx_real>(vec4f(dy" : "dx[at] = vec4<dx_real>(value *",
  formula(launch, _, at) {
    const read = (binding: string, element: number) => launch.read(binding, element);
    if (launch.flag("LOG")) {
      const sum = byLanes(launch, at, (element) => read("dy", element));
      return minus(read("dy", at), times(exponential(read("y", at)), sum));
    }
    const sum = byLanes(launch, at, (element) => times(read("dy", element), read("y", element)));
    return times(read("y", at), minus(read("dy", at), sum));
  },
  uses(launch, binding, at) {
    const own = binding === "y" && launch.flag("LOG");
    return own ? [{ output: "dx", at }] : wholeRow("dx")(launch, binding, at);
  },
};

export const softmaxRules: readonly KernelRule[] = [
  forwardRule("softmax/rows", (log) => (log ? "var result = shifted" : "if (!LOG) { result = exp(shifted)")),
  forwardRule("softmax/rows.registers", (log) =>
    log
      ? "values[v] -= select(vec4f(0.0), vec4f(log"
      : "exponentials[v] = select(exponentials[v], exponentials[v] / total",
  ),
  gradientRule,
];
