/** @file The HTML document around a page of ours: one file that needs nothing else. */

import { readFileSync } from "node:fs";
import { type Markup, markup, trusted } from "./markup.ts";
import { themeVariables } from "./palette.ts";

export interface HtmlPage {
  /** what the window's tab says */
  readonly title: string;
  /** of the text, as in `lang="en"`; English if absent */
  readonly language?: string;
  /** what every printed page repeats at its head, e.g. that the data are synthetic */
  readonly marks?: readonly string[];
  /** style sheets of `styles/` after those that all pages have */
  readonly sheets?: readonly string[];
  readonly body: Markup;
}

/** The whole document, style sheets included. */
export function htmlPage({ title, language = "en", marks = [], sheets = [], body }: HtmlPage): string {
  return markup`<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${trusted(styles(marks, sheets))}</style>
</head>
<body>
${body}</body>
</html>
`.text;
}

/** Text for a style sheet in a page: neither the string nor the style element can be ended in it. */
function cssString(text: string): string {
  const escaped = text.replace(
    /[^\w .,:;·-]/gu,
    (character) => `\\${character.codePointAt(0)!.toString(16)} `,
  );
  return `"${escaped}"`;
}

function styles(marks: readonly string[], sheets: readonly string[]): string {
  const texts = ["page", "content", ...sheets, "media"].map((name) =>
    readFileSync(new URL(`./styles/${name}.css`, import.meta.url), "utf8"),
  );
  return `:root { ${themeVariables("light")} }
@media screen and (prefers-color-scheme: dark) { :root { ${themeVariables("dark")} } }
@page { margin: 16mm 14mm; @top-right { content: ${cssString(marks.join(" · "))}; font: bold 9pt sans-serif; } }
${texts.join("\n")}`;
}
