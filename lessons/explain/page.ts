/** @file The text of a lesson: headings, paragraphs, figures and places in the source, in 80 columns. */
import { clipped, columns, type Palette, wrap } from "../text.ts";
import type { SourceLines } from "./source.ts";

type LineKind = "title" | "heading" | "text" | "figure" | "path" | "code" | "check";

interface Line {
  readonly kind: LineKind;
  readonly text: string;
}

const indent = "  ";

/** Collects the lines of a lesson from top to bottom. */
export class Page {
  readonly #lines: Line[] = [];
  #sections = 0;

  /** A heading. */
  title(text: string): this {
    return this.#add("title", [text, "=".repeat(text.length)]).space();
  }

  /** A numbered section. */
  section(text: string): this {
    const heading = `${++this.#sections}  ${text}`;
    return this.#add("text", [""])
      .#add("heading", [heading, "-".repeat(columns)])
      .space();
  }

  /** A paragraph, broken into lines. */
  text(text: string): this {
    return this.#add("text", wrap(text, indent)).space();
  }

  /** Lines that stay as they are: formulas, matrices, sums. */
  figure(lines: readonly string[]): this {
    return this.#add(
      "figure",
      lines.map((line) => (indent + line).trimEnd()),
    ).space();
  }

  /** Where a kernel computes what stands above. */
  source({ path, line, code }: SourceLines): this {
    const quoted = code.map((text) => clipped(`${indent}  ${text}`, columns));
    return this.#add("path", [`${indent}${path}:${line}`])
      .#add("code", quoted)
      .space();
  }

  /** A paragraph that says what was checked. */
  checked(text: string): this {
    return this.#add("check", wrap(text, indent)).space();
  }

  /** An empty line. */
  space(): this {
    return this.#add("text", [""]);
  }

  /** The lines for a terminal. */
  lines(palette: Palette): string[] {
    const all = this.#lines.map(({ kind, text }) => styles[kind](text, palette));
    const single = all.filter((line, i) => line !== "" || all[i - 1] !== "");
    return single.at(-1) === "" ? single.slice(0, -1) : single;
  }

  #add(kind: LineKind, texts: readonly string[]): this {
    this.#lines.push(...texts.map((text) => ({ kind, text })));
    return this;
  }
}

const styles: Record<LineKind, (text: string, palette: Palette) => string> = {
  title: (text, { title }) => title(text),
  heading: (text, { strong }) => strong(text),
  text: (text) => text,
  figure: (text, palette) =>
    text
      .replaceAll(/(?<= )\[[^\]]*\]/g, (cells) => palette.marked(cells))
      .replace(/(?<== )-?[\d.]+$/, (result) => palette.strong(result)),
  path: (text, { title }) => title(text),
  code: (text, { faint }) => faint(text),
  check: (text, { good }) => good(text),
};
