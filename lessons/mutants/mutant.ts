/** @file A mutant: a shader with one small error, which some test must notice. */
import { requireParts } from "../../engine/options.ts";
import { kernelId, readSource } from "../../engine/source.ts";

/** A row of the tables beside this file. */
export interface Mutant {
  /** below the root */
  readonly file: string;
  /** occurs exactly once in the file; else the row is stale */
  readonly from: string;
  readonly to: string;
  /** the error in words */
  readonly what: string;
  /** below test/, without .test.ts: the narrowest that shall notice */
  readonly tests: readonly string[];
  /** of these, the tests whose names match this regular expression: those of the shader's variant */
  readonly named?: string;
  /** what an adapter must have to run the shader at all */
  readonly needs?: "subgroups";
}

/** What the mutants of one shader share. */
export type Shared = Omit<Mutant, "from" | "to" | "what">;

/** Mutants of one shader: `[from, to, what]` each. */
export function mutants(shared: Shared, changes: readonly (readonly [string, string, string])[]): Mutant[] {
  return changes.map(([from, to, what]) => ({ ...shared, from, to, what }));
}

/** Mutants of shaders of one folder under kernels/ that share their tests; each change is `[shader, from, to, what]`. */
export function mutantsOf(
  folder: string,
  shared: Omit<Shared, "file">,
  changes: readonly (readonly [string, string, string, string])[],
): Mutant[] {
  return changes.map(([shader, from, to, what]) => {
    return { file: `kernels/${folder}/${shader}.wgsl`, ...shared, from, to, what };
  });
}

/** The error of a backward pass that forgets relu's mask, in a shader that computes with numbers of this type. */
export function reluMask(type: "f32" | "vec4f"): readonly [string, string, string] {
  const [zero, one] = [`${type}(0)`, `${type}(1)`];
  return [`select(${zero}, ${one}, y > ${zero})`, one, "relu's mask is forgotten"];
}

/** Why a row cannot be run any more, or undefined: its shader has changed since it was written. */
export function staleness(mutant: Mutant): string | undefined {
  requireParts("staleness", mutant, "a mutant", ["file", "from", "to"]);
  const { file, from, to } = mutant;
  const found = readSource({ name: kernelId(file) }).split(from).length - 1;
  if (found !== 1) return `${file}: "${from}" occurs ${found} times, must occur once`;
  return from === to ? `${file}: "${from}" is replaced by itself` : undefined;
}
