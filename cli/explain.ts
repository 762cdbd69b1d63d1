/** @file `wgrad explain`: a tiny example of an op, worked through forward and backward. */
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { findByName } from "../lessons/by-name.ts";
import { lessons } from "../lessons/explain/lessons.ts";
import { Workbench } from "../lessons/explain/workbench.ts";
import { paletteFor } from "../lessons/text.ts";
import { command } from "../runner/command.ts";
import { isPackage } from "../runner/versions.ts";

const listing = { kind: "lesson", command: command("explain") };

/** Lists the lessons without a name. Throws NumericError if the kernels do not compute what the lesson derives. */
export async function explain(
  name: string | undefined,
  { adapter }: { readonly adapter: AdapterChoice },
): Promise<void> {
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
