/** @file The state of a callback as it comes back from a checkpoint: its fields, each with what may stand in it. */
import { FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { ownEntry } from "../records.ts";
import type { CallbackState } from "./callback.ts";

export interface Field<T> {
  /** where training begins */
  readonly fresh: T;
  /** in words */
  readonly allowed: string;
  readonly holds: (value: unknown) => boolean;
}

/** Any number, NaN and the infinities as well; null before there is one. */
export const anyNumber: Field<number | null> = {
  fresh: null,
  allowed: "a number or null",
  holds: (value) => value === null || typeof value === "number",
};

/** A whole number from 0 on. */
export const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/** A whole number from 0 on, which it is at first. */
export const count: Field<number> = { fresh: 0, allowed: "a whole number from 0 on", holds: isCount };

/** The same; null before there is one. */
export const countOrNull: Field<number | null> = {
  fresh: null,
  allowed: "a whole number from 0 on or null",
  holds: (value) => value === null || isCount(value),
};

/** The state of these fields where training begins. */
export function freshState<T extends object>(fields: { readonly [Name in keyof T]: Field<T[Name]> }): T {
  return fieldsOf(fields, (_, { fresh }) => fresh);
}

/** A saved state; a field that it lacks is fresh. Throws FileError if it is damaged. */
export function parseState<T extends object>(
  callback: string,
  fields: { readonly [Name in keyof T]: Field<T[Name]> },
  state: CallbackState,
): T {
  return fieldsOf(fields, (name, { fresh, allowed, holds }) => {
    const found = ownEntry(state, name);
    const value = found === undefined ? fresh : found;
    if (holds(value)) return value as typeof fresh;
    throw new FileError(
      `${callback}: its state in the checkpoint is damaged: ${name} must be ${allowed}, got ${written(value)}.`,
    );
  });
}

function fieldsOf<T extends object>(
  fields: { readonly [Name in keyof T]: Field<T[Name]> },
  value: <V>(name: string, field: Field<V>) => V,
): T {
  const entries = Object.entries(fields as Record<string, Field<unknown>>);
  return Object.fromEntries(entries.map(([name, field]) => [name, value(name, field)])) as T;
}
