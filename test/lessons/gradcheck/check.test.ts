import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterEach, describe, expect, it, vi } from "vitest";
import { differentiable } from "../../../engine/autodiff/tape.ts";
import { run } from "../../../engine/kernel.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { scale } from "../../../kernels/elementwise/index.ts";
import { unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import { unaryForward } from "../../../kernels/elementwise/unary-kernels.ts";
import { unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { array64 } from "../../../kernels/reference.ts";
import { checkCase } from "../../../lessons/gradcheck/check.ts";
import type { GradcheckCase } from "../../../lessons/gradcheck/checked-op.ts";
import { anywhere, drawArray } from "../../../lessons/gradcheck/draws.ts";
import { operations } from "../../../lessons/gradcheck/operations.ts";
import { verdict } from "../../../lessons/gradcheck/table.ts";
import { plainPalette } from "../../../lessons/text.ts";
import { type Break, withBrokenShader } from "../../support/broken-shader.ts";
import { useEngine } from "../../support/engine.ts";

const find = (name: string) => operations.find((op) => op.name === name)!;

describe("the gradient check", () => {
  const engine = useEngine();

  it.each(operations.map((op) => [op.name, op] as const))("passes %s", async (_, { cases }) => {
    for (const example of cases) {
      const { output, gradients } = await checkCase(engine(), example, 1);
      expect(output, `${example.label}: y`).toMatchObject({ passed: true });
      for (const { input, worst, allowed } of gradients) {
        expect(worst.difference, `${example.label}: ${input} ${worst.index}`).toBeLessThanOrEqual(allowed);
      }
    }
  });

  /** x^2 on the GPU with whatever backward rule. */
  const squareWith = (rule: (dy: Tensor, x: Tensor) => Tensor): GradcheckCase => ({
    label: "x^2",
    inputs: [{ name: "x", shape: [3, 4], draw: anywhere }],
    run: (x) => {
      const options = { constants: { OP: unaryTable.square.code }, invocations: 3 };
      const { y } = run(unaryForward, { x }, { y: x.shape }, options);
      return differentiable(y, { inputs: [x], keeps: [x], backward: (dy) => [rule(dy, x)] });
    },
    reference: (x) => unaryReference("square", x),
  });
  const product = (dy: Tensor, x: Tensor, factor: number) => {
    const options = { constants: { OP: unaryTable.affine.code, A: factor }, invocations: 3 };
    const twice = run(unaryForward, { x }, { y: x.shape }, options).y;
    return find("mul").cases[0]!.run(dy, twice);
  };

  it("passes the right derivative of a square and fails one that is 0.1 % off", async () => {
    const right = await checkCase(
      engine(),
      squareWith((dy, x) => product(dy, x, 2)),
      1,
    );
    expect(right.passed).toBe(true);
    const wrong = await checkCase(
      engine(),
      squareWith((dy, x) => product(dy, x, 2.002)),
      1,
    );
    expect(wrong.output.passed).toBe(true);
    expect(wrong.passed).toBe(false);
    expect(wrong.gradients[0]!.passed).toBe(false);
  });

  it("fails a derivative that is NaN in one place", async () => {
    const broken = squareWith((dy) =>
      dy.engine.tensor(
        Float32Array.from({ length: 12 }, (_, i) => (i === 5 ? Number.NaN : 0)),
        dy.shape,
      ),
    );
    const { gradients, passed } = await checkCase(engine(), broken, 1);
    expect(passed).toBe(false);
    expect(gradients[0]!.worst.index).toEqual([1, 1]);
  });

  it("fails an op that computes something else than its reference, with the right gradient of its own", async () => {
    const example: GradcheckCase = {
      label: "2x, said to be x + x + 1",
      inputs: [{ name: "x", shape: [4], draw: anywhere }],
      run: (x) => scale(x, 2),
      reference: (x) =>
        array64(
          x.shape,
          x.data.map((value) => 2 * value + 1),
        ),
    };
    const { output, gradients, passed } = await checkCase(engine(), example, 1);
    expect(gradients[0]!.passed).toBe(true);
    expect(output.passed).toBe(false);
    expect(passed).toBe(false);
  });
});

describe("a broken kernel fails its op", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each<[string, Break]>([
    [
      "sigmoid",
      { shader: "kernels/elementwise/unary-gradient.wgsl", from: "t * (1.0 - t)", to: "t * (1.0 + t)" },
    ],
    ["conv2d", { shader: "kernels/conv2d/forward.naive.wgsl", from: "- PAD_LEFT", to: "" }],
    [
      "conv2d",
      {
        shader: "kernels/conv2d/filter-gradient.naive.wgsl",
        from: "sum += pixel",
        to: "sum -= pixel",
      },
    ],
    [
      "conv2d",
      { shader: "kernels/conv2d/input-gradient.naive.wgsl", from: "sum += f32(dy", to: "sum = f32(dy" },
    ],
    [
      "dense",
      { shader: "kernels/dense/matmul.naive.wgsl", from: "m * A_ROW + k * A_COLUMN", to: "m * K + k" },
    ],
    ["max-pool2d", { shader: "kernels/pool2d/max-backward.wgsl", from: "i < COVER_HEIGHT", to: "i < 1u" }],
    [
      "batch-norm",
      { shader: "kernels/batch-norm/backward.wgsl", from: "vec4f(dy[at]) - shift", to: "vec4f(dy[at])" },
    ],
    [
      "softmax-cross-entropy",
      {
        shader: "kernels/losses/softmax-cross-entropy-gradient.wgsl",
        from: "s.z - target",
        to: "s.z + target",
      },
    ],
  ])("%s: %j", async (name, change) => {
    vi.stubEnv("WGRAD_KERNELS", "naive");
    await withBrokenShader(change, async (engine) => {
      const checks = [];
      for (const example of find(name).cases) checks.push(await checkCase(engine, example, 1));
      expect(checks.some(({ passed }) => !passed)).toBe(true);
      expect(verdict({ op: find(name), cases: checks }, plainPalette)).toMatch(/^FAIL/);
    });
  });
});

describe("the inputs", () => {
  it("keep away from kinks: the slopes to the left and to the right of every element agree", () => {
    const step = 1e-5;
    for (const { name, cases } of operations) {
      for (const example of cases) {
        for (const seed of [1, 2, 3]) {
          const inputs = example.inputs.map(({ shape, draw }, i) => drawArray(shape, draw, seed, i + 1));
          const middle = example.reference(...inputs).data;
          for (const input of inputs) {
            for (const [i, x] of input.data.entries()) {
              input.data[i] = x + step;
              const above = example.reference(...inputs).data;
              input.data[i] = x - step;
              const below = example.reference(...inputs).data;
              input.data[i] = x;
              // the smallest kink, of the mean absolute error of 12 elements, is 2 / 12; curvature makes less than 0.01
              const jump = Math.max(...middle.map((y, j) => Math.abs(above[j]! - 2 * y + below[j]!) / step));
              expect(jump, `${name}, ${example.label}, seed ${seed}, element ${i}`).toBeLessThan(0.05);
            }
          }
        }
      }
    }
  });
});

describe("the list of ops", () => {
  const kernels = join(import.meta.dirname, "../../../kernels");
  /** Public functions that make tensors, but nothing that a user differentiates. */
  const others = [
    "activationGradient", // parts of backward rules
    "columnSum",
    "convolve", // what conv2d and depthwiseConv2d share
    "matrixProduct", // what dense is made of
    "multiply", // what matmul is made of
    "powScalar", // pow with a number
    "unary", // what the unary ops and the pointwise losses are made of
    "pointwise",
    "fusedConvolution", // what conv2d and dense are, but with WGRAD_KERNELS=naive
    "fusedDense",
    "asMatrix",
    "argMax", // whole numbers have no derivative
    "oneHot",
  ];

  /** Names of the exported functions of a file that return a tensor. */
  function tensorFunctions(path: string): string[] {
    const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    return file.statements.flatMap((statement) => {
      if (ts.isFunctionDeclaration(statement)) return isTensor(statement.type) ? [statement.name!.text] : [];
      if (!ts.isVariableStatement(statement)) return [];
      return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
        initializer && ts.isArrowFunction(initializer) && isTensor(initializer.type) ? [name.getText()] : [],
      );
    });
  }
  const isTensor = (type: ts.TypeNode | undefined) => /^Tensor\b/.test(type?.getText() ?? "");

  /** What a folder offers: by its index.ts, or by all of its files if it has none. */
  async function opsOf(folder: string): Promise<string[]> {
    const files = readdirSync(join(kernels, folder)).filter((file) => file.endsWith(".ts"));
    const source = files.map((file) => readFileSync(join(kernels, folder, file), "utf8")).join("");
    if (!/\bdifferentiable|\bfused\(|\bconvolve\(/.test(source)) return []; // metrics, optimizers and the like
    const faces = files.includes("index.ts") ? ["index.ts"] : files;
    const modules = await Promise.all(faces.map((file) => import(join(kernels, folder, file))));
    const offered = new Set(modules.flatMap((module: object) => Object.keys(module)));
    const made = files.flatMap((file) => tensorFunctions(join(kernels, folder, file)));
    return made.filter((name) => offered.has(name) && !others.includes(name));
  }

  it("has every differentiable op of kernels/", async () => {
    const entries = readdirSync(kernels, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const found = (await Promise.all(entries.map(({ name }) => opsOf(name)))).flat();
    // of kernels/conv2d/passes.ts and kernels/dense/sum-slices.ts, whose folders have no index.ts
    const passes = ["forward", "inputGradient", "filterGradient", "sumSlices"];
    const hyphenated = (name: string) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase();
    const constants = ["stopGradient"]; // has no gradient, on purpose
    const rounding = ["cast"]; // numeric gradients are lost in the rounding to f16; test/kernels/half.test.ts looks at its own
    const expected = found
      .filter((name) => ![...passes, ...constants, ...rounding].includes(name))
      .map(hyphenated);
    expect(expected).toContain("depthwise-conv2d");
    expect(operations.map(({ name }) => name).sort()).toEqual(expected.sort());
  });
});
