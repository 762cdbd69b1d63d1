/** @file Text for terminals: 80 columns, and colours only where they are seen as colours. */
import { requireParts } from "../engine/options.ts";

/** Columns of the terminal that lessons and tables are made for. */
export const columns = 80;

/** Marks words; each function returns its text as it is unless colours are wanted. */
export interface Palette {
  /** headings */
  readonly title: (text: string) => string;
  /** what agrees */
  readonly good: (text: string) => string;
  /** what does not */
  readonly bad: (text: string) => string;
  /** what matters most in a line */
  readonly strong: (text: string) => string;
  /** what matters least */
  readonly faint: (text: string) => string;
  /** a number or a line that the text speaks of */
  readonly marked: (text: string) => string;
}

const colour = (code: string) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
const asItIs = (text: string) => text;

/** Colours for a stream: none on a pipe or in a file, nor where NO_COLOR is set (no-color.org). */
export function paletteFor(stream: { readonly isTTY?: boolean }, noColor?: string): Palette {
  requireParts("paletteFor", stream, "a stream");
  if (!stream.isTTY || noColor) return plainPalette;
  return {
    title: colour("1;36"),
    good: colour("32"),
    bad: colour("1;31"),
    strong: colour("1"),
    faint: colour("2"),
    marked: colour("33"),
  };
}

/** No colours: for files and pipes. */
export const plainPalette: Palette = {
  title: asItIs,
  good: asItIs,
  bad: asItIs,
  strong: asItIs,
  faint: asItIs,
  marked: asItIs,
};

/** Breaks text at spaces so that no line is longer than `width`, `indent` included. */
export function wrap(text: string, indent = "", width = columns): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, indent + line] : lines;
}

/** `word` cut to `width` characters, the last of them dots if something was left out. */
export function clipped(word: string, width: number): string {
  return word.length <= width ? word : `${word.slice(0, width - 3)}...`;
}
