/** @file Runs the kernel variants that a hardware GPU would get on the adapter at hand. */
import type { Engine } from "../../engine/device.ts";

/** Calls `body` with an engine that says it is no software adapter. */
export async function asGpu<R>(engine: Engine, body: () => Promise<R>): Promise<R> {
  const facts = engine.adapter;
  Object.defineProperty(engine, "adapter", {
    value: { ...facts, class: "gpu", software: false },
    configurable: true,
  });
  try {
    return await body();
  } finally {
    Object.defineProperty(engine, "adapter", { value: facts, configurable: true });
  }
}
