/** @file The rooms that run in a page are bundled for one: nothing of Node is in them, and loading them does nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";
import { build } from "esbuild";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const rooms = [
  "engine",
  "kernels",
  "models",
  "exchange",
  "lessons",
  "datasets/formats",
  "datasets/synthetic",
];

/** Of a room that is partly for Node. */
const files = ["browser", "splits", "statistics"].map((name) => `datasets/${name}.ts`);

const nodeDecoder = "datasets/formats/images/decoder/node.ts";

/** All sources of the rooms but what #platform and #image-decoder give Node. */
const sources = rooms
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((path) => `${room}/${path}`),
  )
  .concat(files)
  .filter((path) => path.endsWith(".ts") && !path.startsWith("engine/platform/node") && path !== nodeDecoder)
  .sort();

/** What a page lacks, or has only where it is isolated from other origins. */
const foreign = ["process", "Buffer", "SharedArrayBuffer", "__dirname", "require", "global", "setImmediate"];

/** Names of Node in a file, and imports of its modules. */
function nodeIn(path: string): string[] {
  const file = ts.createSourceFile(
    path,
    readFileSync(join(root, path), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && foreign.includes(node.text)) found.push(node.text);
    if (ts.isStringLiteralLike(node) && node.text.startsWith("node:")) found.push(node.text);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe("what runs in a page", () => {
  it("names nothing of Node", () => {
    const found = sources
      .map((path) => [path, nodeIn(path)] as const)
      .filter(([, names]) => names.length > 0);
    expect(found).toEqual([]);
    expect(nodeIn("engine/platform/node.ts")).toContain("process"); // what is looked for would be found
    expect(nodeIn("engine/platform/node/patience.ts")).toContain("SharedArrayBuffer");
  });

  it("bundles for a page without Node's part, and does nothing when it is loaded", async () => {
    const lines = sources.map(
      (path, i) => `import * as m${i} from "./${path}"; globalThis.loaded.push(m${i});`,
    );
    const result = await build({
      stdin: { contents: lines.join("\n"), resolveDir: root },
      bundle: true,
      platform: "browser",
      target: "es2022",
      format: "iife",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const inputs = Object.keys(result.metafile.inputs);
    expect(inputs.filter((path) => path.startsWith("engine/platform/node"))).toEqual([]);
    expect(inputs).toContain("engine/platform/browser.ts");
    const [output] = Object.values(result.metafile.outputs);
    expect(output!.imports).toEqual([]);
    // a world with ECMAScript and next to nothing else, as a page that is not isolated from other origins has it
    const world: Record<string, unknown> = { loaded: [], TextEncoder, TextDecoder, URL };
    const script = `delete globalThis.SharedArrayBuffer; delete globalThis.Atomics;\n${result.outputFiles[0]!.text}`;
    vm.runInNewContext(script, world);
    expect(world.loaded).toHaveLength(sources.length);
  });
});
