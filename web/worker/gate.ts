/** @file Where training waits between two steps: as long as it is paused, and while others work with the model. */

export class Gate {
  #open: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  readonly #work: { readonly run: () => Promise<void>; readonly fail: (reason: unknown) => void }[] = [];
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

  /** Runs `work` between two steps; rejects as it does, or with the reason why no step follows. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#work.push({ run: () => work().then(resolve, reject), fail: reject });
      this.#wake();
    });
  }

  /** No step follows: whoever waits for one learns why. */
  end(reason: unknown): void {
    for (const { fail } of this.#work.splice(0)) fail(reason);
  }

  /** Called between two steps: does what is to be done there, and goes on once the gate is open. */
  async pass(): Promise<void> {
    for (;;) {
      for (let work = this.#work.shift(); work; work = this.#work.shift()) await work.run();
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
