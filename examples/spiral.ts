/** @file Three arms of a spiral with 100 points each, as in Stanford's CS231n ("minimal neural network case study"). */

export const classes = 3;
const pointsPerArm = 100;

/** Random numbers in [0, 1) from a seed (Park and Miller 1988): the same for everybody. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** points: x and y one behind the other, [300, 2]; labels: the arm of each point. */
export function spiral(random = randomNumbers(1)): { points: Float32Array; labels: Uint32Array } {
  const points: number[] = [];
  const labels: number[] = [];
  for (let arm = 0; arm < classes; arm++) {
    for (let i = 0; i < pointsPerArm; i++) {
      const radius = i / (pointsPerArm - 1);
      const angle = 4 * (arm + radius) + 0.2 * normal(random);
      points.push(radius * Math.sin(angle), radius * Math.cos(angle));
      labels.push(arm);
    }
  }
  return { points: Float32Array.from(points), labels: Uint32Array.from(labels) };
}

/** A normally distributed number (Box and Muller 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The share of rows of `scores` [300, 3] whose largest number is at their label. */
export function accuracy(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = Array.from({ length: classes }, (_, k) => scores[i * classes + k]!);
    if (row.indexOf(Math.max(...row)) === labels[i]) right++;
  }
  return right / labels.length;
}
