/** @file The codes by which shaders choose a function are those of the tables. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unaryTable } from "../../kernels/elementwise/unary-table.ts";
import { pointwiseTable } from "../../kernels/losses/pointwise-table.ts";

const tables = [
  { table: unaryTable, shaders: ["elementwise/unary", "elementwise/unary-gradient"] },
  { table: pointwiseTable, shaders: ["losses/pointwise", "losses/pointwise-gradient"] },
];

/** The names by code in the comments of a shader's switch: `case 3u: { ... } // tanh, from y`; the last may be the default. */
function namesIn(shader: string): Map<string, string> {
  const text = readFileSync(join(import.meta.dirname, `../../kernels/${shader}.wgsl`), "utf8");
  const [body] = /switch \((?:OP|LOSS)\) \{[\s\S]*?\n {2}\}/.exec(text)!;
  const cases = body.matchAll(/(?:case (\d+)u|(default)): \{(?: \/\/ (\w+)|[^\n]*?\} \/\/ (\w+))/g);
  return new Map([...cases].map(([, code, otherwise, own, after]) => [code ?? otherwise!, (own ?? after)!]));
}

describe.each(
  tables.flatMap(({ table, shaders }) => shaders.map((shader) => ({ shader, table }))),
)("$shader", ({ shader, table }) => {
  const rows = Object.entries(table);

  it("has a case for each row, by its code and name", () => {
    const codes = rows.map(([, { code }]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const named = namesIn(shader);
    const missing = rows.filter(([, { code }]) => !named.has(`${code}`)).map(([name]) => name);
    expect(missing.length).toBeLessThanOrEqual(1); // the default
    for (const [name, { code }] of rows)
      expect(named.get(`${code}`) ?? named.get("default"), `code ${code}`).toBe(name);
    expect(named.size).toBe(rows.length);
  });
});
