/** @file Every relative link of the project's Markdown leads to a file that is there, and to a heading of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const folders = ["docs", "kernels", "bench", "examples"];
const pages = [
  "README.md",
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".md") && !/(^|\/)(node_modules|api|\.vitepress)\//.test(path))
      .map((path) => `${folder}/${path}`),
  ),
];

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Links and pictures of a page, without what stands in code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors of a page, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => {
    return title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  });
}

function problems(page: string): string[] {
  return linksOf(read(page)).flatMap((link) => {
    if (/^https?:/.test(link)) return [];
    const [path, anchor] = link.split("#") as [string, string | undefined];
    const target = path ? join(dirname(page), path) : page;
    if (!existsSync(join(root, target))) return [`${link}: there is no ${target}`];
    const wrong = anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    return wrong ? [`${link}: ${target} has no such heading`] : [];
  });
}

describe("links", () => {
  it("are found", () => {
    expect(pages).toContain("kernels/conv2d/README.md");
    expect(linksOf(read("README.md")).length).toBeGreaterThan(20);
    expect(linksOf("[a](b.md) `[c](d.md)`\n```\n[e](f.md)\n```\n![g](h.png)")).toEqual(["b.md", "h.png"]);
    expect(anchorsOf("## What it's `for`, now")).toEqual(["what-its-for-now"]);
  });

  it.each(pages)("of %s lead somewhere", (page) => {
    expect(problems(page)).toEqual([]);
  });
});
