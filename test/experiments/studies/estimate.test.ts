import { expect, it } from "vitest";
import { estimateInFull, growsInFull, type TimedPart } from "../../../experiments/run/study-estimate.ts";
import type { PartInFull } from "../../../experiments/run/study-part.ts";
import { History } from "../../../models/training/history.ts";

/** 100 weights, trained for epochs of so many seconds. */
function part(seconds: readonly number[], inFull: PartInFull = {}): TimedPart {
  const history = new History();
  for (const [i, value] of seconds.entries()) history.append(i + 1, { loss: 1, seconds: value });
  const sum = seconds.reduce((all, value) => all + value, 0);
  return { history, seconds: sum, inFull, model: { parameterCount: 100 } };
}

it("counts each part with its own epochs, images and parameters", () => {
  const full = { images: 11, epochs: 50 };
  expect(estimateInFull([part([9, 2, 2])], full)).toBe(2 * 11 * 50); // the first epoch compiles kernels
  const larger = part([1, 1], { epochs: 20, parameters: 700 });
  expect(estimateInFull([larger], full)).toBe(11 * 20 * 7);
  const fewLabels = part([0.5], { epochs: 640, sameImages: true });
  expect(estimateInFull([fewLabels], full)).toBe(0.5 * 640);
  expect(estimateInFull([larger, fewLabels], full)).toBe(11 * 20 * 7 + 0.5 * 640);
  expect([larger, fewLabels].map(growsInFull)).toEqual([true, false]);
});
