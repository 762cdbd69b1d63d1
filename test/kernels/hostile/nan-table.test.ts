/** @file docs/nan.md says what the engine does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { useEngine } from "../../support/engine.ts";
import { nanTable } from "./nan-table.ts";

const engine = useEngine();

it("the table of docs/nan.md is what the ops give", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/nan.md"), "utf8");
  const [table] = /^\| op \| v = NaN [\s\S]*?(?=\n\n)/m.exec(page)!;
  expect(table).toBe(await nanTable(engine()));
});
