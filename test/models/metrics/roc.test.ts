import { existsSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { areaUnderCurve, classRocCurves, rocCurve } from "../../../models/index.ts";
import { numbersOf, tensorOf } from "../../golden-runner/cases.ts";
import { readCase, readIndex } from "../../golden-runner/read-cases.ts";

const folder = path.resolve(process.env.WGRAD_GOLDEN ?? path.join(import.meta.dirname, "../../golden"));
const goldenCases = existsSync(path.join(folder, "index.json"))
  ? readIndex(folder).filter(({ op }) => op === "roc")
  : [];

/** Labels of two classes, and scores on a coarse grid, so that equal ones occur. */
const binary = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8 })), { minLength: 2, maxLength: 40 })
  .filter((samples) => new Set(samples.map(([truth]) => truth)).size === 2)
  .map((samples) => ({ truths: samples.map(([truth]) => truth), scores: samples.map(([, score]) => score) }));

// Expected values: scikit-learn, stored in the case files (golden/README.md). What the runner does not require.
describe.skipIf(goldenCases.length === 0)("all points and thresholds of scikit-learn's curves", () => {
  it.each(goldenCases)("$name", (entry) => {
    const golden = readCase(folder, entry);
    const values = (name: string) => Array.from(numbersOf(tensorOf(golden, name)));
    const [labels, scores] = [values("y_true"), values("scores")];
    const classes = golden.attrs.classes as number;
    const kept = classRocCurves(labels, scores, classes).perClass;
    const all = classRocCurves(labels, scores, classes, { dropIntermediate: false }).perClass;
    const stored = [...all.entries()].filter(([k]) => golden.tensors.has(`fpr_full.${k}`));
    expect(stored.length).toBeGreaterThan(0);
    for (const [k, curve] of stored) {
      expect(Array.from(curve.falsePositiveRate, Math.fround)).toEqual(values(`fpr_full.${k}`));
      expect(Array.from(curve.truePositiveRate, Math.fround)).toEqual(values(`tpr_full.${k}`));
      expect(curve.auc).toBeCloseTo(kept[k]!.auc, 12);
      // the first threshold is infinite here and since scikit-learn 1.3, before the largest score + 1
      expect([...kept[k]!.thresholds].slice(1)).toEqual(values(`threshold.${k}`).slice(1));
    }
  });
});

describe("ROC curves", () => {
  it("of scikit-learn's documented example", () => {
    // docstring of sklearn.metrics.roc_curve: y = [1, 1, 2, 2], scores = [0.1, 0.4, 0.35, 0.8], pos_label = 2
    const curve = rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1]);
    expect(curve.auc).toBe(0.75); // docstring of roc_auc_score
  });

  it("have the area that counting pairs gives: positives above negatives, ties half", () => {
    fc.assert(
      fc.property(binary, fc.boolean(), ({ truths, scores }, dropIntermediate) => {
        const [positives, negatives] = [true, false].map((kind) =>
          scores.filter((_, i) => truths[i] === kind),
        );
        const won = positives!.flatMap((p) => negatives!.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const expected = won.reduce<number>((sum, x) => sum + x, 0) / won.length;
        expect(rocCurve(truths, scores, { dropIntermediate }).auc).toBeCloseTo(expected, 12);
      }),
    );
  });

  it("lie on the rates that each threshold gives", () => {
    fc.assert(
      fc.property(binary, ({ truths, scores }) => {
        const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(truths, scores);
        const share = (kind: boolean, threshold: number) => {
          const own = scores.filter((_, i) => truths[i] === kind);
          return own.filter((score) => score >= threshold).length / own.length;
        };
        expect([...falsePositiveRate]).toEqual(Array.from(thresholds, (t) => share(false, t)));
        expect([...truePositiveRate]).toEqual(Array.from(thresholds, (t) => share(true, t)));
        expect([falsePositiveRate[0], truePositiveRate[0]]).toEqual([0, 0]);
        expect([falsePositiveRate.at(-1), truePositiveRate.at(-1)]).toEqual([1, 1]);
      }),
    );
  });

  it("average over the classes that have one", () => {
    // class 2 has no samples. Classes 0 and 1 are told apart perfectly: both curves go through (0, 1).
    const labels = [0, 1, 0];
    const scores = [0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1];
    const { perClass, macro, micro } = classRocCurves(labels, scores, 3);
    expect(perClass.map(({ auc }) => auc)).toEqual([1, 1, Number.NaN]);
    expect(macro).toEqual({
      falsePositiveRate: Float64Array.of(0, 1),
      truePositiveRate: Float64Array.of(1, 1),
      auc: 1,
    });
    expect(micro.auc).toBe(1); // the three scores of true classes are the three largest
    const none = classRocCurves([0], [1], 1).macro;
    expect([none.falsePositiveRate.length, none.auc]).toEqual([0, Number.NaN]);
  });

  it("refuse what has no curve", () => {
    expect(() => rocCurve([], [])).toThrow("roc: 0 samples and 0 scores; expected 0.");
    expect(() => rocCurve([1, 0], [1])).toThrow("roc: 2 samples and 1 scores; expected 2.");
    expect(() => rocCurve([1, 0], [1, Number.NaN])).toThrow("roc: score 1 is NaN.");
    expect(() => classRocCurves([0, 2], [1, 2, 3, 4], 2)).toThrow(
      "roc: label 2 of sample 1 is no integer in 0..1.",
    );
    expect(() => classRocCurves([0, 0.5], [1, 2, 3, 4], 2)).toThrow(ArgumentError);
    expect(() => classRocCurves([0, 1], [1, 2, 3, 4], 3)).toThrow("2 samples and 4 scores; expected 6.");
  });

  it("area by trapezoids", () => {
    expect(areaUnderCurve([0, 0.5, 0.5, 1], [0, 0.5, 1, 1])).toBe(0.625); // 1/8 + 0 + 1/2
  });
});
