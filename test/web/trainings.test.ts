import { describe, expect, it } from "vitest";
import { compareTrainings } from "../../web/trainings.ts";

const run = (losses: readonly number[], hashes: readonly (string | undefined)[] = [], first = 0) => ({
  steps: losses.map((loss, i) => ({ step: first + i, loss })),
  epochs: hashes.map((hash, i) => ({ epoch: i + 1, ...(hash === undefined ? {} : { hash }) })),
});

describe("two trainings", () => {
  it("are equal in the steps that both have", () => {
    expect(compareTrainings(run([3, 2, 1]), run([3, 2]))).toEqual({
      steps: 2,
      firstDifference: undefined,
      epochs: [],
    });
    expect(compareTrainings(run([3, 2, 1]), run([1, 0.5], [], 2)).steps).toBe(1);
  });

  it("differ from the first loss on whose bits do", () => {
    const next = 2 + 2 ** -22; // the next float32 number
    expect(compareTrainings(run([3, next, 7]), run([3, 2, 1])).firstDifference).toEqual({
      step: 1,
      loss: next,
      other: 2,
    });
    expect(compareTrainings(run([Number.NaN]), run([Number.NaN])).firstDifference).toBeUndefined();
    expect(compareTrainings(run([-0]), run([0])).firstDifference).toEqual({ step: 0, loss: -0, other: 0 });
  });

  it("show the hashes of the epochs that were watched", () => {
    const { epochs } = compareTrainings(run([], [undefined, "b", "c"]), run([], ["a", "b"]));
    expect(epochs).toEqual([
      { epoch: 2, hash: "b", other: "b" },
      { epoch: 3, hash: "c", other: undefined },
    ]);
  });
});
