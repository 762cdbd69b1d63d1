/** @file The points of an embedding on their way down. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { roundUp } from "../rows.ts";

/** Coordinates, velocities and gains, each [2, points]: all x coordinates, then all y coordinates. */
export class Embedding {
  readonly y: Tensor;
  readonly velocity: Tensor;
  readonly gains: Tensor;
  readonly #count: number;

  /** @param start [count, 2], row-major */
  constructor(engine: Engine, start: ArrayLike<number>) {
    this.#count = start.length / 2;
    const points = roundUp(this.#count, 4);
    const planar = new Float32Array(2 * points);
    for (let i = 0; i < start.length; i++) planar[(i % 2) * points + Math.floor(i / 2)] = start[i]!;
    this.y = engine.keep(engine.tensor(planar, [2, points]));
    this.velocity = engine.keep(engine.zeros([2, points]));
    this.gains = engine.keep(engine.zeros([2, points]));
    this.rest();
  }

  /** Stops all movement and sets the gains to 1. */
  rest(): void {
    const { engine, size } = this.gains;
    engine.clear(this.velocity);
    engine.upload(this.gains, new Float32Array(size).fill(1));
  }

  /** [count, 2], row-major */
  async coordinates(): Promise<Float32Array> {
    const planar = (await this.y.data()) as Float32Array;
    const points = this.y.shape[1]!;
    return Float32Array.from(
      { length: 2 * this.#count },
      (_, i) => planar[(i % 2) * points + Math.floor(i / 2)]!,
    );
  }

  dispose(): void {
    for (const tensor of [this.y, this.velocity, this.gains]) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
