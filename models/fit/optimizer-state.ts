/** @file Gradients and optimizer moments: flat buffers beside those of the trainable weights. */
import { WgradError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { LossScale } from "../../kernels/loss-scale/index.ts";
import {
  haltUnlessFinite,
  type Optimizer,
  type OptimizerGroup,
  occupiedElements,
} from "../../kernels/optimizers/index.ts";
import { type ParameterGroup, type ParameterStore, viewsOf } from "../parameter-store.ts";
import type { Variable } from "../variable.ts";

interface TrainedGroup extends Omit<OptimizerGroup, "gradients"> {
  readonly source: ParameterGroup;
  readonly occupied: Tensor<"u32">;
  /** per slot, one view per variable */
  readonly slotViews: Readonly<Record<string, readonly Tensor[]>>;
}

/** Gradients of one group: all of them, and one view per variable. */
interface GroupGradients {
  readonly flat: Tensor;
  readonly views: readonly Tensor[];
}

/** A trained variable's place in the flat buffers of its group, in elements. */
export interface TrainedVariable {
  /** layer/weight */
  readonly path: string;
  readonly start: number;
  readonly size: number;
}

/** Looks at all groups before an update, when gradients are whole and not clipped, and after it. */
export interface UpdateWatch {
  /** what it returns is handed to after() */
  before(groups: readonly OptimizerGroup[]): readonly Tensor[];
  after(groups: readonly OptimizerGroup[], before: readonly Tensor[]): void;
}

export class OptimizerState {
  readonly optimizer: Optimizer;
  readonly #store: ParameterStore;
  readonly #groups: readonly TrainedGroup[];
  /** by group; plain gradient descent may do without */
  #gradients: readonly GroupGradients[] | undefined;

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

  /** Where the gradient of each source belongs; allocateGradients() has made the place. */
  get gradients(): Tensor[] {
    return this.#placed().flatMap(({ views }) => views);
  }

  /** 0 as long as nobody needed gradients */
  get gradientBytes(): number {
    return this.#gradients?.reduce((sum, { flat }) => sum + flat.byteLength, 0) ?? 0;
  }

  get momentBytes(): number {
    const parameters = this.#groups.reduce((sum, group) => sum + group.parameters.byteLength, 0);
    return parameters * this.optimizer.slots.length;
  }

  /** Makes the place for gradients, unless it is there. Not while recording or planning. */
  allocateGradients(): void {
    this.#gradients ??= this.#groups.map(({ parameters, source }) => {
      const { engine } = parameters;
      const flat = engine.keep(engine.zeros(parameters.shape));
      return { flat, views: viewsOf(flat, source.variables) };
    });
  }

  /** One update of all weights from the gradients, if they are finite: `lossScale` sees to that in mixed precision. */
  update(lossScale?: LossScale, watch?: UpdateWatch): void {
    const gradients = this.#placed();
    const groups = this.#groups.map((group, i) => ({ ...group, gradients: gradients[i]!.flat }));
    if (lossScale) lossScale.settle(groups);
    else haltUnlessFinite(groups);
    if (!watch) {
      this.optimizer.apply(groups);
      return;
    }
    this.#store.engine.scope(() => {
      const before = watch.before(groups);
      this.optimizer.apply(groups);
      watch.after(groups, before);
    });
  }

  /** Halts the run if a trained weight is NaN or infinite: after the last update no loss would tell. */
  haltUnlessWeightsFinite(): void {
    haltUnlessFinite(this.#groups.map(({ parameters, occupied }) => ({ gradients: parameters, occupied })));
  }

  /** The trained weights by group. */
  get variables(): TrainedVariable[][] {
    const paths = this.#paths;
    return this.#groups.map(({ source: { values, variables } }) =>
      variables.map((variable) => {
        const start = (variable.tensor.byteOffset - values.byteOffset) / 4;
        return { path: paths.get(variable)!, start, size: variable.size };
      }),
    );
  }

  /** All moments by slot/layer/weight. */
  async read(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const [name, view] of this.#namedViews()) values.set(name, (await view.data()) as Float32Array);
    return values;
  }

  /** Shapes of all moments by slot/layer/weight. */
  get shapes(): Map<string, Shape> {
    return new Map(this.#namedViews().map(([name, { shape }]) => [name, shape]));
  }

  /** Sets all moments; `values` has one of each shape. */
  write(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, view] of this.#namedViews()) view.engine.upload(view, values.get(name)!);
  }

  dispose(): void {
    for (const { flat, views } of this.#gradients ?? [])
      for (const tensor of [flat, ...views]) tensor.dispose();
    for (const { slots, slotViews, occupied } of this.#groups) {
      const views = Object.values(slotViews).flat();
      for (const tensor of [...views, occupied, ...Object.values(slots)]) tensor.dispose();
    }
  }

  #placed(): readonly GroupGradients[] {
    if (this.#gradients) return this.#gradients;
    throw new WgradError("optimizer: gradients are asked for before allocateGradients().");
  }

  get #paths(): ReadonlyMap<Variable, string> {
    return new Map(this.#store.entries.map(({ variable, path }) => [variable, path]));
  }

  #namedViews(): [string, Tensor][] {
    const paths = this.#paths;
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
    slots,
    slotViews,
    occupied,
  };
}
