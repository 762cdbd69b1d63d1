import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ConfusionMatrix,
  classificationReport,
  confusionCounts,
  formatClassificationReport,
  largestConfusion,
  mostConfusedPairs,
  type Scores,
} from "../../../models/index.ts";
import { numbersOf, tensorOf } from "../../golden-runner/cases.ts";
import { readCase, readIndex } from "../../golden-runner/read-cases.ts";

const folder = path.resolve(process.env.WGRAD_GOLDEN ?? path.join(import.meta.dirname, "../../golden"));
const goldenCases = existsSync(path.join(folder, "index.json"))
  ? readIndex(folder).filter(({ op }) => op === "classification_report")
  : [];

// Expected values: scikit-learn, stored in the case files (golden/README.md).
describe.skipIf(goldenCases.length === 0)("golden cases of scikit-learn", () => {
  it.each(goldenCases)("$name", (entry) => {
    const golden = readCase(folder, entry);
    const { classes, report, most_confused, accuracy } = golden.attrs as unknown as ReportAttributes;
    const integers = (name: string) => numbersOf(tensorOf(golden, name));
    const counts = confusionCounts(integers("y_true"), integers("y_pred"), classes);
    expect(counts.flat()).toEqual(Array.from(integers("confusion")));
    const mine = classificationReport(counts);
    mine.perClass.forEach((scores, k) => {
      expectScores(scores, report[String(k)]!);
    });
    expectScores(mine.macro, report["macro avg"]!);
    expectScores(mine.weighted, report["weighted avg"]!);
    expect(mine.accuracy).toBeCloseTo(accuracy, 12);
    const { label, predicted, count } = largestConfusion(counts)!;
    expect([label, predicted, count]).toEqual(most_confused);
  });
});

type GoldenScores = { precision: number; recall: number; "f1-score": number; support: number };

interface ReportAttributes {
  readonly classes: number;
  readonly report: Readonly<Record<string, GoldenScores>>;
  readonly accuracy: number;
  readonly most_confused: readonly number[];
}

function expectScores(mine: Scores, theirs: GoldenScores) {
  expect(mine.precision).toBeCloseTo(theirs.precision, 12);
  expect(mine.recall).toBeCloseTo(theirs.recall, 12);
  expect(mine.f1).toBeCloseTo(theirs["f1-score"], 12);
  expect(mine.support).toBe(theirs.support);
}

const labelled = fc.integer({ min: 1, max: 12 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    pairs: fc.array(fc.tuple(fc.nat(classes - 1), fc.nat(classes - 1)), { maxLength: 80 }),
  }),
);

describe("confusion", () => {
  it("counts every sample once, in the row of its label", () => {
    fc.assert(
      fc.property(labelled, ({ classes, pairs }) => {
        const counts = confusionCounts(
          pairs.map(([label]) => label),
          pairs.map(([, predicted]) => predicted),
          classes,
        );
        for (let i = 0; i < classes; i++) {
          for (let j = 0; j < classes; j++) {
            expect(counts[i]![j]).toBe(pairs.filter(([a, b]) => a === i && b === j).length);
          }
        }
      }),
    );
  });

  it("has micro averages and weighted recall equal to the accuracy", () => {
    fc.assert(
      fc.property(labelled, ({ classes, pairs }) => {
        const [labels, predicted] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const report = classificationReport(confusionCounts(labels, predicted, classes));
        const right = pairs.filter(([a, b]) => a === b).length;
        const accuracy = pairs.length === 0 ? 0 : right / pairs.length;
        expect(report.accuracy).toBe(accuracy);
        expect(report.micro).toEqual({
          precision: accuracy,
          recall: accuracy,
          f1: accuracy,
          support: pairs.length,
        });
        expect(report.weighted.recall).toBeCloseTo(accuracy, 12);
      }),
    );
  });

  it("lists the pairs with both directions, most confused first", () => {
    // Symmetrised off-diagonals: 0-1 gives 2 + 3, 0-2 gives 0 + 4, 1-2 none.
    const counts = [
      [9, 2, 0],
      [3, 9, 0],
      [4, 0, 9],
    ];
    const [first, second, ...rest] = mostConfusedPairs(counts, 5);
    expect(first).toEqual({ first: 0, second: 1, firstAsSecond: 2, secondAsFirst: 3, count: 5 });
    expect(second).toEqual({ first: 0, second: 2, firstAsSecond: 0, secondAsFirst: 4, count: 4 });
    expect(rest).toEqual([]);
    expect(mostConfusedPairs(counts, 1)).toEqual([first]);
    expect(largestConfusion(counts)).toEqual({ label: 2, predicted: 0, count: 4 });
    expect(largestConfusion([[5]])).toBeUndefined();
  });

  it("refuses labels out of range and lists of different lengths", () => {
    expect(() => confusionCounts([0, 3], [0, 0], 3)).toThrow("sample 1 has label 3 and prediction 0");
    expect(() => confusionCounts([0], [0.5], 3)).toThrow("expected integers in 0..2");
    expect(() => confusionCounts([0, 1], [0], 3)).toThrow("2 labels but 1 predictions");
  });
});

/** Random matrices full of halves, some without a hit, and what scikit-learn 1.9.1 prints for them. */
const reports: readonly (ConfusionMatrix & { readonly text: string })[] = JSON.parse(
  readFileSync(new URL("fixtures/scikit-learn-reports.json", import.meta.url), "utf8"),
);

describe("formatClassificationReport", () => {
  it("prints what scikit-learn prints, character by character", () => {
    expect(reports.length).toBeGreaterThan(40);
    for (const { text, ...matrix } of reports) expect(formatClassificationReport(matrix)).toBe(text);
  });

  it("sums means of many classes in NumPy's order", () => {
    // classification_report of scikit-learn 1.9.1 for class k of 200 with k % 7 hits and k % 3 misses taken for class 0
    const counts = Array.from({ length: 200 }, (_, k) => {
      const row = new Array<number>(200).fill(0);
      row[k]! += k % 7;
      row[0]! += k % 3;
      return row;
    });
    const { macro, weighted } = classificationReport(counts);
    expect([macro.precision, macro.recall, macro.f1]).toEqual([
      0.855, 0.6617023809523809, 0.7324039016539017,
    ]);
    expect([weighted.precision, weighted.recall, weighted.f1]).toEqual([
      0.9646910466582598, 0.7490542244640606, 0.831743421213787,
    ]);
  });

  it("prints the example of scikit-learn's documentation", () => {
    // y_true = [0, 1, 2, 2, 2], y_pred = [0, 0, 2, 2, 1]: docstring of sklearn.metrics.classification_report
    const expected = `              precision    recall  f1-score   support

     class 0       0.50      1.00      0.67         1
     class 1       0.00      0.00      0.00         1
     class 2       1.00      0.67      0.80         3

    accuracy                           0.60         5
   macro avg       0.50      0.56      0.49         5
weighted avg       0.70      0.60      0.61         5
`;
    const counts = confusionCounts([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3);
    expect(formatClassificationReport({ classes: ["class 0", "class 1", "class 2"], counts })).toBe(expected);
  });

  it("rounds ties to the even digit, as Python does", () => {
    // recall 5/8 = 0.625 and 3/8 = 0.375: Python's f"{x:.2f}" gives 0.62 and 0.38
    const text = formatClassificationReport({
      classes: ["a", "b"],
      counts: [
        [5, 3],
        [5, 3],
      ],
    });
    expect(text).toContain("0.62");
    expect(text).toContain("0.38");
    expect(text).not.toContain("0.63");
  });
});
