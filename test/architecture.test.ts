/** @file The rules of the house that a program can check: who imports whom, sizes, and what every shader must be. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { useEngine } from "./support/engine.ts";

const root = join(import.meta.dirname, "..");

/** What each folder may import from, itself included. Nobody but tests and benchmarks imports cli, web, bench or docs. */
const mayImport: Record<string, readonly string[]> = {
  engine: ["engine"],
  kernels: ["engine", "kernels"],
  models: ["engine", "kernels", "models"],
  datasets: ["engine", "datasets"],
  experiments: ["engine", "kernels", "models", "datasets", "experiments"],
  cli: ["engine", "kernels", "models", "datasets", "experiments", "cli"],
  web: ["engine", "kernels", "models", "datasets", "experiments", "web"],
  docs: ["engine", "kernels", "models", "datasets", "docs"],
  bench: ["engine", "kernels", "models", "datasets", "experiments", "cli", "web", "bench"],
  test: ["engine", "kernels", "models", "datasets", "experiments", "cli", "web", "bench", "docs", "test"],
};

/** Paths below the root with this ending, "/" between folders. */
function filesIn(folder: string, ending: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.split(sep).join("/")}`)
    .filter((path) => path.endsWith(ending) && !path.includes("node_modules/"))
    .sort();
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const linesOf = (path: string) => read(path).replace(/\n$/, "").split("\n").length;
const sources = Object.keys(mayImport).flatMap((folder) => filesIn(folder, ".ts"));
const shaders = Object.keys(mayImport).flatMap((folder) => filesIn(folder, ".wgsl"));

/** What the rules need to know of a TypeScript file. */
interface Facts {
  /** relative imports and re-exports, as paths below the root */
  readonly imports: string[];
  /** lines with the type `any` */
  readonly anyLines: number[];
  readonly callsKernel: boolean;
  readonly strings: string[];
  /** template strings, with `*` for what is put in */
  readonly templates: string[];
}

function inspect(path: string): Facts {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const facts = { imports: [] as string[], anyLines: [] as number[], callsKernel: false };
  const strings: string[] = [];
  const templates: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      strings.push(node.text);
      if (importsFrom(node)) facts.imports.push(relative(root, join(root, dirname(path), node.text)));
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      facts.anyLines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    if (ts.isTemplateExpression(node)) {
      templates.push(node.head.text + node.templateSpans.map(({ literal }) => `*${literal.text}`).join(""));
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "kernel") facts.callsKernel = true;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { ...facts, strings, templates };
}

/** true for the "./x.ts" of import, export from, import() and import types */
function importsFrom(literal: ts.StringLiteralLike): boolean {
  if (!literal.text.startsWith(".")) return false;
  const { parent } = literal;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isCallExpression(parent)) return parent.expression.kind === ts.SyntaxKind.ImportKeyword;
  return ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent);
}

const facts = new Map(sources.map((path) => [path, inspect(path)]));

/** All shader files that a TypeScript file names; what a template inserts must be a string of that file. */
function shadersNamedIn(path: string): string[] {
  const { callsKernel, strings, templates } = facts.get(path)!;
  if (!callsKernel) return [];
  const inFolder = (name: string) => join(dirname(path), name).split(sep).join("/");
  const names = strings.filter((text) => text.endsWith(".wgsl")).map(inFolder);
  for (const template of templates.filter((text) => text.endsWith(".wgsl"))) {
    const pattern = new RegExp(`^${inFolder(template).replaceAll(".", "\\.").replaceAll("*", "(.+)")}$`);
    const fits = (shader: string) =>
      pattern
        .exec(shader)
        ?.slice(1)
        .every((text) => strings.includes(text));
    names.push(...shaders.filter(fits));
  }
  return names;
}

describe("TypeScript files", () => {
  it("are found", () => {
    expect(sources).toContain("engine/device.ts");
    expect(facts.get("engine/device.ts")!.imports).toContain("engine/errors.ts");
    expect(facts.get("engine/random.ts")!.callsKernel).toBe(false);
    expect(shadersNamedIn("engine/backward.ts")).toContain("engine/sum.wgsl");
  });

  it("import only in the direction engine <- kernels <- models <- experiments <- cli", () => {
    const wrong = sources.flatMap((path) => {
      const allowed = mayImport[path.split("/")[0]!]!;
      return facts
        .get(path)!
        .imports.filter((target) => !allowed.includes(target.split(sep)[0]!))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("have fewer than 400 lines", () => {
    expect(sources.map((path) => `${path}: ${linesOf(path)}`).filter((line) => tooLong(line, 400))).toEqual(
      [],
    );
  });

  it("do without `any`", () => {
    const lines = sources.flatMap((path) => facts.get(path)!.anyLines.map((line) => `${path}:${line}`));
    expect(lines).toEqual([]);
  });
});

const tooLong = (line: string, limit: number) => Number(line.split(": ")[1]) >= limit;

describe("op folders", () => {
  const folders = [...new Set(filesIn("kernels", ".ts").filter(isInFolder).map(dirname))];
  const ops = folders.filter((folder) => !/^kernels\/tuning(\/|$)/.test(folder));

  it("have a float64 reference each", () => {
    expect(ops).toContain("kernels/pool2d");
    const without = ops.filter((folder) => !filesIn(folder, ".reference.ts").length);
    expect(without).toEqual([]);
  });
});

function isInFolder(path: string): boolean {
  return path.split("/").length > 2;
}

describe("shaders", () => {
  const engine = useEngine();

  it("have fewer than 150 lines", () => {
    expect(shaders).toContain("engine/sum.wgsl");
    expect(shaders.map((path) => `${path}: ${linesOf(path)}`).filter((line) => tooLong(line, 150))).toEqual(
      [],
    );
  });

  it("open with a comment: the formula and what an invocation computes", () => {
    expect(shaders.filter((path) => !/^\/\/ \S.*\n/.test(read(path)))).toEqual([]);
  });

  it("are each run by a kernel() beside them, and no kernel() names a missing file", () => {
    const named = new Set(sources.flatMap(shadersNamedIn));
    expect(shaders.filter((path) => !named.has(path))).toEqual([]);
    const literal = sources
      .filter((path) => !path.startsWith("test/"))
      .flatMap((path) => {
        const { callsKernel, strings } = facts.get(path)!;
        const files = callsKernel ? strings.filter((text) => text.endsWith(".wgsl")) : [];
        return files.map((file) => `${dirname(path)}/${file}`);
      });
    expect(literal.filter((path) => !shaders.includes(path))).toEqual([]);
  });

  /** Functions for single numbers in some shaders and for vectors in others: but for the type they are one text. */
  const functions = [
    ...["pcg4d", "is_nan", "not_a_number", "infinity", "activate", "derivative"],
    ...["logarithm", "power", "power_slope", "larger", "shift_of", "sigmoid", "target_of"],
  ];
  const ofOneNumber = (text: string) =>
    text.replaceAll("vec4f", "f32").replaceAll("vec4u", "u32").replaceAll("vec4<bool>", "bool");
  const pieces: [string, RegExp][] = functions.map((name) => [
    `fn ${name}(`,
    new RegExp(`^fn ${name}\\((?:.*\\}(?: //.*)?|[\\s\\S]*?\\n\\})$`, "m"), // on one line, or up to a brace of its own
  ]);

  it.each([["struct StepState", /struct StepState\b[^}]*\}/], ...pieces] as [
    string,
    RegExp,
  ][])("have identical copies of %s", (start, pattern) => {
    const copies = new Map<string, string[]>();
    for (const path of shaders) {
      const text = read(path);
      if (!text.includes(start)) continue;
      const copy = ofOneNumber(pattern.exec(text)?.[0] ?? "unreadable");
      copies.set(copy, [...(copies.get(copy) ?? []), path]);
    }
    expect([...copies.values()], "one list of files for each version").toHaveLength(1);
    expect([...copies.values()][0]!.length).toBeGreaterThan(1);
  });

  it.for(shaders)("%s compiles as written", async (path, { skip }) => {
    const code = read(path);
    const features = { subgroups: "subgroups", f16: "shader-f16" } as Record<string, string>;
    for (const [, list] of code.matchAll(/^enable ([\w, ]+);/gm)) {
      for (const extension of list!.split(/\s*,\s*/)) {
        const feature = features[extension] ?? extension;
        if (!engine().adapter.features.includes(feature)) skip(`this adapter has no ${feature}`);
      }
    }
    const { device } = engine();
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code, label: basename(path) });
    const { messages } = await module.getCompilationInfo();
    await device.popErrorScope();
    const errors = messages.filter(({ type }) => type === "error");
    expect(errors.map(({ lineNum, message }) => `${path}:${lineNum}: ${message}`)).toEqual([]);
  });
});
