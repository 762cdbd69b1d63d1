/** @file The check that the lab lets an edited kernel train by: shipped texts pass it, and small errors do not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const check = (property: KernelProperty, text: string, cases = 4, seed = 1) =>
  checkKernel({ property, text, seed, cases, openDevice: openAnother });

/** Errors that show in launches of other kinds than the check has: halted runs, f16, values from the edges, larger sums. */
const unseen = ["goes on after a halt"];

describe("the check of kernels", () => {
  it("knows each kernel once", () => {
    const ids = kernelProperties.map(({ kernel }) => kernel);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(60);
  });

  it.for(kernelProperties)("passes the shipped text of $kernel, and launches it", async (property, {
    skip,
  }) => {
    const needs = missing(property, describeAdapter(adapter));
    if (needs) skip(`this adapter has no ${needs}`);
    expect(await check(property, shippedText(property.kernel))).toEqual({ kind: "passed", cases: 4 });
    const engine = await createEngine({ device: await openAnother() });
    const { run, problem } = property.prepare(engine);
    const recording = engine.record(run);
    expect(problem).not.toBe("");
    expect(recording.dispatches.map(({ label }) => label)).toContain(property.kernel);
    engine.dispose();
  });
});

describe("mutants", () => {
  const known = allMutants.flatMap((mutant) => {
    const property = propertyOf(kernelId(mutant.file));
    return property ? [{ ...mutant, property }] : [];
  });
  it.for(known)("of $file are found: $what", async ({ property, from, to, what }, { skip }) => {
    const needs = missing(property, describeAdapter(adapter));
    if (needs) skip(`this adapter has no ${needs}`);
    const text = shippedText(property.kernel).replace(from, () => to);
    const verdict = await check(property, text, 12);
    expect(verdict.kind, what).not.toBe("passed");
  });
});
afterAll(() => void unseen);
