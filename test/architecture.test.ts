/** @file The rules of the house that a program can check: who imports whom, sizes, and what every shader must be. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { shaderPath } from "../engine/source.ts";
import { useEngine } from "./support/engine.ts";

const root = join(import.meta.dirname, "..");

/** What each room may import from, itself included; of two that a path lies in, the inner one counts. */
const engine = ["engine"];
const models = [...engine, "kernels", "models"];
const datasets = ["datasets", "datasets/formats", "datasets/sources", "datasets/synthetic"];
const exchange = [...models, "exchange"];
const applications = [...exchange, ...datasets, "applications"];
const runner = [...applications, "report", "runner"];
const book = [...runner, "experiments", "report/book", "report/results"];
const everything = [...book, "lessons", "cli", "web"];
const mayImport: Record<string, readonly string[]> = {
  engine,
  kernels: [...engine, "kernels"],
  models,
  datasets: [...engine, ...datasets],
  "datasets/formats": [...engine, "datasets/formats"],
  "datasets/synthetic": [...engine, "datasets/formats", "datasets/synthetic"],
  "datasets/sources": [...engine, ...datasets],
  exchange,
  applications,
  lessons: [...engine, "kernels", "lessons"],
  report: ["engine", "models", "report"],
  runner,
  experiments: [...runner, "experiments"],
  "report/book": book,
  "report/results": book,
  cli: everything.filter((room) => room !== "web"),
  web: [...everything.filter((room) => room !== "cli"), "docs/results"], // lessons show what runs gave
  "docs/results": [],
  docs: [...applications, "docs", "examples"],
  examples: ["examples", "tools"], // the course through the package: import "wgrad"; its server as the package is built
  tools: ["engine", "tools"],
  bench: [...everything, "bench", "tools"],
  test: [...everything, "bench", "docs", "docs/results", "examples", "tools", "test"],
};

/** The innermost room of a path. */
function roomOf(path: string): string {
  const names = dirname(path).split(sep).join("/").split("/");
  const folders = names.map((_, i) => names.slice(0, names.length - i).join("/"));
  return folders.find((folder) => folder in mayImport)!;
}

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
const folders = Object.keys(mayImport).filter((room) => !room.includes("/"));
const sources = folders.flatMap((folder) => filesIn(folder, ".ts"));
const shaders = folders.flatMap((folder) => filesIn(folder, ".wgsl"));

/** What the rules need to know of a TypeScript file. */
interface Facts {
  /** relative imports and re-exports, as paths below the root */
  readonly imports: string[];
  /** of these, those that load the other file: all but types */
  readonly loads: string[];
  /** lines with the type `any` */
  readonly anyLines: number[];
  readonly callsKernel: boolean;
  /** ids that kernel() is called with as they stand, without WGSL of their own */
  readonly kernels: string[];
  readonly strings: string[];
  /** template strings, with `*` for what is put in */
  readonly templates: string[];
  /** lines of async functions that return what is not awaited of something that `using` disposes of at the end */
  readonly disposedEarly: number[];
}

function inspect(path: string): Facts {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const facts = {
    imports: [] as string[],
    loads: [] as string[],
    anyLines: [] as number[],
    callsKernel: false,
  };
  const disposedEarly: number[] = [];
  const lineOf = (node: ts.Node) => file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const kernels: string[] = [];
  const strings: string[] = [];
  const templates: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      strings.push(node.text);
      if (importsFrom(node)) {
        const target = relative(root, join(root, dirname(path), node.text));
        facts.imports.push(target);
        if (loadsFrom(node.parent)) facts.loads.push(target);
      }
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      facts.anyLines.push(lineOf(node));
    }
    if (ts.isTemplateExpression(node)) {
      templates.push(node.head.text + node.templateSpans.map(({ literal }) => `*${literal.text}`).join(""));
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "kernel") {
      facts.callsKernel = true;
      const [id, , source] = node.arguments;
      if (id && ts.isStringLiteral(id) && !source) kernels.push(id.text);
    }
    if (ts.isFunctionLike(node)) disposedEarly.push(...returnsOfDisposed(node).map(lineOf));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { ...facts, disposedEarly, kernels, strings, templates };
}

/** true for the "./x.ts" of import, export from, import() and import types */
function importsFrom(literal: ts.StringLiteralLike): boolean {
  if (!literal.text.startsWith(".")) return false;
  const { parent } = literal;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isCallExpression(parent)) return parent.expression.kind === ts.SyntaxKind.ImportKeyword;
  return ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent);
}

/** In an async function: `return x.work()` where x was declared by `using`, which disposes of it before the work is done. */
function returnsOfDisposed(node: ts.SignatureDeclaration): ts.Node[] {
  const isAsync =
    ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  if (!isAsync) return [];
  const used = new Set<string>();
  const found: ts.Node[] = [];
  const mentions = (part: ts.Node): boolean => {
    if (ts.isAwaitExpression(part)) return false;
    return (ts.isIdentifier(part) && used.has(part.text)) || (ts.forEachChild(part, mentions) ?? false);
  };
  const look = (part: ts.Node): void => {
    if (ts.isFunctionLike(part)) return;
    if (
      ts.isVariableDeclarationList(part) &&
      (part.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using
    ) {
      for (const { name } of part.declarations) used.add(name.getText());
    }
    const call = ts.isReturnStatement(part) && part.expression;
    if (call && ts.isCallExpression(call) && mentions(call)) found.push(part);
    ts.forEachChild(part, look);
  };
  ts.forEachChild(node, look);
  return found;
}

/** false for imports and re-exports of nothing but types, which are gone when the program runs */
function loadsFrom(parent: ts.Node): boolean {
  if (ts.isExportDeclaration(parent)) {
    const { exportClause } = parent;
    const onlyTypes =
      exportClause &&
      ts.isNamedExports(exportClause) &&
      exportClause.elements.every(({ isTypeOnly }) => isTypeOnly);
    return !parent.isTypeOnly && !onlyTypes;
  }
  if (!ts.isImportDeclaration(parent)) return !ts.isLiteralTypeNode(parent);
  const clause = parent.importClause;
  if (!clause) return true;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
  const { name, namedBindings } = clause;
  const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : undefined;
  return name !== undefined || !named || named.some(({ isTypeOnly }) => !isTypeOnly);
}

const facts = new Map(sources.map((path) => [path, inspect(path)]));

/** All shaders that a TypeScript file names: ids of kernels, for a template all that fit, and files of tests. */
function shadersNamedIn(path: string): string[] {
  const { callsKernel, strings, templates } = facts.get(path)!;
  if (!callsKernel) return [];
  const beside = strings.filter((text) => text.endsWith(".wgsl")).map((file) => join(dirname(path), file));
  const ids = strings.map(shaderPath).filter((shader) => shaders.includes(shader));
  const patterns = templates.map((template) => {
    return new RegExp(`^${shaderPath(template).replaceAll(".", "\\.").replaceAll("*", "(.+)")}$`);
  });
  const fits = (shader: string) =>
    patterns.some((pattern) =>
      pattern
        .exec(shader)
        ?.slice(1)
        .every((text) => strings.includes(text)),
    );
  return [...beside.map((file) => file.split(sep).join("/")), ...ids, ...shaders.filter(fits)];
}

/** Groups of files each of which reaches all others of its group by the imports of `from` (Tarjan's algorithm). */
function circles(from: (path: string) => readonly string[]): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.get(path)!);
    open.push(path);
    for (const next of from(path)) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!));
    }
    if (lowest.get(path) === order.get(path)) found.push(open.splice(open.indexOf(path)));
  };
  for (const path of sources) if (!order.has(path)) visit(path);
  return found.filter((group) => group.length > 1).map((group) => group.sort());
}

describe("TypeScript files", () => {
  it("are found", () => {
    expect(sources).toContain("engine/device.ts");
    expect(facts.get("engine/device.ts")!.imports).toContain("engine/errors.ts");
    expect(facts.get("engine/random.ts")!.callsKernel).toBe(false);
    expect(shadersNamedIn("engine/autodiff/tape.ts")).toContain("engine/autodiff/sum.wgsl");
    expect(facts.get("engine/record/profile.ts")!.imports).toContain("engine/device.ts");
    expect(facts.get("engine/record/profile.ts")!.loads).not.toContain("engine/device.ts");
  });

  it("import only in the direction engine <- kernels <- models <- runner <- experiments <- cli", () => {
    const wrong = sources.flatMap((path) => {
      const allowed = mayImport[roomOf(path)]!;
      return facts
        .get(path)!
        .imports.filter((target) => !allowed.includes(roomOf(target)))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("of report know run folders: of what computes, errors, files and metrics alone", () => {
    const known = [
      ...["engine/errors.ts", "engine/options.ts", "engine/platform/node/files.ts"],
      ...["models/data/order.ts", "models/json-files.ts", "models/records.ts", "models/summary.ts"],
    ];
    const wrong = sources
      .filter((path) => roomOf(path) === "report")
      .flatMap((path) => facts.get(path)!.imports)
      .filter((target) => !target.startsWith("report/") && !target.startsWith("models/metrics/"))
      .filter((target) => !known.includes(target));
    expect([...new Set(wrong)]).toEqual([]);
  });

  it("load each other in no circle", () => {
    expect(circles((path) => facts.get(path)?.loads ?? [])).toEqual([]);
  });

  it("name each other's types in no circle but those that are left", () => {
    const found = circles((path) => facts.get(path)?.imports ?? []);
    const known = (group: readonly string[]) =>
      circlesOfTypes.some((listed) => group.every((path) => listed.includes(path)));
    expect(found.filter((group) => !known(group))).toEqual([]);
    const files = new Set(found.flat());
    expect(circlesOfTypes.filter((listed) => !listed.some((path) => files.has(path)))).toEqual([]);
  });

  it("have fewer than 400 lines", () => {
    expect(sources.map((path) => `${path}: ${linesOf(path)}`).filter((line) => tooLong(line, 400))).toEqual(
      [],
    );
  });

  it("await what they return of something that `using` disposes of", () => {
    const lines = sources.flatMap((path) => facts.get(path)!.disposedEarly.map((line) => `${path}:${line}`));
    expect(lines).toEqual([]);
  });

  it("do without `any`", () => {
    const lines = sources.flatMap((path) => facts.get(path)!.anyLines.map((line) => `${path}:${line}`));
    expect(lines).toEqual([]);
  });
});

/** Groups of files that import one another's types. The list may only become shorter; a group that is gone is taken out. */
const circlesOfTypes: readonly (readonly string[])[] = [["models/layers/layer.ts", "models/symbolic.ts"]];

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
    expect(shaders).toContain("engine/autodiff/sum.wgsl");
    expect(shaders.map((path) => `${path}: ${linesOf(path)}`).filter((line) => tooLong(line, 150))).toEqual(
      [],
    );
  });

  it("open with a comment: the formula and what an invocation computes", () => {
    expect(shaders.filter((path) => !/^\/\/ \S.*\n/.test(read(path)))).toEqual([]);
  });

  it("are each run by a kernel(), and no kernel() names a missing file", () => {
    const named = new Set(sources.flatMap(shadersNamedIn));
    expect(shaders.filter((path) => !named.has(path))).toEqual([]);
    const ids = sources
      .filter((path) => !path.startsWith("test/"))
      .flatMap((path) => facts.get(path)!.kernels);
    expect(ids.length).toBeGreaterThan(50);
    expect(ids.map(shaderPath).filter((path) => !shaders.includes(path))).toEqual([]);
  });

  /** Functions for single numbers in some shaders and for vectors in others: but for the type they are one text. */
  const functions = [
    ...["pcg4d", "is_nan", "not_a_number", "infinity", "activate", "derivative"],
    ...["logarithm", "power", "power_slope", "larger", "shift_of", "sigmoid", "target_of"],
    ...["normal_cdf", "tanh_argument"],
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

  it.each([
    "forward",
    "input-gradient",
    "filter-gradient",
  ])("have the same tiles with vectors and with numbers: conv2d/%s", (pass) => {
    const textOf = (name: string) => ofOneNumber(read(`kernels/conv2d/${pass}.${name}.wgsl`));
    const [vectors, numbers] = [textOf("tiled"), textOf("tiled-any")];
    const shared = [
      /^fn (?:origin_of|seen_through|seen_from|position_of|advance|rate)\((?:.*\}(?: \/\/.*)?|[\s\S]*?\n\})$/gm,
      /^ {4}for \(var t = 0u;[\s\S]*?^ {4}\}$/gm, // the products of a turn
    ];
    for (const pattern of shared) {
      const found = vectors.match(pattern)!;
      expect(found.length).toBeGreaterThan(0);
      expect(numbers.match(pattern)).toEqual(found);
    }
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
