/**
 * @file Where a model's weights live: flat GPU buffers with one view per variable, aligned to 256 bytes, so that an
 * optimizer is one dispatch per group. Trainable and frozen variables are in groups of their own. Models that share
 * layers share the values: a variable lives as long as one of their stores.
 */
import { isAlive } from "../engine/arguments.ts";
import type { Engine } from "../engine/device.ts";
import { ArgumentError, formatShape, MemoryError } from "../engine/errors.ts";
import { type Storage, Tensor } from "../engine/tensor.ts";
import type { StoredVariable } from "./stored-variables.ts";
import type { Variable } from "./variable.ts";

const alignment = 64; // elements: 256 bytes

/** Variables that follow one another in a flat buffer. */
export interface ParameterGroup {
  readonly variables: readonly Variable[];
  /** all their values, with padding between the variables */
  readonly values: Tensor;
  readonly trainable: boolean;
}

export class ParameterStore {
  readonly engine: Engine;
  readonly entries: readonly StoredVariable[];
  readonly groups: readonly ParameterGroup[];
  /** the variables that no other model on this engine had put there, or whose engine is dead: zeros until they are set */
  readonly fresh: ReadonlySet<Variable>;

  /** Allocates buffers for the variables that have none, and shares those of the others, which must be on `engine`. */
  constructor(engine: Engine, entries: readonly StoredVariable[]) {
    this.engine = engine;
    this.entries = entries;
    const fresh = entries.filter(({ variable }) => !variable.built || !isAlive(variable.tensor.engine));
    this.fresh = new Set(fresh.map(({ variable }) => variable));
    const parts = [true, false].flatMap((trainable) => partition(variablesOf(fresh, trainable), engine));
    for (const part of parts) allocate(engine, part);
    this.groups = [true, false].flatMap((trainable) =>
      neighbours(variablesOf(entries, trainable)).map((run) => groupOf(engine, run, trainable)),
    );
    for (const { variable } of entries) variable.retain();
  }

  /** Throws ArgumentError if a variable is on another engine, held by another store than `own`. */
  static checkEngine(engine: Engine, entries: readonly StoredVariable[], own?: ParameterStore): void {
    const held = new Set(own?.entries.map(({ variable }) => variable));
    for (const { path, variable } of entries) {
      const elsewhere = variable.built && variable.tensor.engine !== engine;
      if (elsewhere && isAlive(variable.tensor.engine) && variable.holders > (held.has(variable) ? 1 : 0)) {
        throw new ArgumentError(
          `compile: another model has the weight ${path} on another engine; use that one.`,
        );
      }
    }
  }

  dispose(): void {
    for (const { values } of this.groups) values.dispose();
    for (const { variable } of this.entries) variable.release();
  }
}

function variablesOf(entries: readonly StoredVariable[], trainable: boolean): Variable[] {
  return entries.filter((entry) => entry.trainable === trainable).map(({ variable }) => variable);
}

/** Views of `flat`, one per variable, at the places their values have in their group. */
export function viewsOf(flat: Tensor, variables: readonly Variable[]): Tensor[] {
  const { engine } = flat;
  let offset = 0;
  return variables.map((variable) => {
    const view = engine.keep(flat.slice(offset, variable.shape));
    offset += padded(variable.size);
    return view;
  });
}

/** Puts the variables one after the other into a new buffer. */
function allocate(engine: Engine, variables: readonly Variable[]): void {
  const size = variables.reduce((sum, variable) => sum + padded(variable.size), 0);
  const flat = engine.keep(engine.zeros([size]));
  for (const [i, view] of viewsOf(flat, variables).entries()) variables[i]!.attach(view);
  flat.dispose(); // the views hold the buffer
}

/** Cuts the list where the next variable is not the next in its buffer: where models share a part of their weights. */
function neighbours(variables: readonly Variable[]): Variable[][] {
  const runs: Variable[][] = [];
  let end: { readonly storage: Storage; readonly byteOffset: number } | undefined;
  for (const variable of variables) {
    const { storage, byteOffset } = variable.tensor;
    if (end?.storage !== storage || end.byteOffset !== byteOffset) runs.push([]);
    runs.at(-1)!.push(variable);
    end = { storage, byteOffset: byteOffset + padded(variable.size) * 4 };
  }
  return runs;
}

function groupOf(engine: Engine, variables: readonly Variable[], trainable: boolean): ParameterGroup {
  const { storage, byteOffset } = variables[0]!.tensor;
  const size = variables.reduce((sum, variable) => sum + padded(variable.size), 0);
  const values = new Tensor(engine, [size], "f32", storage, byteOffset).retain();
  return { variables, values, trainable };
}

/** Cuts the list where a flat buffer would exceed the adapter's binding limit. */
function partition(variables: readonly Variable[], engine: Engine): Variable[][] {
  const limit = Math.floor(engine.limits.maxStorageBufferBindingSize / 4);
  const parts: Variable[][] = [];
  let room = 0;
  for (const variable of variables) {
    const size = padded(variable.size);
    if (size > limit) {
      throw new MemoryError(
        `The weight ${variable.name} ${formatShape(variable.shape)} exceeds the adapter's binding limit.`,
      );
    }
    if (size > room) {
      parts.push([]);
      room = limit;
    }
    parts.at(-1)!.push(variable);
    room -= size;
  }
  return parts;
}

function padded(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}
