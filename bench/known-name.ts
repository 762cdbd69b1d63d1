/** @file What --only names must be there. */
import { nearest, UsageError } from "../engine/index.ts";

/** `name`, if it is one of `names`; else throws UsageError with the nearest of them. `what`: "workload". */
export function knownName(what: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const hint = nearest(name, names);
  throw new UsageError(`--only: there is no ${what} "${name}"${hint ? `, did you mean "${hint}"?` : "."}`);
}
