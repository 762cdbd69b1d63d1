/** @file Finding something by the name that a person typed. */

import { ArgumentError, nearest, UsageError } from "../engine/errors.ts";
import { requireListOf, requireParts, written } from "../engine/options.ts";

/** What the entries of a list are: "op" or "lesson", and the command that shows the list. */
export interface Listing {
  readonly kind: string;
  readonly command: string;
}

/**
 * The entry called `name`; case, hyphens and a "2d" at the end of a word do not matter: maxPool finds max-pool2d.
 * Throws UsageError with the nearest name if there is none.
 */
export function findByName<T extends { readonly name: string }>(
  name: string,
  entries: readonly T[],
  listing: Listing,
): T {
  requireListOf("findByName", entries, "entries with names", ["name"]);
  requireParts("findByName", listing, "{ kind, command }", ["kind", "command"]);
  if (typeof name !== "string") throw new ArgumentError(`findByName: needs a name, got ${written(name)}.`);
  const { kind, command } = listing;
  for (const form of [plain, withoutDimension]) {
    const found = entries.find((entry) => form(entry.name) === form(name));
    if (found) return found;
  }
  const names = entries.map((entry) => entry.name);
  const hint = nearest(name, names);
  const question = hint ? ` Did you mean "${hint}"?` : "";
  throw new UsageError(`There is no ${kind} "${name}".${question} \`${command}\` lists all.`);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function withoutDimension(name: string): string {
  return plain(name).replaceAll("2d", "");
}
