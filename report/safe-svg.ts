/**
 * @file Drawings that come from files, made anew from the elements and attributes that our own drawings have. A page shows
 * nothing else of a file: no scripts, no handlers, nothing that is fetched from elsewhere.
 */
import { SaxesParser } from "saxes";
import { type Markup, markup } from "./markup.ts";

export interface SvgElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (SvgElement | string)[];
}

const elements: ReadonlySet<string> = new Set(
  "svg g path rect line circle text tspan image title".split(" "),
);

/** Those whose values are words, numbers or colours. */
const plainAttributes: ReadonlySet<string> = new Set(
  [
    "version width height viewBox x y x1 y1 x2 y2 cx cy r rx ry dx dy d opacity display pointer-events",
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linecap",
    "stroke-linejoin stroke-miterlimit font-family font-size font-weight font-style text-anchor dominant-baseline",
    "image-rendering preserveAspectRatio role aria-hidden",
  ]
    .join(" ")
    .split(" "),
);

/** Without brackets and backslashes no value names a function, such as url(), which fetches. */
const plain = /^[^()\\]*$/;

const valueRules: Readonly<Record<string, RegExp>> = {
  xmlns: /^http:\/\/www\.w3\.org\/2000\/svg$/,
  "xmlns:xlink": /^http:\/\/www\.w3\.org\/1999\/xlink$/,
  transform: /^(?:\s*(?:translate|rotate|scale|matrix)\([\d\s.,e+-]*\))*\s*$/,
  href: /^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*$/,
  "aria-label": /^/,
  "aria-roledescription": /^/,
};

/** Ours lie at most a dozen deep. */
const deepest = 50;

/**
 * The drawing in a text. Attributes that are not on the list are left out; what has other elements is no drawing of ours.
 * @returns undefined for other elements, for a document type, which could define entities, and for what is not well-formed
 */
export function parseSvg(text: string): SvgElement | undefined {
  const parser = new SaxesParser({ xmlns: false });
  const open: { name: string; attributes: Map<string, string>; children: (SvgElement | string)[] }[] = [];
  let root: SvgElement | undefined;
  let refused = false;
  const refuse = () => {
    refused = true;
  };
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("processinginstruction", refuse);
  parser.on("opentag", ({ name, attributes }) => {
    if (!elements.has(name) || open.length >= deepest) refuse();
    if (!refused) open.push({ name, attributes: allowed(name, attributes), children: [] });
  });
  const addText = (characters: string) => open.at(-1)?.children.push(characters);
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (!element) return;
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root ??= element;
  });
  parser.write(text).close();
  return refused || root?.name !== "svg" ? undefined : root;
}

/** The element as text for a page or a file. */
export function writeSvg({ name, attributes, children }: SvgElement): Markup {
  const written = [...attributes].map(([key, value]) => markup` ${key}="${value}"`);
  const inside = children.map((child) => (typeof child === "string" ? child : writeSvg(child)));
  return markup`<${name}${written}>${inside}</${name}>`;
}

function allowed(element: string, attributes: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(attributes).filter(([name, value]) => isAllowed(element, name, value)));
}

function isAllowed(element: string, name: string, value: string): boolean {
  if (name === "href" && element !== "image") return false;
  if (plainAttributes.has(name)) return plain.test(value);
  return Object.hasOwn(valueRules, name) && valueRules[name]!.test(value);
}
