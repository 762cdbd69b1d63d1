/** @file Things that are given by name: "he_normal", { name: "heNormal", ... }, or Keras's { class_name, config }. */
import { ArgumentError, nearest } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { isRecord } from "./records.ts";

/** Keras's way to write an object down, with names in snake case. */
export interface KerasObject {
  readonly class_name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** heNormal as Keras writes it: he_normal. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

export interface Choice<Name extends string> {
  readonly name: Name;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Names of options that Keras has another name for. */
export type KerasNames = Readonly<Record<string, string>>;

/**
 * The name, as it stands in `table`, and options of what was chosen; undefined for what is no choice by name. heNormal,
 * he_normal and HeNormal are one name. Throws ArgumentError, with the nearest name, for one that is not in the table.
 * @param kind what is chosen, for errors: "initializer"
 * @param keras where Keras's names of options, camel-cased, are not those of this house
 */
export function choiceByName<Name extends string>(
  where: string,
  kind: string,
  choice: unknown,
  table: Readonly<Record<Name, unknown>>,
  keras: KerasNames = {},
): Choice<Name> | undefined {
  const known = Object.keys(table) as Name[];
  if (typeof choice === "string") return { name: knownName(where, kind, choice, known), options: {} };
  if (!isRecord(choice)) return undefined;
  const { name, class_name: className, ...options } = choice;
  if (typeof className === "string") {
    const config = isRecord(options.config) ? options.config : {};
    return { name: knownName(where, kind, className, known), options: fromKeras(config, keras) };
  }
  if (typeof name !== "string") return undefined;
  return { name: knownName(where, kind, name, known), options: withoutNull(options) };
}

/** What `make` gives; its errors say where what it makes was given. */
export function madeFor<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ArgumentError)) throw cause;
    throw new ArgumentError(`${where}: ${cause.message}`, { cause });
  }
}

function knownName<Name extends string>(
  where: string,
  kind: string,
  given: string,
  known: readonly Name[],
): Name {
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  const found = known.find((name) => plain(name) === plain(given));
  if (found) return found;
  const near = nearest(given, known);
  const hint = near ? ` Did you mean "${near}"?` : ` Known: ${known.join(", ")}.`;
  throw new ArgumentError(`${where}: there is no ${kind} ${written(given)}.${hint}`);
}

/** Keras writes down every option, those that were not given as null, and a name of the object. */
function fromKeras(config: Readonly<Record<string, unknown>>, keras: KerasNames): Record<string, unknown> {
  const entries = Object.entries(withoutNull(config)).filter(([name]) => name !== "name" && name !== "dtype");
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      return [keras[camel] ?? camel, value];
    }),
  );
}

function withoutNull(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}
