/** @file Cosine similarity as a loss, in float64. Both [n, c]. */
import { type Array64, array64 } from "../reference.ts";

const longest = 1e7; // 1 / Keras's epsilon

interface Row {
  readonly x: Float64Array;
  readonly t: Float64Array;
  readonly r: number;
  readonly s: number;
  readonly cosine: number;
}

function rowsOf(x: Array64, t: Array64): Row[] {
  const [rows, length] = x.shape as [number, number];
  const inverse = (values: Float64Array) =>
    Math.min(1 / Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)), longest);
  return Array.from({ length: rows }, (_, row) => {
    const [p, q] = [x, t].map(({ data }) => data.slice(row * length, (row + 1) * length)) as [
      Float64Array,
      Float64Array,
    ];
    const [r, s] = [inverse(p), inverse(q)];
    const cosine = p.reduce((sum, value, j) => sum + value * r * (q[j]! * s), 0);
    return { x: p, t: q, r, s, cosine };
  });
}

/** [n]: -sum over j of x[j] / |x| * t[j] / |t|. */
export function cosineSimilarityReference(x: Array64, t: Array64): Array64 {
  const rows = rowsOf(x, t);
  return array64(
    [rows.length],
    rows.map(({ cosine }) => -cosine),
  );
}

/** dx = -(t / |t| - cosine * x / |x|) / |x|; without the second term where |x| is below 1e-7. */
export function cosineSimilarityGradientReference(dLoss: Array64, x: Array64, t: Array64): Array64 {
  const slopes = rowsOf(x, t).flatMap(({ x: p, t: q, r, s, cosine }, row) =>
    Array.from(p, (value, j) => {
      const along = r === longest ? 0 : cosine * value * r;
      return -dLoss.data[row]! * r * (q[j]! * s - along);
    }),
  );
  return array64(x.shape, slopes);
}
