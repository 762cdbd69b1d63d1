/** @file The check that the lab lets an edited kernel train by: shipped texts pass it, and small errors do not. */
import { beforeAll, describe, expect, it } from "vitest";
import { type AdapterChoice, describeAdapter } from "../../../engine/adapter.ts";
import { createEngine } from "../../../engine/device.ts";
import { findAdapter, findAgain } from "../../../engine/find-adapter.ts";
import { openDevice } from "../../../engine/open-device.ts";
import { kernelId, readSource } from "../../../engine/source.ts";
import { allMutants } from "../../../lessons/mutants/index.ts";
import { checkKernel } from "../../../lessons/properties/check.ts";
import { kernelProperties } from "../../../lessons/properties/properties.ts";
import { type KernelProperty, missing } from "../../../lessons/properties/property.ts";

let adapter: GPUAdapter;
beforeAll(async () => {
  adapter = await findAdapter((process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice);
});
const openAnother = async () => openDevice(await findAgain(adapter));
const propertyOf = (kernel: string) => kernelProperties.find((property) => property.kernel === kernel)!;
const shippedText = (kernel: string) => readSource({ name: kernel });
const check = (property: KernelProperty, text: string, cases = 1, seed = 1) =>
  checkKernel({ property, text, seed, cases, openDevice: openAnother });

describe("the check of kernels", () => {
  it("knows each kernel once", () => {
    const ids = kernelProperties.map(({ kernel }) => kernel);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(70); // docs/guides/lab.md says so
  });

  it.for(kernelProperties)("passes the shipped text of $kernel, and launches it", async (property, {
    skip,
  }) => {
    const needs = missing(property, describeAdapter(adapter));
    if (needs) skip(`this adapter has no ${needs}`);
    expect(await check(property, shippedText(property.kernel))).toEqual({ kind: "passed", cases: 1 });
    const engine = await createEngine({ device: await openAnother() });
    const { run, problem } = property.prepare(engine);
    const recording = engine.record(run);
    expect(problem).not.toBe("");
    expect(recording.dispatches.map(({ label }) => label)).toContain(property.kernel);
    engine.dispose();
  });
});

/** One for each folder: `npm run test:mutants` runs them all against the whole tests. */
const found = [
  ["conv2d/forward.tiled", "fma("],
  ["dense/matmul.registers", "sum10 += outer("],
  ["pool2d/max-backward", "y * (1 - y)"],
  ["batch-norm/backward-sums", "end % step == i"],
  ["layer-norm/backward", "- z * gz_mean_of(r)"],
  ["softmax/rows.registers", "exponentials[v] / total[r]"],
  ["losses/softmax-cross-entropy-gradient", ""],
  ["optimizers/adam", "f32(step.step + 1u)"],
  ["elementwise/binary-gradient", ""],
] as const;

describe("small errors", () => {
  it.for(found)("in %s are found: %s", async ([kernel, from], { skip }) => {
    const property = propertyOf(kernel);
    const needs = missing(property, describeAdapter(adapter));
    if (needs) skip(`this adapter has no ${needs}`);
    const mutant = allMutants.find((each) => kernelId(each.file) === kernel && each.from.includes(from))!;
    const text = shippedText(kernel).replace(mutant.from, () => mutant.to);
    const verdict = await check(property, text, 8);
    expect(verdict.kind, mutant.what).toBe("differs");
  });
});
