/** @file The class that most neighbours have. */

/**
 * The most frequent label of each row of `labels` [n, k]; of equally frequent ones the smallest, as scikit-learn's
 * KNeighborsClassifier decides.
 */
export function majority(labels: Uint32Array, k: number): Uint32Array {
  return Uint32Array.from({ length: labels.length / k }, (_, row) => {
    const sorted = labels.slice(row * k, (row + 1) * k).sort();
    let best = sorted[0]!;
    let most = 0;
    let start = 0;
    for (let end = 1; end <= k; end++) {
      if (end < k && sorted[end] === sorted[start]) continue;
      if (end - start > most) {
        most = end - start;
        best = sorted[start]!;
      }
      start = end;
    }
    return best;
  });
}
