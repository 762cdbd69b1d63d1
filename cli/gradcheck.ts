/** @file `wgrad gradcheck`: the gradients of an op against numeric ones, as a table with a verdict. */
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { NumericError } from "../engine/errors.ts";
import { findByName } from "../lessons/by-name.ts";
import { checkCase, step, tolerance } from "../lessons/gradcheck/check.ts";
import type { CheckedOp } from "../lessons/gradcheck/checked-op.ts";
import { families, operations } from "../lessons/gradcheck/operations.ts";
import { caseText, explanation, listText, type OpCheck, verdict } from "../lessons/gradcheck/table.ts";
import { paletteFor } from "../lessons/text.ts";
import { command } from "../runner/command.ts";

export interface GradcheckOptions {
  readonly adapter: AdapterChoice;
  readonly seed: number;
  readonly samples: number;
  readonly json?: boolean;
}

const listing = { kind: "op", command: command("gradcheck") };

/** Lists the ops without a name; checks one, or with "all" every one. Throws NumericError if a gradient is wrong. */
export async function gradcheck(name: string | undefined, options: GradcheckOptions): Promise<void> {
  if (name === undefined) return list(options);
  const ops = name === "all" ? operations : [findByName(name, operations, listing)];
  const engine = await createEngine({ adapter: options.adapter });
  const device = engine.adapter.description || engine.adapter.device;
  const checks: OpCheck[] = [];
  for (const op of ops) {
    const cases = [];
    for (const example of op.cases) cases.push(await checkCase(engine, example, options.seed));
    checks.push({ op, cases });
    if (!options.json) print({ op, cases }, name === "all", device, options.samples);
  }
  if (options.json) printJson(checks, device, options);
  const wrong = checks.filter(({ cases }) => !cases.every(({ passed }) => passed));
  if (wrong.length === 0) return;
  const names = wrong.map(({ op }) => op.name).join(", ");
  throw new NumericError(
    `gradcheck: ${names}: the GPU's numbers are not those of the reference, or not its gradient.`,
  );
}

function list({ json }: GradcheckOptions): void {
  if (json) {
    const entries = families.map(({ title, ops }) => ({ family: title, ops: ops.map(({ name }) => name) }));
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  console.log(`${listText(families, paletteFor(process.stdout, process.env.NO_COLOR)).join("\n")}\n`);
  console.log(
    `Check one with: ${command("gradcheck", "<op>")}\nCheck all with: ${command("gradcheck", "all")}`,
  );
}

function print(check: OpCheck, brief: boolean, device: string, samples: number): void {
  const palette = paletteFor(process.stdout, process.env.NO_COLOR);
  if (!brief) {
    console.log(explanation(check, device).join("\n"));
    for (const example of check.cases) console.log(`\n${caseText(example, { samples, palette }).join("\n")}`);
    console.log("");
  }
  console.log(verdict(check, palette));
}

function printJson(checks: readonly OpCheck[], device: string, { seed }: GradcheckOptions): void {
  const entry = ({ op, cases }: { op: CheckedOp; cases: OpCheck["cases"] }) => ({
    op: op.name,
    note: op.note ?? null,
    passed: cases.every(({ passed }) => passed),
    cases,
  });
  const settings = { adapter: device, seed, step, tolerance };
  console.log(JSON.stringify({ ...settings, ops: checks.map(entry) }, null, 2));
}
