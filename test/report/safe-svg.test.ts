/** @file Drawings from files: ours come through as they are, and nothing that a page would obey comes with them. */
import { describe, expect, it } from "vitest";
import { renderReport } from "../../report/document.ts";
import { inlineFigure, readStandaloneSvg, standaloneSvg } from "../../report/figure.ts";
import { parseSvg, writeSvg } from "../../report/safe-svg.ts";
import { svgToPng } from "../../report/svg-to-png.ts";
import { expectBalanced } from "./markup-checks.ts";
import { sampleReport } from "./sample-report.ts";

const open = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">';
const written = (inside: string) => {
  const parsed = parseSvg(`${open}${inside}</svg>`);
  return parsed && writeSvg(parsed).text;
};

describe("what is left out of a drawing", () => {
  it.each([
    ["a handler behind a slash", '<image/onerror="alert(1)" href="data:image/png;base64,AAAA"/>'],
    ["a handler behind a line", '<rect\nonclick\n=\n"alert(1)"/>'],
    ["a handler in capitals", '<rect ONLOAD="alert(1)"/>'],
    ["a handler of the root", '</svg><svg onload="alert(1)">'],
    ["a script's address", '<image href="javascript:alert(1)"/>'],
    ["one in another spelling", '<image xlink:href="&#106;avascript:alert(1)"/>'],
    ["a picture from elsewhere", '<image href="https://example.org/a.png"/>'],
    ["a picture that is a drawing", '<image href="data:image/svg+xml;base64,AAAA"/>'],
    ["a colour from elsewhere", '<rect fill="url(https://example.org/a)"/>'],
    ["one in CSS's escapes", '<rect fill="\\75 rl(https://example.org/a)"/>'],
    ["an image set", `<rect fill="image-set('https://example.org/a' 1x)"/>`],
    ["a style", '<rect style="background: url(https://example.org/a)"/>'],
    ["a function in a transform", '<g transform="translate(1,2) url(https://example.org)"/>'],
    ["a class of the page and an id", '<g class="banner" id="svhn-c"/>'],
    ["another namespace", '<g xmlns="http://www.w3.org/1999/xhtml"/>'],
    ["a comment", "<!-- --!> <img src=x onerror=alert(1)> -->"],
  ])("%s", (_, inside) => {
    const text = written(inside) ?? "";
    expect(text).not.toMatch(/on\w+\s*=|alert|javascript|example|url|style|class|\bid=|xhtml|svg\+xml|<!--/i);
    expectBalanced(text);
  });

  it("text stays text, from character data and entities too", () => {
    expect(written("<text>&lt;script&gt;<![CDATA[<script>]]>&#60;/text&#62;</text>")).toBe(
      `${open}<text>&#60;script&#62;&#60;script&#62;&#60;/text&#62;</text></svg>`,
    );
  });
});

it.each([
  ["a script", "<script>alert(1)</script>"],
  ["a script of a namespace", '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>'],
  ["HTML", "<foreignObject><body/></foreignObject>"],
  ["a style sheet", "<style>@import url(https://example.org)</style>"],
  ["a link", '<a href="javascript:alert(1)"><text>x</text></a>'],
  ["an animation", '<set attributeName="href" to="javascript:alert(1)"/>'],
  ["a reference", '<use href="https://example.org/a.svg#b"/>'],
  ["an entity", "<text>&secret;</text>"],
  ["what is not well-formed", "<g>"],
  ["an attribute twice", '<rect x="1" x="2"/>'],
  ["an instruction", '<?xml-stylesheet href="https://example.org/a.css"?>'],
  ["a depth of thousands", "<g>".repeat(20_000) + "</g>".repeat(20_000)],
])("a drawing with %s is none of ours", (_, inside) => {
  expect(written(inside)).toBeUndefined();
});

it("a document type is refused, however many times its entities would multiply", () => {
  const entities = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};&e${i};">`);
  const bomb = `<!DOCTYPE svg [<!ENTITY e0 "xxxxxxxxxx">${entities.join("")}]>${open}<text>&e20;</text></svg>`;
  expect(parseSvg(bomb)).toBeUndefined();
  expect(readStandaloneSvg(bomb)).toBeUndefined();
});

it("every picture of a report comes through, the same to the pixel", async () => {
  const { figures } = await renderReport(sampleReport());
  expect(figures.length).toBeGreaterThan(10);
  for (const figure of figures) {
    const read = readStandaloneSvg(standaloneSvg(figure, "svhn-c"));
    expect(read, figure.name).toMatchObject({ title: figure.title });
    const { width, height } = figure.drawing;
    expect(read!.drawing, figure.name).toMatchObject({ width, height });
    expectBalanced(read!.drawing.svg);
  }
  const first = figures.find(({ name }) => name === "error");
  const again = readStandaloneSvg(standaloneSvg(first!, "svhn-c"))!;
  expect((await svgToPng(again.drawing.svg, 1)).equals(await svgToPng(first!.drawing.svg, 1))).toBe(true);
});

it("a title is text, whatever replace() would make of it", () => {
  const drawing = { svg: `${open}<rect/></svg>`, width: 10, height: 10 };
  const title = "$& $` $' $1 $$ \"><script>";
  const text = inlineFigure({ name: "a", title, drawing }).text;
  expectBalanced(text);
  expect(text).toContain('aria-label="$&#38; $` $&#39; $1 $$ &#34;&#62;&#60;script&#62;"');
});
