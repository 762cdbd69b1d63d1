/** @file What principal components leave out of rows, in float64 on the CPU: for where float32's rounding would be most of it. */
import { type HostRows, readRow, rowsAndWidth } from "../rows.ts";

/** The part of a Spectrum (pca.ts) that this needs: [width] and [components, width]. */
type Basis = Readonly<Record<"mean" | "components", Float64Array>>;

/** Sum of (x - mean - z components)^2 with z = (x - mean) components^T; takes about a second for 10^9 products. */
export function exactError(rows: HostRows, { mean, components }: Basis): number {
  const [count, width] = rowsAndWidth("PCA", rows);
  const left = new Float64Array(width);
  let total = 0;
  for (let i = 0; i < count; i++) {
    readRow(rows, i, left, { shift: mean });
    // the components are orthogonal: each is taken out of what the others leave
    for (let start = 0; start < components.length; start += width) {
      let z = 0;
      for (let j = 0; j < width; j++) z += left[j]! * components[start + j]!;
      for (let j = 0; j < width; j++) left[j]! -= z * components[start + j]!;
    }
    for (let j = 0; j < width; j++) total += left[j]! ** 2;
  }
  return total;
}
