/** @file Kernels broken on purpose, in Node: which rows turn red, what a training makes of it, and that nobody else hears of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { kernelId, readSource } from "../../engine/source.ts";
import { checkCase } from "../../lessons/gradcheck/check.ts";
import { operations } from "../../lessons/gradcheck/operations.ts";
import { brokenSource, changedLines } from "../../lessons/mutants/changed-lines.ts";
import { allMutants } from "../../lessons/mutants/index.ts";
import { breakTexts as en } from "../../web/text/en/break.ts";
import { breakTexts as es } from "../../web/text/es/break.ts";
import { Breakage } from "../../web/worker/break.ts";
import type { BreakEvent, CheckRow } from "../../web/worker/break-protocol.ts";
import { experiments } from "../../web/worker/experiments.ts";
import { Lab } from "../../web/worker/lab.ts";
import { factsOf, idOf, mutantNamed } from "../../web/worker/mutant-names.ts";
import { practiceFor, practiceSteps } from "../../web/worker/practice.ts";

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "wgrad-break-"));
beforeAll(() => process.chdir(folder)); // where the browser's own file system would be
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
});

const padding = mutantNamed("pool2d/max-backward~0");
const mask = allMutants.find(
  ({ file, what }) => file.endsWith("max-backward.wgsl") && what.includes("mask"),
)!;

/** What a run of the mutant tells. */
async function runOf(breakage: Breakage, id: string) {
  const events: BreakEvent[] = [];
  await breakage.run(id, (event) => events.push(event));
  const losses = (side: "shipped" | "broken") =>
    events.flatMap((event) => (event.kind === "losses" && event.side === side ? event.losses : []));
  const rows = events.flatMap((event): readonly CheckRow[] => (event.kind === "rows" ? event.rows : []));
  const ends = events.flatMap((event) => (event.kind === "trained" ? [event] : []));
  return { rows, ends, shipped: losses("shipped"), broken: losses("broken") };
}

describe("a broken kernel", () => {
  const breakage = new Breakage();

  it("is none of the shipped: no row of theirs is red, and all mutants are listed once", async () => {
    const told: BreakEvent[] = [];
    const { rows, red, mutants, idle } = await breakage.shipped((event) => told.push(event));
    const gradients = operations.flatMap(({ cases }) => cases.flatMap(({ inputs }) => [1, ...inputs]));
    expect({ rows, red }).toEqual({ rows: gradients.length, red: 0 });
    expect(told).toHaveLength(operations.length);
    const ids = [...mutants, ...idle].map(({ id }) => id);
    expect(ids.toSorted()).toEqual(allMutants.map(idOf).toSorted());
    expect(mutants.map(({ id }) => id)).toContain(idOf(padding));
  });

  it.each([padding, mask])("turns the rows red that the gradient check says: $what", async (mutant) => {
    const { rows, ends, shipped, broken } = await runOf(breakage, idOf(mutant));
    const engine = await createEngine({ shaders: { [kernelId(mutant.file)]: brokenSource(mutant) } });
    const { cases } = operations.find(({ name }) => name === "max-pool2d")!;
    const checks = await Promise.all(cases.map((example) => checkCase(engine, example, 1)));
    engine.dispose();
    const expected = checks.flatMap(({ label, gradients }) =>
      gradients.filter(({ passed }) => !passed).map(({ input, worst }) => [label, input, worst.analytic]),
    );
    const red = rows.filter(({ op, isRed }) => op === "max-pool2d" && isRed);
    expect(red.map(({ label, input, worst }) => [label, input, worst?.analytic])).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
    for (const { worst, before, after, allowed } of red) {
      expect(before).toBeLessThanOrEqual(allowed);
      expect(after).toBeGreaterThan(allowed);
      expect(Math.abs(worst!.shipped - worst!.numeric)).toBeLessThan(1e-4);
    }
    expect(ends.map(({ side, launches }) => [side, launches])).toEqual([
      ["shipped", true],
      ["broken", true],
    ]);
    expect(shipped).toHaveLength(practiceSteps);
    expect(broken[0]).toBe(shipped[0]); // the first loss is before the first update
    expect(broken).not.toEqual(shipped);
  });

  it("does not touch the open training, nor what any other engine compiles", async () => {
    const small = {
      ...experiments[0]!,
      id: "small",
      profiles: {
        full: { epochs: 1, batch: 16, limit: 96, testLimit: 16, description: "" },
        quick: { epochs: 1, batch: 16, limit: 96, testLimit: 16, description: "" },
      },
    };
    const lossesOf = async (disturb: (lab: Lab) => Promise<unknown>) => {
      const lab = new Lab([small]);
      const losses: number[] = [];
      const choice = { experiment: "small", profile: "quick", seed: 1 } as const;
      const options = { afresh: true, page: "http://localhost:1/" };
      const disturbing = disturb(lab);
      await new Promise<void>((resolve, reject) => {
        void lab.start(choice, options, (event) => {
          if (event.kind === "steps") losses.push(...event.steps.map(({ loss }) => loss));
          if (event.kind !== "state") return;
          if (event.state === "done") resolve();
          if (event.state === "failed") reject(new Error(event.message));
        });
      });
      await disturbing;
      await lab.close();
      return losses;
    };
    const undisturbed = await lossesOf(async () => {});
    const disturbed = await lossesOf((lab) => runOf(lab.breakage, idOf(mask)));
    expect(undisturbed).toHaveLength(6);
    expect(disturbed).toEqual(undisturbed);
    expect(readSource({ name: kernelId(mask.file) })).toContain(mask.from);
  });

  it("is hidden by a seed, the same each time, and found by its line", async () => {
    const candidates = await breakage.hide(3, () => {});
    const right = candidates.map((_, i) => breakage.guess(i)!).filter((verdict) => verdict.right);
    expect(right).toHaveLength(1);
    const { candidate, broken } = right[0]!;
    expect(candidates[candidate]).toEqual({
      kernel: broken.kernel,
      line: broken.lines.before[0]!.number,
      code: broken.lines.before[0]!.code.trim(),
    });
    expect(new Set(candidates.map(({ code }) => code)).size).toBe(5);
    expect(await breakage.hide(3, () => {})).toEqual(candidates);
    breakage.stop();
    expect(new Breakage().guess(0)).toBeUndefined();
  });

  it("that no mutant names is refused", async () => {
    expect(() => breakage.describe("pool2d/max-backwards~0")).toThrow("Did you mean pool2d/max-backward~0?");
    await expect(breakage.run("constructor~0", () => {})).rejects.toThrow("no mutant constructor~0");
  });
});

describe("a mutant's lines", () => {
  it("are those that differ, and no others", () => {
    expect(changedLines(padding)).toEqual({
      before: [{ number: 79, code: expect.stringContaining("(h + PAD_TOP) / STRIDE_HEIGHT") }],
      after: [{ number: 79, code: expect.stringContaining("h / STRIDE_HEIGHT") }],
    });
    for (const mutant of allMutants) {
      const { before, after } = changedLines(mutant);
      expect(before.length + after.length).toBeGreaterThan(0);
      expect(before.map(({ code }) => code)).not.toEqual(after.map(({ code }) => code));
    }
  });

  it("have words in both languages, of errors that there are", () => {
    const known = new Set(allMutants.map((mutant) => factsOf(mutant).what));
    expect(Object.keys(en.errors).filter((what) => !known.has(what))).toEqual([]);
    expect(Object.keys(es.errors)).toEqual(Object.keys(en.errors));
  });
});

describe("a practice", () => {
  it("has what launches the kernel", () => {
    expect(practiceFor("pool2d/average-forward").pooling).toBe("average");
    expect(practiceFor("batch-norm/moments").before).toEqual(["batch normalization"]);
    expect(practiceFor("optimizers/adam").optimizer).toBe("adam");
    expect(practiceFor("optimizers/check-gradients").optimizer).toBe("sgd");
    expect(practiceFor("losses/softmax-cross-entropy-gradient").loss).toBe("softmax_crossentropy");
  });
});
