/** @file Gradients and optimizer moments: flat buffers beside those of the trainable weights. */
import type { Tensor } from "../../engine/tensor.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import { type Optimizer, type OptimizerGroup, occupiedElements } from "../../kernels/optimizers/index.ts";
import { type ParameterGroup, type ParameterStore, viewsOf } from "../parameter-store.ts";

interface TrainedGroup extends OptimizerGroup {
  readonly source: ParameterGroup;
  readonly gradientViews: readonly Tensor[];
  readonly occupied: Tensor<"u32">;
  /** per slot, one view per variable */
  readonly slotViews: Readonly<Record<string, readonly Tensor[]>>;
}

export class OptimizerState {
  readonly optimizer: Optimizer;
  readonly #store: ParameterStore;
  readonly #groups: readonly TrainedGroup[];

  constructor(store: ParameterStore, optimizer: Optimizer) {
    this.optimizer = optimizer;
    this.#store = store;
    this.#groups = store.groups
      .filter(({ trainable }) => trainable)
      .map((group) => allocate(group, optimizer));
  }

  /** The trained weights, in the order of `gradients`. */
  get sources(): Tensor[] {
    return this.#groups.flatMap(({ source }) => source.variables.map(({ tensor }) => tensor));
  }

  /** Where the gradient of each source belongs. */
  get gradients(): Tensor[] {
    return this.#groups.flatMap(({ gradientViews }) => gradientViews);
  }

  get gradientBytes(): number {
    return this.#groups.reduce((sum, { gradients }) => sum + gradients.byteLength, 0);
  }

  get momentBytes(): number {
    return this.gradientBytes * this.optimizer.slots.length;
  }

  /** One update of all weights from the gradients: encodes the optimizer's kernels, after those of `lossScale`. */
  update(lossScale?: LossScale): void {
    lossScale?.settle(this.#groups);
    this.optimizer.apply(this.#groups);
  }

  /** All moments by slot/layer/weight. */
  async read(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const [name, view] of this.#namedViews()) values.set(name, (await view.data()) as Float32Array);
    return values;
  }

  /** Sets the moments that `values` has. */
  write(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, view] of this.#namedViews()) {
      const data = values.get(name);
      if (data) view.engine.upload(view, data);
    }
  }

  dispose(): void {
    for (const { gradients, gradientViews, slots, slotViews, occupied } of this.#groups) {
      const views = [...gradientViews, ...Object.values(slotViews).flat()];
      for (const tensor of [...views, gradients, occupied, ...Object.values(slots)]) tensor.dispose();
    }
  }

  #namedViews(): [string, Tensor][] {
    const paths = new Map(this.#store.entries.map(({ variable, path }) => [variable, path]));
    return this.#groups.flatMap(({ source, slotViews }) =>
      Object.entries(slotViews).flatMap(([slot, views]) =>
        source.variables.map((variable, i): [string, Tensor] => [
          `${slot}/${paths.get(variable)}`,
          views[i]!,
        ]),
      ),
    );
  }
}

function allocate(source: ParameterGroup, optimizer: Optimizer): TrainedGroup {
  const { values: parameters, variables } = source;
  const { engine, shape } = parameters;
  const gradients = engine.keep(engine.zeros(shape));
  const slots: Record<string, Tensor> = {};
  const slotViews: Record<string, readonly Tensor[]> = {};
  for (const slot of optimizer.slots) {
    const initial = optimizer.slotInitial(slot);
    slots[slot] = engine.keep(engine.zeros(shape));
    if (initial !== 0) engine.upload(slots[slot], new Float32Array(parameters.size).fill(initial));
    slotViews[slot] = viewsOf(slots[slot], variables);
  }
  const sizes = variables.map(({ size }) => size);
  const occupied = occupiedElements(engine, sizes);
  return {
    source,
    parameters,
    gradients,
    gradientViews: viewsOf(gradients, variables),
    slots,
    slotViews,
    occupied,
  };
}
