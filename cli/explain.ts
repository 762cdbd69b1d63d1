/** @file `wgrad explain`: a tiny example of an op, worked through forward and backward; or a number of a run. */
import { existsSync } from "node:fs";
import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import { findByName } from "../lessons/by-name.ts";
import { lessons } from "../lessons/explain/lessons.ts";
import { Workbench } from "../lessons/explain/workbench.ts";
import { paletteFor } from "../lessons/text.ts";
import { command } from "../runner/command.ts";
import { isPackage } from "../runner/versions.ts";
import { explainRun } from "./explain-run.ts";
import type { ExplainOptions } from "./options.ts";

const listing = { kind: "lesson", command: command("explain") };

/** Lists the lessons without a name. Throws NumericError if the kernels do not compute what the lesson derives. */
export async function explain(name: string | undefined, options: ExplainOptions): Promise<void> {
  if (name !== undefined && isRun(name, options)) return explainRun(name, options);
  refuseRunOptions(name, options);
  const { adapter } = options;
  const palette = paletteFor(process.stdout, process.env.NO_COLOR);
  if (name === undefined) {
    for (const lesson of lessons) console.log(`${palette.title(lesson.name.padEnd(22))}${lesson.summary}`);
    console.log(`\nRead one with: ${command("explain", "<lesson>")}`);
    return;
  }
  const lesson = findByName(name, lessons, listing);
  process.env.WGRAD_KERNELS = "naive"; // the kernels whose lines the lesson shows
  const page = await lesson.teach(
    new Workbench(await createEngine({ adapter }), (op) => command("gradcheck", op)),
  );
  if (isPackage()) page.text("Files named here are sources of wgrad; what npm installs has them compiled.");
  console.log(page.lines(palette).join("\n"));
}

/** A lesson is what has the name of one, but where an address says that a network is meant. */
function isRun(name: string, { at }: ExplainOptions): boolean {
  return at !== undefined || (existsSync(name) && !lessons.some((lesson) => lesson.name === name));
}

function refuseRunOptions(name: string | undefined, options: ExplainOptions): void {
  const { at, batch, terms, experiment, data, json } = options;
  const given = {
    "--at": at,
    "--batch": batch,
    "--terms": terms,
    "--experiment": experiment,
    "--data": data,
    "--json": json,
  };
  const [wrong] = Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (wrong)
    throw new UsageError(
      `${wrong} is for a number of a run: name its folder${name ? `, not the lesson ${name}` : ""}.`,
    );
}
