/** @file Checks of arguments that must be tensors: whoever writes JavaScript may pass anything. */
import { ArgumentError } from "./errors.ts";
import { Scopes } from "./memory/scope.ts";
import { written } from "./options.ts";
import { type OpEngine, Tensor } from "./tensor.ts";

type Named = Readonly<Record<string, unknown>>;

/**
 * Throws ArgumentError, naming the op and the argument, unless all are tensors that still have values, on one engine.
 * `optional` ones may be undefined.
 */
export function requireTensors(op: string, required: Named, optional: Named = {}): void {
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  let first: Tensor | undefined;
  for (const [name, value] of [...Object.entries(required), ...given]) {
    if (!(value instanceof Tensor)) {
      throw new ArgumentError(`${op}: ${name} must be a tensor, got ${written(value)}.`);
    }
    value.assertUsable(`${op}: ${name}`);
    first ??= value;
    if (value.engine !== first.engine) throw new ArgumentError(`${op}: ${name} ${otherEngine}`);
  }
}

/** The same, and they must be on `engine`. */
export function requireTensorsOf(
  engine: OpEngine,
  op: string,
  tensors: Readonly<Record<string, unknown>>,
): void {
  requireTensors(op, tensors);
  for (const [name, tensor] of Object.entries(tensors)) {
    if ((tensor as Tensor).engine !== engine) throw new ArgumentError(`${op}: ${name} ${otherEngine}`);
  }
}

/** Throws ArgumentError for what createEngine() did not return. */
export function requireEngine(op: string, engine: unknown): asserts engine is OpEngine {
  if ((engine as Partial<OpEngine> | null | undefined)?.scopes instanceof Scopes) return;
  throw new ArgumentError(`${op}: needs an engine, from createEngine(), got ${written(engine)}.`);
}

/** False once the engine was disposed of, its device was lost, or the GPU reported an error. */
export function isAlive(engine: Pick<OpEngine, "assertAlive">): boolean {
  try {
    engine.assertAlive();
    return true;
  } catch {
    return false;
  }
}

/** How an error about a tensor of another engine ends. */
export const otherEngine =
  "is on another engine; a tensor can be used only with those of the engine that made it.";
