/** @file Callbacks with a state count for one training at a time. */
import { ArgumentError } from "../../engine/errors.ts";
import type { Callback } from "./callback.ts";

const held = new WeakSet<Callback>();

/**
 * Keeps the callbacks that have a state from other calls until the function that it returns is called. Throws ArgumentError
 * for one that another fit() has, or that is in the list twice.
 */
export function holdCallbacks(callbacks: readonly Callback[]): () => void {
  const own: Callback[] = [];
  const release = () => {
    for (const callback of own) held.delete(callback);
  };
  for (const callback of callbacks) {
    if (!callback.loadState) continue;
    if (held.has(callback)) {
      release();
      const where = own.includes(callback)
        ? "is in the list twice"
        : "works for another fit() that has not ended";
      throw new ArgumentError(
        `fit: the callback ${callback.name} ${where}, and it has a state of its own. Make one for each: ${callback.name}({ ... }).`,
      );
    }
    held.add(callback);
    own.push(callback);
  }
  return release;
}
