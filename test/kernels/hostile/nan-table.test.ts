/** @file docs/nan.md says what the engine does. After a change, `npx vitest run FILE --update` writes its table anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { useEngine } from "../../support/engine.ts";
import { nanTable } from "./nan-table.ts";

const engine = useEngine();
const path = join(import.meta.dirname, "../../../docs/nan.md");
const tablePattern = /^\| op \| v = NaN [\s\S]*?(?=\n\n)/m;

it("the table of docs/nan.md is what the ops give", async () => {
  const page = readFileSync(path, "utf8");
  const table = await nanTable(engine());
  const updating = expect.getState().snapshotState.snapshotUpdateState === "all"; // vitest run -u
  if (updating)
    writeFileSync(
      path,
      page.replace(tablePattern, () => table),
    );
  else expect(tablePattern.exec(page)![0]).toBe(table);
});
