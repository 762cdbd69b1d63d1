/** @file One engine per test file, on whatever adapter is there; every test must give back the memory it took. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { AdapterChoice } from "../../engine/adapter.ts";
import { createEngine, type Engine } from "../../engine/device.ts";

/** Call at the top of a test file; returns a getter. WGRAD_ADAPTER forces an adapter. */
export function useEngine(): () => Engine {
  let engine: Engine | undefined;
  let before = 0;
  beforeAll(async () => {
    const adapter = (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice;
    engine = await createEngine({ adapter, debug: true });
  });
  beforeEach(() => {
    before = engine!.memory.bytesInUse;
  });
  afterEach(() => {
    engine!.scopes.clear();
    expect(engine!.memory.bytesInUse, "bytes in use after the test: something leaked").toBe(before);
  });
  afterAll(() => engine?.dispose());
  return () => {
    if (!engine) throw new Error("useEngine(): the engine exists inside of tests only");
    return engine;
  };
}
