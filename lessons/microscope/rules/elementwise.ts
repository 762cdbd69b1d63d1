/** @file Kernels that compute each element from those of the same index: functions of one number and of two, and their gradients. */
import { type BinaryRow, binaryTable } from "../../../kernels/elementwise/binary-table.ts";
import type { UnaryRow } from "../../../kernels/elementwise/unary.ts";
import { unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { call, constant, type Expression, minus, negative, over, plus, times } from "../expression.ts";
import { elementByElement, type KernelRule, type OpenLaunch, standsIn, type Use } from "../rule.ts";

/** A row of a table, with its name. */
function rowOf<R extends { readonly code: number }>(table: Readonly<Record<string, R>>, code: number) {
  return Object.entries(table).find(([, row]) => row.code === code)!;
}

function lineOfCase(code: number): string {
  return code === 0 ? "default:" : `case ${code}u:`;
}

const sameElement = elementByElement("y");

const unaryRule: KernelRule = {
  kernel: "elementwise/unary",
  line: (launch) => lineOfCase(launch.constant("OP")),
  formula(launch, _, at) {
    const [a, b] = [launch.constant("A"), launch.constant("B")];
    const x = launch.read("x", at);
    const [name, row] = rowOf<UnaryRow>(unaryTable, launch.constant("OP"));
    if (name === "square") return times(x, x);
    if (name !== "affine") return call(name, (value) => row.value(value, a, b), x);
    const product = a === 1 ? x : times(constant(a), x);
    return b === 0 ? product : plus(product, constant(b));
  },
  uses: sameElement,
};

/** f'(t), as the shader computes it where that is arithmetic. */
function slopeOf(launch: OpenLaunch, kept: Expression): Expression {
  const [a, b] = [launch.constant("A"), launch.constant("B")];
  const [name, row] = rowOf<UnaryRow>(unaryTable, launch.constant("OP"));
  if (name === "sigmoid") return times(kept, minus(constant(1), kept));
  if (name === "tanh") return minus(constant(1), times(kept, kept));
  if (name === "exp") return kept;
  if (name === "square") return times(constant(2), kept);
  return call(`${name}'`, (value) => row.derivative(value, a, b), kept);
}

const unaryGradientRule: KernelRule = {
  kernel: "elementwise/unary-gradient",
  line: (launch) => lineOfCase(launch.constant("OP")),
  formula: (launch, _, at) => times(launch.read("dy", at), slopeOf(launch, launch.read("kept", at))),
  uses: elementByElement("dx"),
};

/** Whether an operand is read again from its start until the output is full. */
function repeats(launch: OpenLaunch, binding: string): boolean {
  return (binding === "a" && launch.flag("A_REPEATS")) || (binding === "b" && launch.flag("B_REPEATS"));
}

function bothOperands(launch: OpenLaunch, at: number) {
  const read = (binding: "a" | "b") =>
    launch.read(binding, repeats(launch, binding) ? at % launch.size(binding) : at);
  return [read("a"), read("b")] as const;
}

/** Where an element of an operand goes: into all outputs that it is repeated for. */
function usesOfOperand(output: string): KernelRule["uses"] {
  return function* uses(launch, binding, at): Generator<Use, void, undefined> {
    const step = repeats(launch, binding) ? launch.size(binding) : launch.size(output);
    for (let i = at; i < launch.size(output); i += step) yield { output, at: i };
  };
}

const binaryRule: KernelRule = {
  kernel: "elementwise/binary",
  line: (launch) =>
    launch.constant("OP") === 6 ? "default: { return power" : `case ${launch.constant("OP")}u:`,
  formula(launch, _, at) {
    const [a, b] = bothOperands(launch, at);
    const [name, row] = rowOf<BinaryRow>(binaryTable, launch.constant("OP"));
    if (name === "add") return plus(a, b);
    if (name === "sub") return minus(a, b);
    if (name === "mul") return times(a, b);
    if (name === "div") return over(a, b);
    return call(name, row.value, a, b);
  },
  uses: usesOfOperand("y"),
};

const binaryGradientRule: KernelRule = {
  kernel: "elementwise/binary-gradient",
  line: (launch) => `dx[i] = vec4<dx_real>(vec4f(dy[i]) * by_${launch.flag("BY_B") ? "b" : "a"}(`,
  formula(launch, _, at) {
    const [a, b] = bothOperands(launch, at);
    const dy = launch.read("dy", at);
    const byB = launch.flag("BY_B");
    const [name, row] = rowOf<BinaryRow>(binaryTable, launch.constant("OP"));
    if (name === "mul") return times(dy, byB ? a : b);
    if (name === "div") return times(dy, byB ? over(over(negative(a), b), b) : over(constant(1), b));
    return times(dy, call(`${name}'`, byB ? row.byB : row.byA, a, b));
  },
  *uses(launch, binding, at) {
    for (const use of usesOfOperand("dx")(launch, binding, at)) {
      const formula = binaryGradientRule.formula(launch, "dx", use.at); // a product's slope by a factor is without it
      if (standsIn(formula, { side: "in", binding, at })) yield use;
    }
  },
};

/** Two gradients of one tensor, and the gradient of one more use. */
const gradientSumRules: readonly KernelRule[] = [
  {
    kernel: "engine/autodiff/sum",
    line: () => "y[i] = y_real(",
    formula: (launch, _, at) => plus(launch.read("a", at), launch.read("b", at)),
    uses: sameElement,
  },
  {
    kernel: "engine/autodiff/accumulate",
    line: () => "total[i] +=",
    formula: (launch, _, at) => plus(launch.read("total", at), launch.read("x", at)),
    uses: elementByElement("total"),
  },
];

export const elementwiseRules: readonly KernelRule[] = [
  unaryRule,
  unaryGradientRule,
  binaryRule,
  binaryGradientRule,
  ...gradientSumRules,
];
