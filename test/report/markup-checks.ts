/** @file Checks of HTML and SVG text. */
import { expect } from "vitest";

const voidElements = new Set(["meta", "img", "br", "wbr"]);

/** Every tag is whole and closed in order, and no `<` stands outside of tags. */
export function expectBalanced(text: string) {
  const body = text.replace(/^<!DOCTYPE html>/, "").replace(/<style>[^<]*<\/style>/, "");
  const open: string[] = [];
  const rest = body.replace(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g, (...match) => {
    const [, close, name, , selfClosed] = match as unknown as string[];
    if (close) expect(name).toBe(open.pop());
    else if (!selfClosed && !voidElements.has(name!)) open.push(name!);
    return "";
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
}

/** Pictures are data, links lead to anchors, and only `<a>` may name an address. */
export function expectSelfContained(html: string) {
  for (const [, url] of html.matchAll(/(?:src|href|xlink:href)="([^"]*)"/g)) {
    expect(url).toMatch(/^(data:image\/png;base64,|#|https?:)/);
  }
  const unlinked = html.replace(/<a href="https?:[^"]*"/g, "").replace(/xmlns(:xlink)?="[^"]*"/g, "");
  expect(unlinked).not.toMatch(/https?:|url\(|@import|<script|<link/);
}
