/** @file What figures say: words that stand as they are, or a key of text/<language>/figures.md with its slots. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { ArgumentError, nearest } from "../engine/errors.ts";
import { formatCount } from "./format.ts";
import type { Language } from "./language.ts";
import { filled, parseTexts } from "./markdown.ts";

export interface Message {
  readonly key: string;
  readonly slots?: Readonly<Record<string, Label>>;
}

/** Words, a number (written as the language writes it), a message, or a list of these: "sigmoid, last layer only". */
export type Label = string | number | Message | readonly Label[];

export const labelSchema: z.ZodType<Label> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.array(labelSchema),
    z.strictObject({ key: z.string(), slots: z.record(z.string(), labelSchema).exactOptional() }),
  ]),
);

/** The message of a key: `label("epoch-number", { epoch: 2 })`. */
export function label(key: string, slots?: Message["slots"]): Message {
  return slots ? { key, slots } : { key };
}

/**
 * The label of a name that is used in other places too, such as the value of a factor: the message whose key is the name, in
 * small letters and with hyphens, or the name as it is.
 */
export function labelOf(name: string): Label {
  const key = name.toLowerCase().replace(/\W+/g, "-");
  return texts("en").has(key) ? { key } : name;
}

/** The label in words. Throws ArgumentError for a key that figures.md does not have, and for a slot without a value. */
export function labelText(shown: Label, language: Language = "en"): string {
  if (typeof shown === "string") return shown;
  if (typeof shown === "number") return formatCount(shown, language);
  if (!("key" in shown)) return shown.map((part) => labelText(part, language)).join(", ");
  const message = texts(language).get(shown.key);
  if (message === undefined) {
    const near = nearest(shown.key, [...texts(language).keys()]);
    throw new ArgumentError(
      `report: no figure has a text of the key ${shown.key}.${near ? ` Did you mean ${near}?` : ""}`,
    );
  }
  const values = Object.entries(shown.slots ?? {}).map(([name, value]) => [name, labelText(value, language)]);
  const text = filled(message, Object.fromEntries(values));
  if (text === undefined) throw new ArgumentError(`report: a slot of "${message}" has no value.`);
  return text;
}

const known = new Map<Language, ReadonlyMap<string, string>>();

function texts(language: Language): ReadonlyMap<string, string> {
  const before = known.get(language);
  if (before) return before;
  const file = new URL(`./text/${language}/figures.md`, import.meta.url);
  const { messages } = parseTexts(`report/text/${language}/figures.md`, readFileSync(file, "utf8"));
  known.set(language, messages);
  return messages;
}
