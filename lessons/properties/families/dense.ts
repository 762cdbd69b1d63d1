/** @file The matrix product's kernels: y = activation(A B + bias), what gradients ask for besides, and descent. */
import type { AdapterFacts } from "../../../engine/adapter.ts";
import type { Engine } from "../../../engine/device.ts";
import {
  fitsSubgroup,
  fitsTiles,
  type MatmulVariant,
  naiveMatmul,
  registersMatmul,
  splitKMatmul,
  subgroupMatmul,
  tiledMatmul,
} from "../../../kernels/dense/choose.ts";
import { epilogueReference, matmulReference } from "../../../kernels/dense/dense.reference.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { descendWeights, multiply } from "../../../kernels/dense/product.ts";
import type { FusedActivation } from "../../../kernels/elementwise/fused-activation.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { compareDescent, decay, type Halt } from "../descent.ts";
import { type Comparison, filled, type KernelProperty, type PropertyCase, sized } from "../property.ts";
import { type Choices, randomArray } from "../random.ts";
import { slopeOf } from "../slope.ts";

type Make = (problem: MatmulProblem, subgroupSize: number) => MatmulVariant;

/** A product of two matrices. */
function product(m: number, n: number, k: number, transposeA = false, transposeB = false): MatmulProblem {
  return { m, n, k, transposeA, transposeB, batch: 1, batchStrideA: 0, batchStrideB: 0 };
}

/** Cuts the sum over k into slices, of which the last may be empty. */
function inSlices(variant: MatmulVariant, split: number): MatmulVariant {
  return { ...variant, split, constants: { ...variant.constants, SPLIT: split } };
}

const halts = ["", "", "after a halt"] as const satisfies readonly Halt[];
const activations = ["linear", "relu", "sigmoid", "tanh"] as const;
const sizes = [1, 3, 4, 8, 17, 33, 36, 65] as const;

function drawProblem(choices: Choices, name: MatmulVariant["name"], lanes: number): MatmulProblem {
  for (;;) {
    const [m, n, k] = [choices.of(sizes), choices.of(sizes), choices.of(sizes)];
    const problem = product(m, n, k, choices.boolean(), choices.boolean());
    if (takes(name, problem, lanes)) return problem;
  }
}

/** Whether a kernel is what would be taken for a problem: all but three take any. */
function takes(name: MatmulVariant["name"], problem: MatmulProblem, lanes: number): boolean {
  if (name === "tiled") return fitsTiles(problem);
  if (name === "subgroup") return fitsSubgroup(problem, lanes);
  return name !== "subgroup-any" || !fitsSubgroup(problem, lanes);
}

function labelOf({ m, n, k, transposeA, transposeB }: MatmulProblem, more: string): string {
  const side = (name: string, sides: readonly number[], turned: boolean) =>
    `${name} [${turned ? sides.toReversed() : sides}]${turned ? " transposed" : ""}`;
  return [side("A", [m, k], transposeA), side("B", [k, n], transposeB), more].filter(Boolean).join(", ");
}

interface Operands {
  readonly a: Array64;
  readonly b: Array64;
}

function operands({ m, n, k, transposeA, transposeB }: MatmulProblem, seed: number): Operands {
  return {
    a: randomArray(transposeA ? [k, m] : [m, k], seed),
    b: randomArray(transposeB ? [n, k] : [k, n], seed + 1),
  };
}

const upload = (engine: Engine, { data, shape }: Array64) => engine.tensor(data, shape);

/** y = activation(A B + bias); of the naive kernel, y = A B. */
async function forward(
  engine: Engine,
  problem: MatmulProblem,
  variant: MatmulVariant,
  seed: number,
  activation: FusedActivation,
): Promise<Comparison[]> {
  const { a, b } = operands(problem, seed);
  const { m, n, k } = problem;
  const bias = randomArray([n], seed + 2);
  const bare = variant.name === "naive";
  const y = multiply(problem, {
    a: upload(engine, a),
    b: upload(engine, b),
    ...(!bare && { bias: upload(engine, bias), activation }),
    output: [m, n],
    variant,
  });
  const sums = matmulReference(a, b, problem);
  const { data } = bare ? sums : epilogueReference(sums, bias, activation);
  const tolerance = { terms: k + 1, scale: 1 };
  return [{ what: "y", shape: [m, n], actual: await y.data(), expected: data, tolerance }];
}

/** What the gradients of a layer ask for besides the product: the sums of B's columns, and an activation's derivative. */
async function gradientExtras(
  engine: Engine,
  problem: MatmulProblem,
  variant: MatmulVariant,
  seed: number,
  activation: FusedActivation,
): Promise<Comparison[]> {
  const { a, b } = operands(problem, seed);
  const { m, n, k, transposeB } = problem;
  const kept = randomArray([m, n], seed + 3);
  const columnSums = engine.zeros([n]);
  const derivative = { activation, output: upload(engine, kept) };
  const given = { a: upload(engine, a), b: upload(engine, b), derivative, columnSums, output: [m, n] };
  const y = multiply(problem, { ...given, variant });
  const sums = matmulReference(a, b, problem).data;
  const ones = array64([1, k], new Float64Array(k).fill(1));
  const tolerance = { terms: k + 1, scale: 1 };
  const expected = sums.map((value, i) => value * slopeOf(activation, kept.data[i]!));
  const columns = matmulReference(ones, b, { transposeB }).data;
  return [
    { what: "y", shape: [m, n], actual: await y.data(), expected, tolerance },
    {
      what: "sums of B's columns",
      shape: [n],
      actual: await columnSums.data(),
      expected: columns,
      tolerance,
    },
  ];
}

function descent(
  engine: Engine,
  { m, n, k }: MatmulProblem,
  variant: MatmulVariant,
  seed: number,
  halt: Halt,
): Promise<Comparison[]> {
  const { a, b } = operands(product(m, n, k, true), seed);
  const sums = array64([n]);
  for (const [i, value] of b.data.entries()) sums.data[i % n]! += value;
  const parts = [
    {
      what: "weights after descent",
      before: randomArray([m, n], seed + 3),
      gradient: matmulReference(a, b, { transposeA: true }),
    },
    { what: "bias after descent", before: randomArray([n], seed + 4), gradient: sums },
  ];
  return compareDescent(engine, parts, { terms: k, halt }, (weights, bias) => {
    const tensors = { x: upload(engine, a), dy: upload(engine, b), weights: weights!, bias };
    descendWeights(tensors, decay, variant);
  });
}

function kindsOf(name: MatmulVariant["name"]): readonly ("forward" | "gradient" | "descent")[] {
  if (name === "naive") return ["forward"];
  return name === "split-k" ? ["forward", "gradient"] : ["forward", "gradient", "descent"];
}

function draw(
  name: MatmulVariant["name"],
  make: Make,
  choices: Choices,
  adapter: AdapterFacts,
): PropertyCase {
  const { subgroupSize } = adapter;
  const problem = drawProblem(choices, name, subgroupSize);
  const seed = choices.seed();
  const activation = choices.of(activations);
  const cut = name !== "naive" && name !== "tiled" && problem.k >= 4;
  const slices = cut && choices.boolean() ? 3 : 1;
  const inParts: Make = (...given) => (cut ? inSlices(make(...given), slices) : make(...given));
  const also = slices > 1 ? ", in 3 slices" : "";
  const kind = choices.of(kindsOf(name));
  if (kind === "forward")
    return {
      label: labelOf(problem, name === "naive" ? "" : `bias, ${activation}${also}`),
      run: (engine) => forward(engine, problem, inParts(problem, subgroupSize), seed, activation),
    };
  if (kind === "gradient")
    return {
      label: labelOf(problem, `derivative of ${activation}, sums of columns${also}`),
      run: (engine) => gradientExtras(engine, problem, inParts(problem, subgroupSize), seed, activation),
    };
  const turned = product(problem.m, problem.n, problem.k, true);
  const variant = make(turned, subgroupSize);
  const fits = variant.split === 1 && variant.name === name;
  if (!fits) return draw(name, make, choices, adapter);
  const halt = choices.of(halts);
  return {
    label: labelOf(turned, `descent ${halt}`.trim()),
    run: (engine) => descent(engine, turned, variant, seed, halt),
  };
}

function property(name: MatmulVariant["name"], make: Make): KernelProperty {
  return {
    kernel: `dense/matmul.${name}`,
    op: "matrix product",
    ...(name.startsWith("subgroup") && { needs: "subgroups" }),
    draw: (choices, adapter) => draw(name, make, choices, adapter),
    prepare: (engine) => timed(engine, make),
  };
}

function timed(engine: Engine, make: Make, sumsColumns = false) {
  const size = sized(engine, 1024, 256) + (make === anySubgroup ? 1 : 0); // no multiple of 4
  const problem = product(size, size, size);
  const variant = make(problem, engine.adapter.subgroupSize);
  const [a, b] = [filled(engine, [size, size], 1), filled(engine, [size, size], 2)];
  return {
    problem: `[${size}, ${size}] times [${size}, ${size}]`,
    run: () => {
      const columnSums = sumsColumns ? { columnSums: [size] } : {};
      multiply(problem, { a, b, output: [size, size], variant, ...columnSums });
    },
  };
}

const subgroup: Make = (problem, lanes) => subgroupMatmul(problem, lanes, problem.m > 64 ? 4 * lanes : 8);
const anySubgroup: Make = (problem, lanes) => subgroupMatmul(problem, lanes, problem.m > 64 ? 4 * lanes : 12);
const registers: Make = (problem) => registersMatmul(problem, problem.m % 2 === 0 ? 4 : 8);
const inThree: Make = (problem) => inSlices(registersMatmul(problem, 4), 3);

export const denseProperties: readonly KernelProperty[] = [
  property("naive", () => naiveMatmul),
  property("registers", registers),
  property("tiled", (problem) => tiledMatmul(problem)),
  property("split-k", (problem) => splitKMatmul(problem)),
  property("subgroup", subgroup),
  property("subgroup-any", anySubgroup),
  {
    kernel: "dense/bias-gradient",
    op: "gradient of a bias",
    draw: (choices) => {
      const turned = product(choices.of([4, 8, 36]), choices.of([4, 8, 36]), choices.of(sizes), true);
      const [seed, activation, halt] = [choices.seed(), choices.of(activations), choices.of(halts)];
      const variant = tiledMatmul(turned);
      return choices.boolean()
        ? {
            label: labelOf(turned, "sums of columns"),
            run: (engine) => gradientExtras(engine, turned, variant, seed, activation),
          }
        : {
            label: labelOf(turned, `descent ${halt}`.trim()),
            run: (engine) => descent(engine, turned, variant, seed, halt),
          };
    },
    prepare: (engine) => timed(engine, (problem) => tiledMatmul(problem), true),
  },
  {
    kernel: "dense/reduce-partials",
    op: "sum of a product's slices",
    draw: (choices) => {
      const problem = product(choices.of(sizes), choices.of(sizes), choices.of([4, 17, 33, 65]));
      const [seed, activation, isForward] = [choices.seed(), choices.of(activations), choices.boolean()];
      const compare = isForward ? forward : gradientExtras;
      return {
        label: labelOf(problem, `in 3 slices, ${isForward ? "bias, " : "derivative of "}${activation}`),
        run: (engine) => compare(engine, problem, inThree(problem, 0), seed, activation),
      };
    },
    prepare: (engine) => timed(engine, inThree),
  },
];
