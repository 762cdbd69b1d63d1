import { expect, it } from "vitest";
import { reviewMeasures } from "../../runner/review-run.ts";

it("a review has the scores of the classes for which a source gives them", () => {
  const figure = (measure: string) => ({ name: measure, measure, value: 0, source: "a test" });
  // rows: true classes. cat: 6 of 10 found, 2 dogs taken for cats
  const confusion = {
    classes: ["cat", "dog"],
    counts: [
      [6, 4],
      [2, 8],
    ],
  };
  const published = ["test_accuracy", "macro_f1", "precision_cat", "recall_cat", "f1_cat", "f1_horse"].map(
    figure,
  );
  const measured = reviewMeasures({ loss: 0.5, accuracy: 0.7 }, confusion, { published });
  const [precision, recall] = [6 / 8, 6 / 10];
  const f1 = (2 * precision * recall) / (precision + recall);
  expect(measured).toEqual({
    test_loss: 0.5,
    test_accuracy: 0.7,
    test_error: expect.closeTo(0.3, 12),
    macro_precision: expect.closeTo((6 / 8 + 8 / 12) / 2, 12),
    macro_recall: expect.closeTo((6 / 10 + 8 / 10) / 2, 12),
    macro_f1: expect.closeTo((f1 + 16 / 22) / 2, 12),
    precision_cat: expect.closeTo(precision, 12),
    recall_cat: expect.closeTo(recall, 12),
    f1_cat: expect.closeTo(f1, 12),
  });
});
