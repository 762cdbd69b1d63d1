import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { memory } from "../../../docs/examples/memory.ts";
import type { AdapterChoice } from "../../../engine/adapter.ts";

it("the guide's network trains within its limit, which everything stored would exceed", async () => {
  const { told, used } = await memory((process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice);
  const [limited, stored] = told;
  expect(limited).toMatchObject({ recompute: true, parts: [16] });
  expect(limited!.tried[0]!.bytes).toBe(stored!.bytes);
  expect(used[0]!.bytesAllocated).toBeLessThanOrEqual(5e6);
  expect(used[1]!.peakBytes).toBeGreaterThan(5e6);
});

it("the guide quotes it", () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");
  const [code, guide] = [read("docs/examples/memory.ts"), read("docs/guides/memory.md")];
  const [begin, end] = ["// guide begin\n", "  // guide end"];
  const quoted = code.slice(code.indexOf(begin) + begin.length, code.indexOf(end)).replaceAll(/^ {2}/gm, "");
  expect(quoted.length).toBeGreaterThan(100);
  expect(guide).toContain(quoted);
});
