import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { History } from "../../../models/index.ts";

function example(): History {
  const history = new History();
  history.append(1, { loss: 2, accuracy: 0.1 });
  history.append(2, { loss: 1, val_loss: 3 });
  return history;
}

describe("History", () => {
  it("keeps its lists aligned with the epochs", () => {
    expect(example().toJSON()).toEqual({
      epoch: [1, 2],
      loss: [2, 1],
      accuracy: [0.1, null],
      val_loss: [null, 3],
    });
    expect(example().last("loss")).toBe(1);
    expect(example().last("accuracy")).toBeUndefined();
    expect(example().last("nothing")).toBeUndefined();
  });

  it("comes back from JSON the same, and on its own", () => {
    const history = example();
    const copy = History.fromJSON(JSON.parse(JSON.stringify(history)));
    expect(copy.toJSON()).toEqual(history.toJSON());
    copy.append(3, { loss: 0.5 });
    expect(history.epoch).toEqual([1, 2]);
    expect(history.history.loss).toEqual([2, 1]);
  });

  it("joins one that goes on where it ended", () => {
    const later = new History();
    later.append(3, { loss: 0.5, val_loss: 2 });
    expect(example().join(later).toJSON()).toEqual({
      epoch: [1, 2, 3],
      loss: [2, 1, 0.5],
      accuracy: [0.1, null, null],
      val_loss: [null, 3, 2],
    });
  });

  it("refuses lists of different lengths", () => {
    expect(() => History.fromJSON({ loss: [1] })).toThrow(ArgumentError);
    expect(() => History.fromJSON({ epoch: [1, 2], loss: [1] })).toThrow(
      'history: "loss" has not as many values as "epoch" (2).',
    );
  });
});
