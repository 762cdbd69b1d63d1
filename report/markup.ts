/** @file Building HTML and SVG as text in which every interpolated string is escaped. */

/** Text that is markup already. Only `markup` and `trusted` make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type MarkupValue = Markup | string | number | undefined | readonly MarkupValue[];

/** Template tag: strings are escaped, `Markup` goes in as it is, lists are joined, undefined is nothing. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(parts.map((part, i) => part + render(values[i])).join(""));
}

/** Marks text as markup. For text of our own making only, such as an SVG of a chart library. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Safe as text and inside double-quoted attributes, in HTML and XML. Control characters, which XML forbids, go. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/\p{Cc}/gu, (control) => (/[\t\n\r]/.test(control) ? control : ""))
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function render(value: MarkupValue): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(render).join("");
  return escapeMarkup(String(value));
}
