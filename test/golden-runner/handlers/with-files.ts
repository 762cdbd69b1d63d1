/** @file Kinds of cases that read other files too, beside the case or in the data folder: in Node alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../../engine/index.ts";
import type { GoldenCase, GoldenEntry } from "../cases.ts";
import type { Check } from "../compare.ts";
import { handlerFor } from "./index.ts";
import { runKeras, supportsKeras } from "./keras.ts";
import { runOnnx, supportsOnnx } from "./onnx.ts";
import { runResNet50 } from "./resnet50.ts";
import { runSqueezeNet } from "./squeezenet.ts";
import { runTransferRun } from "./transfer-run.ts";

/** Runs a case of a folder of cases and holds its results against the expected ones. */
export type FileHandler = (golden: GoldenCase, engine: Engine, folder: string) => Promise<Check[]>;

/** The handler of a case; undefined if wgrad has nothing that could run it. */
export function fileHandlerFor(entry: GoldenEntry): FileHandler | undefined {
  const { kind, op, attrs } = entry;
  if (kind === "keras-h5" && attrs.network === "resnet50") return runResNet50;
  if (kind === "squeezenet") return runSqueezeNet;
  if (kind === "transfer-run") return runTransferRun;
  if (kind.startsWith("keras-") && supportsKeras(op)) return runKeras;
  if (kind === "onnx" && supportsOnnx(op)) return runOnnx;
  const handler = handlerFor(entry);
  return (
    handler &&
    ((golden, engine, folder) => handler(golden, engine, (file) => readFileSync(join(folder, file))))
  );
}
