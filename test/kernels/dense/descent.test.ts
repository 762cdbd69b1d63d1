/** @file Gradient descent in the kernel of the gradient: what each variant subtracts from parameters and bias. */
import { describe, expect, it } from "vitest";
import { StepState } from "../../../engine/step-state.ts";
import {
  fitsSubgroup,
  type MatmulVariant,
  registersMatmul,
  subgroupMatmul,
  tiledMatmul,
} from "../../../kernels/dense/choose.ts";
import { matmulReference } from "../../../kernels/dense/dense.reference.ts";
import type { MatmulProblem } from "../../../kernels/dense/problem.ts";
import { descendWeights } from "../../../kernels/dense/product.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { inTwoRows } from "../../support/two-rows.ts";

/** The gradient of a kernel [36, 36] from inputs [17, 36] and the gradient of the outputs [17, 36]. */
const problem: MatmulProblem = {
  m: 36,
  n: 36,
  k: 17,
  transposeA: true,
  transposeB: false,
  batch: 1,
  batchStrideA: 0,
  batchStrideB: 0,
};
const variants: Readonly<Record<string, (lanes: number) => MatmulVariant>> = {
  "registers, 4 x 4": () => registersMatmul(problem, 4),
  "registers, 8 x 8": () => registersMatmul(problem, 8),
  tiled: () => tiledMatmul(problem),
  "tiled, two vectors each way": () => tiledMatmul(problem, {}, 2),
  subgroup: (lanes) => subgroupMatmul(problem, lanes, 12),
  "subgroup-any": (lanes) => ({ ...subgroupMatmul(problem, lanes, 12), name: "subgroup-any" }),
};
const [learningRate, decay, step] = [0.5, 0.25, 3];

describe("matrix product with descent", () => {
  const engine = useEngine();

  /** Kernel and bias after the kernel ran with this StepState. */
  async function descended(variant: MatmulVariant, halted: number) {
    const { m, n, k } = problem;
    const [a, b] = [randomArray([k, m], 1), randomArray([k, n], 2)];
    const [weights, bias] = [randomArray([m, n], 3), randomArray([n], 4)];
    const upload = ({ data, shape }: typeof a) => engine().tensor(data, shape);
    const [output, columnSums] = [upload(weights), upload(bias)];
    const state = new StepState(engine());
    state.set({ learningRate, step, halted });
    engine().useStep(state, () =>
      descendWeights({ x: upload(a), dy: upload(b), weights: output, bias: columnSums }, decay, variant),
    );
    const values = { weights: await output.data(), bias: await columnSums.data() };
    state.dispose();
    return { a, b, weights, bias, values };
  }

  it.for(Object.entries(variants))("subtracts rate times the gradient: %s", async ([name, make], {
    skip,
  }) => {
    const lanes = engine().adapter.subgroupSize;
    if (name.startsWith("subgroup") && !fitsSubgroup(problem, lanes)) skip("this adapter has no subgroups");
    const { a, b, weights, bias, values } = await descended(make(lanes), 0);
    const rate = learningRate / (1 + decay * step);
    const gradient = matmulReference(a, b, { transposeA: true });
    const columns = bias.data.map((_, j) => b.data.reduce((sum, v, i) => sum + (i % 36 === j ? v : 0), 0));
    const changed = (before: ArrayLike<number>, change: ArrayLike<number>) =>
      Float64Array.from(before, (value, i) => value - rate * change[i]!);
    const tolerance = { terms: problem.k + 1, scale: 1 };
    expectClose(values.weights, changed(weights.data, gradient.data), tolerance, "kernel");
    expectClose(values.bias, changed(bias.data, columns), tolerance, "bias");
    const again = await inTwoRows(engine(), () => descended(make(lanes), 0));
    expect(again.values, "workgroups in two rows").toEqual(values);
  });

  it.for(Object.entries(variants))("changes nothing after a halt: %s", async ([name, make], { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (name.startsWith("subgroup") && !fitsSubgroup(problem, lanes)) skip("this adapter has no subgroups");
    const { weights, bias, values } = await descended(make(lanes), step + 1);
    expect([...values.weights]).toEqual([...Float32Array.from(weights.data)]);
    expect([...values.bias]).toEqual([...Float32Array.from(bias.data)]);
  });
});
