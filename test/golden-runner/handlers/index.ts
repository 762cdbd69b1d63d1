/** @file Which function runs which kind of case. */
import type { Engine } from "../../../engine/index.ts";
import type { GoldenCase, GoldenEntry } from "../cases.ts";
import type { Check } from "../compare.ts";
import { runClassical, supportsClassical } from "./classical.ts";
import { runInitializer, supportsInitializer } from "./initializer.ts";
import { runKeras, supportsKeras } from "./keras.ts";
import { runLoss, supportsLoss } from "./loss.ts";
import { runMetric, supportsMetric } from "./metric.ts";
import { runNetwork } from "./network.ts";
import { runNetworkHashed } from "./network-hashed.ts";
import { runOp, supportsOp } from "./op.ts";
import { runOptimizer, supportsOptimizer } from "./optimizer.ts";
import { runPreprocessing, supportsPreprocessing } from "./preprocessing.ts";
import { runSchedule, supportsSchedule } from "./schedule.ts";

/** Runs a case and holds its results against the expected ones. */
export type Handler = (golden: GoldenCase, engine: Engine) => Promise<Check[]>;

interface Kind {
  readonly run: Handler;
  supports(op: string): boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  op: { run: runOp, supports: supportsOp },
  loss: { run: runLoss, supports: supportsLoss },
  optimizer: { run: runOptimizer, supports: supportsOptimizer },
  schedule: { run: runSchedule, supports: supportsSchedule },
  initializer: { run: runInitializer, supports: supportsInitializer },
  metric: { run: runMetric, supports: supportsMetric },
  classical: { run: runClassical, supports: supportsClassical },
  preprocessing: { run: runPreprocessing, supports: supportsPreprocessing },
  "keras-h5": { run: runKeras, supports: supportsKeras },
  "keras-v3": { run: runKeras, supports: supportsKeras },
  network: { run: runNetwork, supports: () => true },
  network_hashed: { run: runNetworkHashed, supports: () => true },
};

/** The handler of a case; undefined if wgrad has nothing that could run it. */
export function handlerFor({ kind, op }: GoldenEntry): Handler | undefined {
  const entry = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  return entry?.supports(op) ? entry.run : undefined;
}
