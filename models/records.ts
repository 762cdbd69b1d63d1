/**
 * @file Records by names that users choose. Every object inherits `toString` and `constructor`, and assigning to `__proto__`
 * changes what it inherits: entries of such names are read and set by these functions, or the record inherits nothing.
 */

/** The record's own entry of that name; undefined if there is none, or if `name` is no name: some values cannot become one. */
export function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return typeof name === "string" && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A record that inherits nothing, so that only what was put in is found. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null);
}

/** A record that inherits nothing, of these entries. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record = emptyRecord<T>();
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/** Sets an entry, whatever its name is. */
export function setEntry<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

/** An object that is no list and of no class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && isPlain(Object.getPrototypeOf(value));
}

function isPlain(prototype: unknown): boolean {
  return prototype === null || prototype === Object.prototype;
}
