import { describe, expect, it } from "vitest";
import { type Check, checkClimb, checkEvaluation, curvesOf, passes, type Repeated } from "./compare.ts";

const repeated: Repeated = {
  versions: {},
  evaluated: { loss: 1.5, accuracy: 0.4 },
  history: { loss: [2, 1], test_accuracy: [0.3, 0.5] },
};
const verdicts = (checks: readonly Check[]) => checks.map(passes);
const loss = (second: number) => ({ loss: [2, second], test_accuracy: [0.3, 0.5] });

describe("a run and its repetition in PyTorch", () => {
  it("have the loss and accuracy of the final weights in common to 1e-4, and both have to be there", () => {
    const check = (test_loss: number, test_accuracy: number) =>
      verdicts(checkEvaluation({ test_loss, test_accuracy }, repeated));
    expect(check(1.50005, 0.4)).toEqual([true, true]);
    expect(check(1.5002, 0.398)).toEqual([false, false]);
    expect(verdicts(checkEvaluation({}, repeated))).toEqual([false, false]);
  });

  it("have training losses 5 % apart, or twice as far as PyTorch's trainings from each other", () => {
    expect(verdicts(checkClimb(loss(1.04), repeated, 100))).toEqual([true, true, true]);
    expect(verdicts(checkClimb(loss(1.15), repeated, 100))).toEqual([true, false, true]);
    const twins = { ...repeated, twins: [loss(1.01), loss(1.08)] };
    expect(verdicts(checkClimb(loss(1.15), twins, 100))).toEqual([true, true, true]);
    expect(verdicts(checkClimb(loss(1.17), twins, 100))).toEqual([true, false, true]);
  });

  it("have the mean test accuracy in common within two standard errors", () => {
    const own = { loss: [2, 1], test_accuracy: [0.4, 0.54] };
    expect(verdicts(checkClimb(own, repeated, 100)).at(-1)).toBe(true); // 2 sqrt(.4 * .6 / 100) = .098
    expect(verdicts(checkClimb(own, repeated, 400)).at(-1)).toBe(false);
  });
});

describe("the curves of a history", () => {
  it("take what is validated on the test set for the test set", () => {
    const history = { epoch: [1], loss: [2], accuracy: [0.1], val_loss: [3], val_accuracy: [0.2] };
    expect(curvesOf(history)).toMatchObject({ test_loss: [3], test_accuracy: [0.2] });
    const both = { ...history, test_loss: [4], test_accuracy: [0.3] };
    expect(curvesOf(both)).toMatchObject({ test_loss: [4], val_loss: [3] });
  });
});
