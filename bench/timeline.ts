/** @file When which step was done: how many a second, without the slow first ones. */

/** Compiling and the first epoch's evaluation are over by then. */
const firstCounted = 60;

export class Timeline {
  readonly #points: { readonly step: number; readonly milliseconds: number }[] = [];

  /** By now `step` steps are done. */
  at(step: number): void {
    if (step >= firstCounted && step !== this.#points.at(-1)?.step)
      this.#points.push({ step, milliseconds: performance.now() });
  }

  /** Steps a second. NaN with fewer than two points. */
  get rate(): number {
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    if (!first || !last) return Number.NaN;
    return (1000 * (last.step - first.step)) / (last.milliseconds - first.milliseconds);
  }
}
