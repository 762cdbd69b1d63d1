/**
 * @file Texts from Markdown. A page has a title and paragraphs; below a heading `## id: title` a section has a question (a
 * quotation), paragraphs of its own, and messages: items of a list that begin with their key, - `key` like this one.
 * A message may have named slots, {{name}}.
 */
import { FileError } from "../engine/errors.ts";

export interface TextSection {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly paragraphs: readonly string[];
}

export interface TextPage {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly sections: readonly TextSection[];
  /** by key; those of a section under `id.key` */
  readonly messages: ReadonlyMap<string, string>;
}

interface Part {
  readonly id: string;
  readonly title: string;
  question: string;
  readonly paragraphs: string[];
}

/** @throws FileError for a key that stands twice, and for an item without one */
export function parseTexts(file: string, markdown: string): TextPage {
  const messages = new Map<string, string>();
  const page: Part = { id: "", title: "", question: "", paragraphs: [] };
  const parts: Part[] = [page];
  let title = "";
  for (const block of markdown.split(/\n\s*\n/).map((text) => text.trim())) {
    const part = parts.at(-1)!;
    const heading = /^(#{1,2}) (?:([\w-]+): )?(.*)$/.exec(block);
    if (heading?.[1] === "#") title = block.slice(2);
    else if (heading) parts.push({ id: heading[2] ?? "", title: heading[3]!, question: "", paragraphs: [] });
    else if (block.startsWith("> ")) part.question = oneLine(block.replace(/^> ?/gm, ""));
    else if (block.startsWith("- ")) readItems(file, block, part.id, messages);
    else if (block !== "") part.paragraphs.push(oneLine(block));
  }
  const sections = parts.slice(1).filter(({ id }) => id !== "");
  return { title, paragraphs: page.paragraphs, sections, messages };
}

function readItems(file: string, block: string, section: string, messages: Map<string, string>): void {
  for (const item of block.split(/^- /m).slice(1)) {
    const [, key, text] = /^`([^`]+)`\s+([\s\S]+)$/.exec(item) ?? [];
    if (!key || !text) throw new FileError(`${file}: an item has to begin with its key: - ${oneLine(item)}`);
    const full = section ? `${section}.${key}` : key;
    if (messages.has(full)) throw new FileError(`${file}: the key ${full} stands twice.`);
    messages.set(full, oneLine(text));
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

const slot = /\{\{(\w+)\}\}/g;

/** The names of the slots of a message, in the order of the alphabet. */
export function slotsOf(message: string): string[] {
  return [...new Set([...message.matchAll(slot)].map(([, name]) => name!))].sort();
}

/** The message with its slots filled; undefined if one of them has no value. */
export function filled(
  message: string,
  values: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (slotsOf(message).some((name) => values[name] === undefined)) return undefined;
  return message.replace(slot, (_, name: string) => values[name]!);
}
