/** @file Two that share one GPU: one goes, the other waits, and whoever has fallen behind goes next. */

export type Side = 0 | 1;

export class Turns {
  readonly #steps = [0, 0];
  readonly #ended = [false, false];
  #going: Side = 0;
  #isFree = false;
  #wake: () => void = () => {};

  /** Before the first step: resolves when it is this side's turn. */
  async begin(side: Side): Promise<void> {
    while (!this.#isFree && this.#going !== side)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Between two steps, of which this side has done `steps`: waits while the other catches up. */
  async pass(side: Side, steps: number): Promise<void> {
    this.#steps[side] = steps;
    const other: Side = side === 0 ? 1 : 0;
    if (this.#ended[other] || this.#steps[other]! >= steps) return;
    this.#give(other);
    await this.begin(side);
  }

  /** No more steps of this side. */
  end(side: Side): void {
    this.#ended[side] = true;
    this.#give(side === 0 ? 1 : 0);
  }

  /** Nobody waits any more. */
  free(): void {
    this.#isFree = true;
    this.#wake();
  }

  #give(side: Side): void {
    this.#going = side;
    this.#wake();
  }
}
