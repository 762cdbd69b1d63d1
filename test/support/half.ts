/** @file Tests of f16: skipped, with the reason on the terminal, where the adapter has no shader-f16. */
import { describe, type SuiteFactory } from "vitest";
import type { AdapterChoice } from "../../engine/adapter.ts";
import { createEngine } from "../../engine/device.ts";
import { decodeHalf, encodeHalf } from "../../engine/half.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";

const probe = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
const { features, device } = probe.adapter;
probe.dispose();

/** true if the tests' adapter has shader-f16 */
export const hasHalf = features.includes("shader-f16");
if (!hasHalf) console.warn(`SKIPPED: tests of f16, since ${device} has no shader-f16.`);

/** describe() for tests that compute in f16. */
export function describeHalf(name: string, tests: SuiteFactory): void {
  describe.skipIf(!hasHalf)(hasHalf ? name : `${name} (skipped: ${device} has no shader-f16)`, tests);
}

/** Relative error of one rounding to f16, which has 11 significant bits (IEEE 754 binary16), to nearest. */
export const halfRounding = 2 ** -11;

/** For expectClose(): what one rounding of the result explains; WGSL leaves its direction to the adapter. */
export const halfUlps = 2 * halfRounding * 2 ** 23 + 64;

/** The values rounded to f16, as a tensor of them would hold. */
export function roundedToHalf({ shape, data }: Array64): Array64 {
  return array64(shape, decodeHalf(encodeHalf(data)));
}
