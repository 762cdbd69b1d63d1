/** @file Which function runs which kind of case: those that need no other file than the case, and run in a page too. */
import type { Engine } from "../../../engine/index.ts";
import type { GoldenCase, GoldenEntry, ReadFile } from "../cases.ts";
import type { Check } from "../compare.ts";
import { runClassical, supportsClassical } from "./classical.ts";
import { runImages, supportsImages } from "./images.ts";
import { runInitializer, supportsInitializer } from "./initializer.ts";
import { runLoss, supportsLoss } from "./loss.ts";
import { runMetric, supportsMetric } from "./metric.ts";
import { runNetwork } from "./network.ts";
import { runNetworkHashed } from "./network-hashed.ts";
import { runOp, supportsOp } from "./op.ts";
import { runOptimizer, supportsOptimizer } from "./optimizer.ts";
import { runPreprocessing, supportsPreprocessing } from "./preprocessing.ts";
import { runSchedule, supportsSchedule } from "./schedule.ts";

/** Runs a case of a folder and holds its results against the expected ones. */
export type Handler = (golden: GoldenCase, engine: Engine, read: ReadFile) => Promise<Check[]>;

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
  images: { run: runImages, supports: supportsImages },
  network: { run: runNetwork, supports: () => true },
  network_hashed: { run: runNetworkHashed, supports: () => true },
};

/** The handler of a case; undefined if wgrad has nothing that could run it. */
export function handlerFor({ kind, op }: GoldenEntry): Handler | undefined {
  const entry = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  return entry?.supports(op) ? entry.run : undefined;
}
