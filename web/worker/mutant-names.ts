/** @file Names of mutants, which links hand on. */
import { KernelError, nearest, UsageError } from "../../engine/errors.ts";
import { kernelId } from "../../engine/source.ts";
import { allMutants } from "../../lessons/mutants/index.ts";
import { type Mutant, staleness } from "../../lessons/mutants/mutant.ts";
import type { MutantFacts } from "./break-protocol.ts";

const byId: ReadonlyMap<string, Mutant> = named();

function named(): Map<string, Mutant> {
  const counts = new Map<string, number>();
  return new Map(
    allMutants.map((mutant) => {
      const kernel = kernelId(mutant.file);
      const number = counts.get(kernel) ?? 0;
      counts.set(kernel, number + 1);
      return [`${kernel}~${number}`, mutant];
    }),
  );
}

const ids: ReadonlyMap<Mutant, string> = new Map([...byId].map(([id, mutant]) => [mutant, id]));

/**
 * Mutants whose text is here: a page's shaders are without comments and indentation, and without those that only Node can run.
 */
export function mutantsHere(): readonly Mutant[] {
  return allMutants.filter((mutant) => {
    try {
      return staleness(mutant) === undefined;
    } catch (error) {
      if (error instanceof KernelError) return false;
      throw error;
    }
  });
}

/** The kernel, and the number among the kernel's mutants: "pool2d/max-backward~0". */
export function idOf(mutant: Mutant): string {
  return ids.get(mutant)!;
}

export function factsOf(mutant: Mutant): MutantFacts {
  return { id: idOf(mutant), kernel: kernelId(mutant.file), what: mutant.what };
}

/** Throws UsageError, with the nearest name, for one that no mutant has. */
export function mutantNamed(id: string): Mutant {
  const found = byId.get(id);
  if (found) return found;
  const near = nearest(id, [...byId.keys()]);
  throw new UsageError(`There is no mutant ${id}.${near ? ` Did you mean ${near}?` : ""}`);
}
