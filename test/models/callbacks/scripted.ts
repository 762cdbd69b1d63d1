/** @file A real fit whose monitored quantity is read from a list: what callbacks make of it can be worked out by hand. */
import type { Engine } from "../../../engine/device.ts";
import {
  type Callback,
  type FitOptions,
  type History,
  LambdaCallback,
  type Optimizer,
  sgd,
  type TrainingSnapshot,
} from "../../../models/index.ts";
import { bits, tinyData, tinyNetwork } from "../tiny.ts";

type Weights = Record<string, string>;

export interface ScriptedRun {
  readonly history: History;
  /** after each epoch that ran, before the callbacks saw it */
  readonly weightsAfter: readonly Weights[];
  /** of each epoch that ran */
  readonly rates: readonly number[];
  readonly finalWeights: Weights;
}

/** Reports `values[epoch]` as `quantity`. Put it first. */
export function report(values: readonly number[], quantity = "val_loss"): Callback {
  return LambdaCallback({
    onEpochEnd: (epoch, logs) => {
      logs[quantity] = values[epoch]!;
    },
  });
}

/** Trains the tiny network for an epoch per value (at most); the rate is 1, but updates are `optimizer`'s. */
export async function scripted(
  engine: Engine,
  values: readonly number[],
  callbacks: readonly Callback[],
  options: FitOptions & { quantity?: string; optimizer?: Optimizer } = {},
): Promise<ScriptedRun> {
  const { quantity, optimizer = sgd({ learningRate: 1 }), ...fitOptions } = options;
  const model = tinyNetwork();
  await model.compile({ optimizer, loss: "categorical_crossentropy", engine, seed: 7 });
  const weightsAfter: Weights[] = [];
  const rates: number[] = [];
  const watch = LambdaCallback({
    onEpochEnd: async (_epoch, _logs, control) => {
      weightsAfter.push(bits(await control.model.getWeights()));
      rates.push(control.learningRate);
    },
  });
  try {
    const history = await model.fit(tinyData(12), {
      epochs: values.length,
      batchSize: 6,
      callbacks: [report(values, quantity), watch, ...callbacks],
      ...fitOptions,
    });
    return { history, weightsAfter, rates, finalWeights: bits(await model.getWeights()) };
  } finally {
    model.dispose();
  }
}

/** A callback that takes a snapshot at the end of `epoch`, as saveCheckpoints does, but in memory. */
export function snapshotAfter(epoch: number): { callback: Callback; taken: () => TrainingSnapshot } {
  let snapshot: TrainingSnapshot | undefined;
  const callback = LambdaCallback({
    name: "snapshot",
    savesTraining: true,
    onEpochEnd: async (ended, _logs, control) => {
      if (ended === epoch) snapshot = await control.snapshot();
    },
  });
  return { callback, taken: () => snapshot! };
}
