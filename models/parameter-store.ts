/**
 * @file Where a model's weights live: flat GPU buffers with one view per variable, aligned to 256 bytes, so that an
 * optimizer is one dispatch per group. Trainable and frozen variables are in groups of their own.
 */
import type { Engine } from "../engine/device.ts";
import { formatShape, MemoryError, ShapeError } from "../engine/errors.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { Variable } from "./variable.ts";

const alignment = 64; // elements: 256 bytes

/** Variables that share one flat buffer. */
export interface ParameterGroup {
  readonly variables: readonly Variable[];
  /** all values, with padding between the variables */
  readonly values: Tensor;
  readonly trainable: boolean;
}

/** One variable of a model, as the store needs it. */
export interface StoredVariable {
  /** layer and weight name: conv2d_1/kernel */
  readonly path: string;
  readonly variable: Variable;
  /** the variable is trainable and so is its layer */
  readonly trainable: boolean;
}

export class ParameterStore {
  readonly engine: Engine;
  readonly entries: readonly StoredVariable[];
  readonly groups: readonly ParameterGroup[];

  /** Allocates the buffers and attaches the variables. Values are zeros until they are set. */
  constructor(engine: Engine, entries: readonly StoredVariable[]) {
    this.engine = engine;
    this.entries = entries;
    this.groups = [true, false].flatMap((trainable) => {
      const variables = entries
        .filter((entry) => entry.trainable === trainable)
        .map(({ variable }) => variable);
      return partition(variables, engine).map((part) => allocateGroup(engine, part, trainable));
    });
  }

  /** All values in the order of the entries. */
  async read(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { path, variable } of this.entries) {
      values.set(path, (await variable.tensor.data()) as Float32Array);
    }
    return values;
  }

  /** Sets one variable. Throws ShapeError if the number of values is wrong. */
  write(entry: StoredVariable, values: Float32Array): void {
    const { path, variable } = entry;
    if (values.length !== variable.size) {
      const shape = formatShape(variable.shape);
      throw new ShapeError(
        `${path}: ${values.length} values for a weight of shape ${shape} (${variable.size}).`,
      );
    }
    this.engine.upload(variable.tensor, values);
  }

  dispose(): void {
    for (const { variables, values } of this.groups) {
      for (const variable of variables) {
        variable.tensor.dispose();
        variable.attach(undefined);
      }
      values.dispose();
    }
  }
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

function allocateGroup(engine: Engine, variables: readonly Variable[], trainable: boolean): ParameterGroup {
  const size = variables.reduce((sum, variable) => sum + padded(variable.size), 0);
  const values = engine.keep(engine.zeros([size]));
  for (const [i, view] of viewsOf(values, variables).entries()) variables[i]!.attach(view);
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
