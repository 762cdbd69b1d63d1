/** @file Names of results: losses, metrics and sets are named by users, and no result may take another's place. */
import { ArgumentError } from "../../engine/errors.ts";

/** A name, and in words what has it. */
export type NamedResult = readonly [name: string, what: string];

/** What epochs, histories and the tables of callbacks report beside losses and metrics. */
const reserved: readonly NamedResult[] = [
  ["epoch", "the number of the epoch"],
  ["seconds", "the seconds that an epoch takes"],
  ["lr", "the learning rate that callbacks report"],
];

/** Throws ArgumentError if two of the results have one name, or one has a name that is taken. */
export function checkResultNames(op: string, results: readonly NamedResult[]): void {
  const taken = new Map(reserved);
  for (const [name, what] of results) {
    const other = taken.get(name);
    if (other !== undefined) {
      throw new ArgumentError(
        `${op}: two results would be named "${name}": ${other} and ${what}. Give one of them another name.`,
      );
    }
    taken.set(name, what);
  }
}

/** Throws ArgumentError if results of the sets to evaluate, by their prefixes, would take each other's names or those of training. */
export function checkSetNames(columns: readonly string[], prefixes: readonly string[]): void {
  const names = ["loss", ...columns];
  const ofTraining = names.map((name) => [name, `${name} of training`] as const);
  const ofSets = prefixes.flatMap((prefix) =>
    names.map((name) => [`${prefix}_${name}`, `${name} of ${setName(prefix)}`] as const),
  );
  checkResultNames("fit", [...ofTraining, ...ofSets]);
}

function setName(prefix: string): string {
  return prefix === "val" ? "validationData or evaluationSets.val" : `evaluationSets.${prefix}`;
}
