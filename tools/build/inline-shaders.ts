/**
 * @file Gives every kernel of a JavaScript module its WGSL as the third argument of kernel(), and marks the call as free of side
 * effects: a bundler then keeps the shaders of those kernels alone that a page uses.
 */
import ts from "typescript";

/** The text without comments, indentation and the numbers of lines changed: messages of compilers name lines. */
export function minifyWgsl(text: string): string {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""));
  return bare
    .split("\n")
    .map((line) => line.replace(/\/\/.*$/, "").trim())
    .join("\n")
    .trimEnd();
}

/** `shaders`: the WGSL of all kernels by their ids. Throws for a kernel without one. */
export function inlineShaders(code: string, file: string, shaders: ReadonlyMap<string, string>): string {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "kernel") {
      insertions.push({ at: node.getStart(), text: "/* @__PURE__ */ " });
      insertions.push({ at: node.arguments.end, text: `, ${textOf(node.arguments[0]!, file, shaders)}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let result = code;
  for (const { at, text } of insertions.sort((a, b) => b.at - a.at))
    result = result.slice(0, at) + text + result.slice(at);
  return result;
}

/** An expression for the text of the kernel whose id is `id`: the text, or a table of all that fit a template. */
function textOf(id: ts.Expression, file: string, shaders: ReadonlyMap<string, string>): string {
  if (ts.isStringLiteralLike(id)) {
    const text = shaders.get(id.text);
    if (text === undefined) throw new Error(`${file}: there is no shader of the kernel ${id.text}.`);
    return JSON.stringify(minifyWgsl(text));
  }
  if (!ts.isTemplateExpression(id))
    throw new Error(`${file}: kernel(${id.getText()}) has no id that can be seen.`);
  const parts = [id.head.text, ...id.templateSpans.map(({ literal }) => literal.text)];
  const pattern = new RegExp(
    `^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("([\\w.-]+)")}$`,
  );
  const named = stringsIn(id.getSourceFile()); // what is put in stands somewhere in the module
  const fits = [...shaders].filter(([name]) =>
    pattern
      .exec(name)
      ?.slice(1)
      .every((part) => named.has(part)),
  );
  if (fits.length === 0) throw new Error(`${file}: no shader fits the id ${id.getText()}.`);
  const table = fits.map(([name, text]) => `${JSON.stringify(name)}: ${JSON.stringify(minifyWgsl(text))}`);
  return `({ ${table.join(", ")} })[${id.getText()}]`;
}

function stringsIn(file: ts.SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
