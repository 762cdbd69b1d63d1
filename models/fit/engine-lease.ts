/** @file Engines that compile() opened: they close when the last model compiled on them is disposed of. */
import { isAlive } from "../../engine/arguments.ts";
import { createEngine, type Engine } from "../../engine/device.ts";

/** compiled models by engine; engines that the caller opened are the caller's, and not here */
const holders = new WeakMap<Engine, number>();

/** The given engine, else the one where the model's weights are if it works, else a new one. Give it back with returnEngine(). */
export async function leaseEngine(given: Engine | undefined, ofWeights: Engine | undefined): Promise<Engine> {
  const known = given ?? (ofWeights && isAlive(ofWeights) ? ofWeights : undefined);
  const engine = known ?? (await createEngine());
  if (!known) holders.set(engine, 0);
  const count = holders.get(engine);
  if (count !== undefined) holders.set(engine, count + 1);
  return engine;
}

export function returnEngine(engine: Engine): void {
  const count = holders.get(engine);
  if (count === undefined) return;
  holders.set(engine, count - 1);
  if (count === 1) engine.dispose();
}
