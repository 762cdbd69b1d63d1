/** @file `figures/index.json` of a run: its figures in the order of the report, each with all that it is drawn from. */
import { join } from "node:path";
import { z } from "zod";
import { FileError } from "../engine/errors.ts";
import { readTextIfThere, writeFileAtomically } from "../engine/platform/node/files.ts";
import { jsonText, parseJson } from "../models/json-files.ts";
import { type FigurePlan, figureSpecSchema } from "./figure-spec.ts";
import { fileName } from "./file-name.ts";
import { labelSchema } from "./label.ts";

const indexSchema = z.strictObject({
  version: z.literal(1),
  figures: z.array(
    z.strictObject({
      /** name of the SVG and the PNG beside this file, without ending */
      file: z.string().refine((name) => fileName(name) === name, "no file name of a figure"),
      title: labelSchema,
      figure: figureSpecSchema,
    }),
  ),
});

/** Writes the index of the figures in `folder`. */
export function writeFigureIndex(folder: string, plans: readonly FigurePlan[]): void {
  const figures = plans.map(({ name, title, spec }) => ({ file: name, title, figure: spec }));
  writeFileAtomically(join(folder, "index.json"), jsonText(z.encode(indexSchema, { version: 1, figures })));
}

/**
 * The figures of a folder, in the order of the report; undefined if it has no index, as folders of earlier versions have not.
 * @throws FileError if the index is damaged
 */
export function readFigureIndex(folder: string): FigurePlan[] | undefined {
  const file = join(folder, "index.json");
  const text = readTextIfThere(file);
  if (text === undefined) return undefined;
  const parsed = indexSchema.safeParse(parseJson(file, text));
  if (!parsed.success) throw new FileError(`${file} is damaged: ${z.prettifyError(parsed.error)}`);
  return parsed.data.figures.map(({ file: name, title, figure: spec }) => ({ name, title, spec }));
}
