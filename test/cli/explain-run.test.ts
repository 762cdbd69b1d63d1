/** @file `wgrad explain RUN --at ADDRESS`: a number of a run as its sums, on the terminal and as JSON, and what it refuses. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapter, fail, succeed } from "./run.ts";

const cwd = mkdtempSync(join(tmpdir(), "wgrad-explain-run-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const experiment = `
import { adam, Conv2D, defineExperiment, Dense, Flatten, Input, MaxPooling2D, sequential } from "wgrad/experiment";
const samples = (n: number) => ({
  x: Uint8Array.from({ length: n * 108 }, (_, i) => (i % 3 === Math.floor(i / 108) % 3 ? 200 : (i * 37) % 60)),
  shape: [n, 6, 6, 3],
  y: Array.from({ length: n }, (_, i) => i % 3),
});
export default defineExperiment({
  title: "Colours",
  dataset: () => ({ train: samples(60), test: samples(12), classes: ["red", "green", "blue"], scale: 1 / 255 }),
  network: () => sequential([Input([6, 6, 3]), Conv2D(4, 3, { activation: "relu" }), MaxPooling2D(2), Flatten(), Dense(3, { activation: "softmax" })]),
  optimizer: () => adam({ learningRate: 0.05 }),
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  epochs: 1,
  batch: 10,
});
`;

const explain = (...words: string[]) => ["explain", ...words, "--adapter", adapter];

beforeAll(async () => {
  writeFileSync(join(cwd, "colours.mts"), experiment);
  await succeed(["train", "./colours.mts", "--out", "run", "--adapter", adapter], { cwd });
}, 300_000);

describe("a number of a run", () => {
  it("is listed without an address, and told with one", async () => {
    const { stdout: list } = await succeed(explain("run"), { cwd });
    expect(list).toContain("conv2d_1/kernel [3,3,3,4] (kh,kw,c,k)");
    expect(list).toContain("adam after 6 steps");
    const { stdout } = await succeed(explain("run", "--at", "conv2d_1/kernel[2,1,0,3]", "--terms", "4"), {
      cwd,
    });
    expect(stdout).toContain("160 terms, the largest first");
    expect(stdout).toContain("and 156 others: ");
    expect(stdout).toContain("in this order float32 comes to these bits");
    expect(stdout).toMatch(/kernels\/conv2d\/filter-gradient\.naive\.wgsl:\d+/);
    expect(stdout).toContain("kernels/optimizers/adam.wgsl:");
    expect(stdout).toContain("difference / ");
    for (const line of stdout.split("\n").slice(0, -3)) expect(line.length, line).toBeLessThanOrEqual(100);
  }, 240_000);

  it("is plain data as JSON, of another batch too", async () => {
    const { stdout } = await succeed(explain("run", "--at", "dense_1[9,2]", "--batch", "5", "--json"), {
      cwd,
    });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ address: "dense_1[9,2]", kind: "output", batch: 5 });
    expect(Math.abs(found.difference.slope - found.gradient)).toBeLessThan(
      0.02 * Math.abs(found.gradient) + 2 * found.difference.resolution,
    );
    expect(found.forward[0].kernel).toMatch(/^softmax\//);
  }, 240_000);

  it.each<[string, string[], 1 | 2, RegExp]>([
    ["an unknown name", ["run", "--at", "conv2d_2/kernel[0]"], 2, /Did you mean "conv2d_1\/kernel"\?/],
    ["an index too far", ["run", "--at", "conv2d_1/bias[4]"], 2, /index 4 of axis 0 is beyond its size, 4/],
    ["a batch too far", ["run", "--at", "loss", "--batch", "6"], 2, /batches 0 to 5, of 10 images/],
    ["no run", ["nowhere", "--at", "loss"], 1, /nowhere does not exist/],
    ["an address of a lesson", ["conv2d", "--at", "loss"], 1, /conv2d does not exist/],
    ["terms of a lesson", ["conv2d", "--terms", "3"], 2, /--terms is for a number of a run/],
  ])(
    "refuses %s",
    async (_, words, code, message) => {
      await fail(explain(...words), code, message, { cwd });
    },
    120_000,
  );
});
