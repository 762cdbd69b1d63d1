/** @file A network and data small enough to train many times in a test. */
import type { Engine } from "../../engine/device.ts";
import type { HostDataset } from "../../kernels/gather/index.ts";
import {
  Dense,
  Dropout,
  type FitOptions,
  type History,
  Input,
  type Model,
  type Optimizer,
  sequential,
  sgd,
} from "../../models/index.ts";
import { randomArray } from "../support/random.ts";

export const features = 5;
export const classes = 3;

/** 5 - 4 relu - dropout - 3 softmax. */
export function tinyNetwork(dropout = 0.3): Model {
  return sequential([
    Input([features]),
    Dense(4, { activation: "relu" }),
    Dropout(dropout),
    Dense(classes, { activation: "softmax" }),
  ]);
}

/** Samples of one distribution: the first `count` of them are those of every larger set. */
export function tinyData(count: number): HostDataset & { inputs: Float32Array; labels: number[] } {
  const inputs = Float32Array.from(randomArray([count, features], 5).data);
  const labels = Array.from({ length: count }, (_, i) => (inputs[i * features]! > 0 ? i % 2 : 2));
  return { inputs, inputShape: [features], labels, classes };
}

export interface Training {
  readonly weights: Record<string, string>;
  /** optimizer moments */
  readonly slots: Record<string, string>;
  /** without the seconds */
  readonly history: Record<string, readonly (number | null)[]>;
}

/** Trains a fresh network (the tiny one unless given) and returns all bits that came of it. */
export async function train(
  engine: Engine,
  data: HostDataset,
  options: FitOptions & { optimizer?: Optimizer; seed?: number; model?: Model } = {},
): Promise<Training> {
  const { optimizer = sgd({ learningRate: 0.1 }), seed = 7, model = tinyNetwork(), ...fitOptions } = options;
  await model.compile({ optimizer, loss: "categorical_crossentropy", metrics: ["accuracy"], engine, seed });
  try {
    const history = await model.fit(data, { batchSize: 8, ...fitOptions });
    const weights = bits(await model.getWeights());
    return { weights, slots: bits(await model.session.state.read()), history: withoutSeconds(history) };
  } finally {
    model.dispose();
  }
}

/** Values as hexadecimal bytes: equal only if every bit is. */
export function bits(values: ReadonlyMap<string, Float32Array>): Record<string, string> {
  const hex = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("hex");
  return Object.fromEntries([...values].map(([name, data]) => [name, hex(data)]));
}

export function withoutSeconds(history: History): Training["history"] {
  const { seconds: _, ...rest } = history.history;
  return { epoch: history.epoch, ...rest };
}

/** The engine with another binding limit while `body` runs: what a smaller adapter would do. */
export function withBindingLimit<R>(engine: Engine, bytes: number, body: () => Promise<R>): Promise<R> {
  return withLimit(engine, "maxStorageBufferBindingSize", bytes, body);
}

/** The same of an adapter whose launches have at most so many workgroups along an axis, and their square in all. */
export function withLaunchLimit<R>(engine: Engine, along: number, body: () => Promise<R>): Promise<R> {
  return withLimit(engine, "maxComputeWorkgroupsPerDimension", along, body);
}

async function withLimit<R>(
  engine: Engine,
  limit: keyof GPUSupportedLimits,
  value: number,
  body: () => Promise<R>,
): Promise<R> {
  const { limits } = engine;
  const smaller = new Proxy(limits, {
    get: (target, name) => (name === limit ? value : Reflect.get(target, name, target)),
  });
  Object.defineProperty(engine, "limits", { value: smaller, configurable: true, writable: true });
  try {
    return await body();
  } finally {
    Object.defineProperty(engine, "limits", { value: limits, configurable: true, writable: true });
  }
}
