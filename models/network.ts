/** @file Network: what training, evaluation and callbacks need of a model. Every Model is one. */
import type { Engine } from "../engine/device.ts";
import type { DataSource } from "./data/batches.ts";
import type { WeightOptions } from "./data/sample-weights.ts";
import type { Layer } from "./layers/layer.ts";
import type { ParameterStore } from "./parameter-store.ts";
import type { StoredVariable } from "./stored-variables.ts";
import type { SymbolicTensor } from "./symbolic.ts";

export interface PredictOptions {
  /** samples at a time. Default 256; does not change the result but for rounding */
  readonly batchSize?: number;
}

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
  getLayer(name: string): Layer;
  outputOf(name: string, use?: number): SymbolicTensor;
  checkEngine(engine: Engine): void;
  initialize(engine: Engine, seed: number, kept?: ReadonlyMap<string, Float32Array>): ParameterStore;
  evaluate(data: DataSource, options?: EvaluateOptions): Promise<Record<string, number>>;
  predict(data: DataSource, options?: PredictOptions): Promise<Float32Array>;
  predictOutputs(data: DataSource, options?: PredictOptions): Promise<Record<string, Float32Array>>;
}
