/**
 * @file Records by names that users choose. Every object inherits `toString` and `constructor`, and assigning to `__proto__`
 * changes what it inherits: entries of such names are read and set by these functions.
 */

/** The record's own entry of that name; undefined if there is none. */
export function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Sets an entry, whatever its name is. */
export function setEntry<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}
