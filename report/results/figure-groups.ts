/** @file Figures that differ in one number, such as the size of the code, on one line: `ae_2_mse`, `ae_4_mse`, ... */
import { figureName } from "../book/figure-names.ts";

export interface FigureGroup {
  /** "squared error: ae 2, 4, 8" */
  readonly name: string;
  /** of result.json, in its order */
  readonly keys: readonly string[];
}

const number = /\d+(?:\.\d+)?/;

/** `keys` by what is left of them without their first number; a key without one is a group of its own. */
export function groupFigures(keys: readonly string[]): FigureGroup[] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const kind = key.replace(number, "#");
    groups.set(kind, [...(groups.get(kind) ?? []), key]);
  }
  return [...groups.values()].map((members) => ({ name: nameOf(members), keys: members }));
}

function nameOf(keys: readonly string[]): string {
  const numbers = keys.map((key) => number.exec(key)?.[0] ?? "").join(", ");
  return figureName(keys[0]!, "en").replace(number, numbers);
}
