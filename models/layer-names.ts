/** @file Names of layers and outputs, as Keras gives them. */
import { ArgumentError } from "../engine/errors.ts";
import type { Layer } from "./layers/layer.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/**
 * Gives unnamed layers Keras's automatic names: conv2d_1, conv2d_2, dense_1; and models within the model, whose
 * automatic name was of no use so far, theirs: sequential_1, sequential_2. Throws ArgumentError for a name used twice.
 */
export function nameLayers(layers: readonly Layer[]): void {
  const borrowed = layers.flatMap((layer) => layer.borrowed.map(({ owner }) => owner));
  const all = [...new Set([...layers, ...borrowed])];
  const counts = new Map<string, number>();
  const taken = new Set(all.flatMap((layer) => (layer.needsName ? [] : [layer.name])));
  for (const layer of all) {
    if (!layer.needsName) continue;
    const base = layer.nameBase;
    let name: string;
    do {
      counts.set(base, (counts.get(base) ?? 0) + 1);
      name = `${base}_${counts.get(base)}`;
    } while (taken.has(name));
    layer.receiveName(name);
  }
  const names = layers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new ArgumentError(`model: two layers are named "${twice}".`);
}

/** Names of a model's inputs or outputs: those of their layers, numbered where a layer gives several. */
export function namesOf(tensors: readonly { readonly layer: Layer }[]): string[] {
  const names: string[] = [];
  for (const { layer } of tensors) {
    let name = layer.name;
    for (let i = 1; names.includes(name); i++) name = `${layer.name}_${i}`;
    names.push(name);
  }
  return names;
}

/** Keras's `dense_1[0][0]`: the layer, which of its uses, which of the use's outputs. */
export function connectionName(tensor: SymbolicTensor, call: SymbolicTensor["call"]): string {
  const use = Math.max(call.layer.calls.indexOf(call), 0);
  return `${call.layer.name}[${use}][${tensor.index}]`;
}
