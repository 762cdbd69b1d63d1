/** @file `gradcheck` and `explain`: what they print, their exit codes, and that a broken kernel is not a success. */
import { describe, expect, it } from "vitest";
import { adapter, fail, runCli, succeed } from "./run.ts";

const onAdapter = ["--adapter", adapter];
const preload = new URL("support/break-shader.mjs", import.meta.url).href;

/** The environment of a process in which a shader is not what its file says. */
const broken = (shader: string, from: string, to: string) => ({
  NODE_OPTIONS: `--import=${preload}`,
  BREAK_SHADER: JSON.stringify({ shader, from, to }),
  WGRAD_KERNELS: "naive",
});

const tooLong = (text: string) => text.split("\n").filter((line) => line.length > 80);

describe("gradcheck", () => {
  it("lists the ops without a name", async () => {
    const { stdout } = await succeed(["gradcheck"]);
    for (const name of ["conv2d", "batch-norm", "softmax-cross-entropy", "relu"])
      expect(stdout).toContain(name);
    expect(tooLong(stdout)).toEqual([]);
    const families = JSON.parse((await succeed(["gradcheck", "--json"])).stdout) as { ops: string[] }[];
    expect(families.flatMap(({ ops }) => ops)).toContain("max-pool2d");
  });

  it("prints analytic, numeric and difference in 80 columns, and a verdict", async () => {
    const { stdout } = await succeed(["gradcheck", "maxPool", "--samples", "2", ...onAdapter]);
    expect(stdout).toMatch(/index +analytic +numeric +difference/);
    expect(stdout).toMatch(/^PASS {2}max-pool2d: \d+ elements in 4 gradients/m);
    expect(stdout).toContain("float64 reference");
    expect(stdout).not.toContain("\x1b");
    expect(tooLong(stdout)).toEqual([]);
    expect(stdout.match(/^ {4}\[[\d,]+\] /gm)).toHaveLength(8);
  });

  it("--json has every element; another seed, other inputs", async () => {
    const read = async (seed: string) => {
      const words = ["gradcheck", "sqrt", "--json", "--seed", seed, ...onAdapter];
      return JSON.parse((await succeed(words)).stdout);
    };
    const [one, two] = [await read("1"), await read("2")];
    expect(one).toMatchObject({ seed: 1, tolerance: 1e-5, ops: [{ op: "sqrt", passed: true }] });
    const elements = (result: typeof one) => result.ops[0].cases[0].gradients[0].elements;
    expect(elements(one)).toHaveLength(15);
    expect(elements(one)[0]).toMatchObject({
      index: [0, 0],
      analytic: expect.any(Number),
      numeric: expect.any(Number),
    });
    expect(elements(two)[0].numeric).not.toBe(elements(one)[0].numeric);
  });

  it("fails with exit code 1 if the kernel is broken, and shows where", async () => {
    const env = broken("elementwise/unary-gradient.wgsl", "return 0.5 / t", "return 0.4 / t");
    await fail(["gradcheck", "sqrt", ...onAdapter], 1, /gradcheck: sqrt: the GPU's numbers are not those/, {
      env,
    });
    const { stdout } = await runCli(["gradcheck", "sqrt", ...onAdapter], { env });
    expect(stdout).toMatch(/^FAIL {2}sqrt: wrong are 15 of 15 elements/m);
    expect(stdout).toMatch(/^ {2}gradient of x \[3,5\].* WRONG$/m);
    expect(tooLong(stdout)).toEqual([]);
  });

  it.each([
    ["an unknown op", ["gradcheck", "softmx"], /no op "softmx"\. Did you mean "softmax"\?/],
    ["samples of 0", ["gradcheck", "relu", "--samples", "0"], /'--samples <n>' argument '0' is invalid/],
    ["an unknown lesson", ["explain", "conv3d"], /no lesson "conv3d"\. Did you mean "conv2d"\?/],
  ])("%s ends with exit code 2", async (_, words, pattern) => void (await fail(words, 2, pattern)));
});

describe("explain", () => {
  it("lists the lessons without a name", async () => {
    const { stdout } = await succeed(["explain"]);
    for (const name of ["conv2d", "maxpool", "dense", "softmax-cross-entropy", "batch-norm"]) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\w`, "m"));
    }
    expect(tooLong(stdout)).toEqual([]);
  });

  it("prints a lesson", async () => {
    const { stdout } = await succeed(["explain", "conv2d", ...onAdapter]);
    expect(stdout).toContain("y00 = x00*w00 + x01*w01 + x10*w10 + x11*w11 + b");
    expect(stdout).not.toContain("\x1b");
    expect(tooLong(stdout)).toEqual([]);
  });

  it("fails with exit code 1, and without a lesson, if the kernel is broken", async () => {
    const env = broken("dense/matmul.naive.wgsl", "k * A_COLUMN", "0u");
    await fail(["explain", "dense", ...onAdapter], 1, /y, element 0 is 3 by the kernels, 6 by the float64/, {
      env,
    });
    expect((await runCli(["explain", "dense", ...onAdapter], { env })).stdout).toBe("");
  });
});
