import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { trainingLoop } from "../../../docs/examples/training-loop.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

it("the guide's training loop learns, step by step and recorded", async () => {
  const { losses, net } = await trainingLoop(engine());
  expect(losses).toHaveLength(51);
  expect(losses[0]).toBeGreaterThan(0.6);
  expect(losses[49]).toBeLessThan(losses[0]! / 3);
  expect(losses[50]).toBeLessThan(losses[49]! / 2);
  net.dispose();
});

it("the guide quotes it", () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");
  const [code, guide] = [read("docs/examples/training-loop.ts"), read("docs/guides/training-loop.md")];
  for (const [begin, end] of [
    ["// guide begin\n", "  // guide end"],
    ["// guide recorded begin\n", "  // guide recorded end"],
  ] as const) {
    const quoted = code
      .slice(code.indexOf(begin) + begin.length, code.indexOf(end))
      .replaceAll(/^ {2}/gm, "");
    expect(quoted.length).toBeGreaterThan(100);
    expect(guide).toContain(quoted);
  }
});
