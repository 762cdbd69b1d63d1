/** @file Arguments for a model's inputs or outputs: one for all, a list in their order, or a record by name. */
import { ArgumentError, nearest } from "../engine/errors.ts";
import { written } from "../engine/options.ts";

/** A list in the model's order or a record by name as one value per name. Throws ArgumentError for what is missing or too much. */
export function byName<T>(
  what: string,
  names: readonly string[],
  given: readonly T[] | Readonly<Record<string, T>>,
): T[] {
  if (Array.isArray(given)) {
    const list = given as readonly T[];
    if (list.length === names.length) return [...list];
    throw new ArgumentError(`${what}: ${list.length} given for ${names.length} (${names.join(", ")}).`);
  }
  if (typeof given !== "object" || given === null) {
    throw new ArgumentError(
      `${what}: a list or a record for ${names.join(", ")} is needed, got ${written(given)}.`,
    );
  }
  const record = given as Readonly<Record<string, T>>;
  checkNames(what, names, Object.keys(record));
  return names.map((name) => {
    if (Object.hasOwn(record, name)) return record[name]!;
    throw new ArgumentError(`${what}: "${name}" is missing; there are ${Object.keys(record).join(", ")}.`);
  });
}

/** Throws ArgumentError, with the nearest name, if one of `given` is not among `names`. */
export function checkNames(what: string, names: readonly string[], given: readonly string[]): void {
  const unknown = given.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, names);
  const hint = near ? `Did you mean "${near}"?` : `There are ${names.join(", ")}.`;
  throw new ArgumentError(`${what}: there is no "${unknown}". ${hint}`);
}
