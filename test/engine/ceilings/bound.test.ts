import { expect, it } from "vitest";
import { boundOf, boundOfAll } from "../../../engine/ceilings/bound.ts";

const roof = { f32GigaFlops: 40, kernelGigabytes: 4 }; // the ridge is at 10 FLOP per byte

it("is arithmetic to the right of the ridge, bandwidth to its left", () => {
  expect(boundOf({ flops: 40e6, bytes: 1e6 }, roof)).toEqual({ by: "arithmetic", milliseconds: 1 });
  expect(boundOf({ flops: 1e6, bytes: 4e6 }, roof)).toEqual({ by: "bandwidth", milliseconds: 1 });
  expect(boundOf({ flops: 0, bytes: 8e6 }, roof)).toEqual({ by: "bandwidth", milliseconds: 2 });
});

it("of several works adds up the times of each", () => {
  const works = [
    { flops: 40e6, bytes: 1e6 },
    { flops: 1e6, bytes: 12e6 },
  ];
  expect(boundOfAll(works, roof)).toEqual({ by: "bandwidth", milliseconds: 4 });
  expect(boundOfAll([], roof).milliseconds).toBe(0);
});
