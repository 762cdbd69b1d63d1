/** @file Network: what training, evaluation and callbacks need of a model. Every Model is one. */
import type { Engine } from "../engine/device.ts";
import type { DataSource } from "./data/batches.ts";
import type { WeightOptions } from "./data/sample-weights.ts";
import type { Layer } from "./layers/layer.ts";
import type { ParameterStore } from "./parameter-store.ts";
import type { StoredVariable } from "./stored-variables.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** Options of predict(). */
export interface PredictOptions {
  /** samples at a time. Default 256; does not change the result but for rounding */
  readonly batchSize?: number;
}

/** Options of evaluate(). */
export interface EvaluateOptions extends PredictOptions, Pick<WeightOptions, "sampleWeight"> {}

export interface Network extends Layer {
  readonly layers: readonly Layer[];
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** every weight with its path (layer/weight) in layer order */
  readonly weights: readonly StoredVariable[];
  /** where the weights are */
  readonly engine: Engine | undefined;
  /** The layer of this name. Throws ArgumentError, with the nearest name, if there is none. */
  getLayer(name: string): Layer;
  /** The output of a layer within the model, to cut it there; `use` counts the uses of a shared layer from 0. */
  outputOf(name: string, use?: number): SymbolicTensor;
  /** Throws ArgumentError if another model has some of the weights on another engine. */
  checkEngine(engine: Engine): void;
  /** Puts the weights on an engine; done by compile(). */
  initialize(engine: Engine, seed: number, kept?: ReadonlyMap<string, Float32Array>): ParameterStore;
  /** Loss and metrics in inference mode. */
  evaluate(data: DataSource, options?: EvaluateOptions): Promise<Record<string, number>>;
  /** The only output in inference mode, [n, ...] row-major. */
  predict(data: DataSource, options?: PredictOptions): Promise<Float32Array>;
  /** All outputs in inference mode by name, [n, ...] row-major each. */
  predictOutputs(data: DataSource, options?: PredictOptions): Promise<Record<string, Float32Array>>;
}
