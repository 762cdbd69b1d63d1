/** @file Where training waits between two steps: as long as it is paused, and while others work with the model. */

export class Gate {
  #open: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  readonly #work: (() => Promise<void>)[] = [];
  #wake: () => void = () => {};

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    this.#closed ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open?.();
    this.#closed = this.#open = undefined;
    this.#wake();
  }

  /** Runs `work` between two steps; rejects as it does. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#work.push(() => work().then(resolve, reject));
      this.#wake();
    });
  }

  /** Called between two steps: does what is to be done there, and goes on once the gate is open. */
  async pass(): Promise<void> {
    for (;;) {
      for (let work = this.#work.shift(); work; work = this.#work.shift()) await work();
      if (!this.#closed) return;
      await Promise.race([
        this.#closed,
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
    }
  }
}
