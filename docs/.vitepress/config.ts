/**
 * @file The site: README, guides, the kernels' READMEs, decisions, results, and the reference that TypeDoc writes to docs/api.
 * Its source is the whole project, so that all pages keep the places and links that they have in the repository.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";

const root = join(import.meta.dirname, "../..");

/** What the page calls itself. */
const titleOf = (path: string) => /^# (.*)/m.exec(readFileSync(join(root, path), "utf8"))![1]!;

/** The pages of a folder that has a page for each file, or for each folder below it. */
function pages(folder: string) {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const own = paths.filter((path) => /^([\w-]+\.md|[\w-]+\/README\.md)$/.test(path)).sort();
  own.sort((a, b) => Number(/^getting-started/.test(b)) - Number(/^getting-started/.test(a))); // first; else by name
  return own.map((path) => ({ text: titleOf(`${folder}/${path}`), link: `/${folder}/${addressOf(path)}` }));
}

function addressOf(path: string): string {
  return path.replace(/README\.md$/, "").replace(/\.md$/, "");
}

const reference = ["engine", "models", "kernels", "datasets", "lessons"];

export default defineConfig({
  title: "wgrad",
  description: "A tensor engine with automatic differentiation whose kernels are hand-written WGSL.",
  base: process.env.WGRAD_SITE_BASE ?? "/",
  srcDir: "..",
  srcExclude: [
    "{applications,bench,datasets,engine,examples,experiments,lessons,models,report,runner,runs,test,dist}/**",
  ],
  rewrites: {
    "README.md": "index.md",
    "kernels/:op/README.md": "kernels/:op/index.md",
    "docs/results/README.md": "docs/results/index.md",
    "docs/results/pytorch/README.md": "docs/results/pytorch/index.md",
  },
  ignoreDeadLinks: "localhostLinks", // of the lab, which the reader has to start
  outDir: "../dist/site",
  markdown: {
    config: (markdown) => {
      markdown.core.ruler.push("source-links", ({ tokens }) => withoutSourceLinks(tokens));
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guides", link: "/docs/guides/getting-started" },
      { text: "Reference", link: "/docs/api/engine" },
      { text: "Results", link: "/docs/results/" },
    ],
    sidebar: [
      { text: "Guides", items: pages("docs/guides") },
      { text: "Kernels", items: pages("kernels") },
      {
        text: "About",
        items: ["decisions", "changes", "nan"].map((name) => ({
          text: titleOf(`docs/${name}.md`),
          link: `/docs/${name}`,
        })),
      },
      { text: "Reference", items: reference.map((text) => ({ text, link: `/docs/api/${text}` })) },
    ],
  },
});

interface Token {
  type: string;
  tag: string;
  attrs: [string, string][] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
  children: Token[] | null;
}

/** The site has pages and pictures, but no source files: a link to one becomes plain text. */
function withoutSourceLinks(tokens: readonly Token[]): void {
  for (const { children } of tokens) {
    let isSource = false;
    for (const token of children ?? []) {
      if (token.type === "link_open") {
        const target = token.attrGet("href") ?? "";
        isSource = !/^(https?:|#|\/)|\.md(#.*)?$/.test(target) || /(^|\/)bench\//.test(target);
        token.attrSet("href", target.replace("README.md", "index.md"));
      }
      if (isSource && /^link_(open|close)$/.test(token.type)) {
        Object.assign(token, { type: token.type.replace("link", "source"), tag: "span", attrs: null });
      }
    }
  }
}
