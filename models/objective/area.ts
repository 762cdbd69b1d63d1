/** @file Areas under curves through a point for each threshold, by Keras's ways to add them up. */

/** Numbers of predictions above each threshold, of false and of true targets, and of all. */
export interface Above {
  readonly negatives: readonly number[];
  readonly positives: readonly number[];
  readonly allNegatives: number;
  readonly allPositives: number;
}

/** From numbers of predictions above ascending thresholds to the area. */
type Area = (above: Above) => number;

export type Curve = "ROC" | "PR";
export type Summation = "interpolation" | "minoring" | "majoring";

/** The height between two neighbouring points. */
export const summations: Readonly<Record<Summation, (a: number, b: number) => number>> = {
  interpolation: (a, b) => (a + b) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

const areasOf = (points: (above: Above) => readonly [x: readonly number[], y: readonly number[]]) => {
  const area =
    (summation: Summation): Area =>
    (above) => {
      const [x, y] = points(above);
      const height = summations[summation];
      return x.slice(1).reduce((sum, next, i) => sum + (x[i]! - next) * height(y[i]!, y[i + 1]!), 0);
    };
  return {
    interpolation: area("interpolation"),
    minoring: area("minoring"),
    majoring: area("majoring"),
  };
};

/** By curve and way of adding up. */
export const curves: Readonly<Record<Curve, Readonly<Record<Summation, Area>>>> = {
  ROC: areasOf(({ negatives, positives, allNegatives, allPositives }) => [
    negatives.map((count) => share(count, allNegatives)),
    positives.map((count) => share(count, allPositives)),
  ]),
  PR: {
    ...areasOf(({ negatives, positives, allPositives }) => [
      positives.map((count) => share(count, allPositives)),
      positives.map((count, i) => share(count, count + negatives[i]!)),
    ]),
    interpolation: interpolatedPrecision,
  },
};

/** Between two thresholds true positives grow in proportion to all positives (Davis and Goadrich 2006), as in Keras. */
function interpolatedPrecision({ negatives, positives: truePositives, allPositives }: Above): number {
  const positives = negatives.map((count, i) => count + truePositives[i]!);
  let area = 0;
  for (let i = 1; i < positives.length; i++) {
    const [more, fewer] = [positives[i - 1]!, positives[i]!];
    const gained = truePositives[i - 1]! - truePositives[i]!;
    const slope = share(gained, more - fewer);
    const intercept = truePositives[i]! - slope * fewer;
    const ratio = more > 0 && fewer > 0 ? more / fewer : 1;
    area += share(slope * (gained + intercept * Math.log(ratio)), allPositives);
  }
  return area;
}

/** part / whole; 0 of nothing, as in Keras. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
