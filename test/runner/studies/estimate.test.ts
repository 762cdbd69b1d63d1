import { expect, it } from "vitest";
import { History } from "../../../models/fit/history.ts";
import type { PartInFull } from "../../../runner/study/part.ts";
import { estimateInFull, type TimedPart } from "../../../runner/study/study-estimate.ts";

/** 100 weights, trained for epochs of so many seconds. */
function part(seconds: readonly number[], inFull: PartInFull = {}): TimedPart {
  const history = new History();
  for (const [i, value] of seconds.entries()) history.append(i + 1, { loss: 1, seconds: value });
  const sum = seconds.reduce((all, value) => all + value, 0);
  return { history, seconds: sum, inFull, model: { parameterCount: 100 } };
}

it("counts each part with its own epochs, images and parameters", () => {
  const full = { images: 11, epochs: 50 };
  const same = (seconds: number) => ({ least: seconds, most: seconds });
  expect(estimateInFull([part([9, 2, 2])], full)).toEqual(same(2 * 11 * 50)); // the first epoch compiles kernels
  const larger = part([1, 1], { epochs: 20, parameters: 700 });
  expect(estimateInFull([larger], full)).toEqual({ least: 11 * 20, most: 11 * 20 * 7 });
  const fewLabels = part([0.5], { epochs: 640, sameImages: true });
  expect(estimateInFull([fewLabels], full)).toEqual(same(0.5 * 640));
  expect(estimateInFull([larger, fewLabels], full)).toEqual({
    least: 11 * 20 + 0.5 * 640,
    most: 11 * 20 * 7 + 0.5 * 640,
  });
});
