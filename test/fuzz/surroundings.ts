/** @file One engine for the tests of a file, and a second one whose tensors do not belong there. */
import { afterAll, beforeAll } from "vitest";
import type { AdapterChoice } from "../../engine/adapter.ts";
import { createEngine, type Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { useEngine } from "../support/engine.ts";
import type { Surroundings } from "./junk.ts";

/** Call at the top of a test file; returns a getter. */
export function useSurroundings(): () => Surroundings {
  const engine = useEngine();
  let other: Engine | undefined;
  let foreign: Tensor | undefined;
  beforeAll(async () => {
    other = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
    foreign = other.keep(other.zeros([2, 3]));
  });
  afterAll(() => other?.dispose());
  return () => ({ engine: engine(), foreign: foreign! });
}
