/** @file The settings of layers as values by name: what getConfig() gives and fromConfig() takes. */
import { isRecord } from "../records.ts";

/**
 * What a layer was made of, by the names of its constructor's arguments and options. Values may be functions and other
 * layers; all but these can be kept as JSON.
 */
export type LayerConfig = Readonly<Record<string, unknown>>;

/** Says what stands in the place of a value; undefined to leave it, or to go on with what is in it. */
export type Replacement = (
  value: unknown,
  path: readonly string[],
) => { readonly value: unknown } | undefined;

/** A copy of lists and records, to any depth, in which some values are replaced. */
export function replaceIn(value: unknown, replacement: Replacement, path: readonly string[] = []): unknown {
  const replaced = replacement(value, path);
  if (replaced) return replaced.value;
  if (Array.isArray(value)) return value.map((item, i) => replaceIn(item, replacement, [...path, String(i)]));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, replaceIn(item, replacement, [...path, name])]),
  );
}
