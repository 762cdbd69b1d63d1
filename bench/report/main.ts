/** @file `npm run bench:report -- FILE.json [--out DIR]`: the roofline of a result as SVG, PNG and HTML. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileError, UsageError } from "../../engine/errors.ts";
import { type Figure, standaloneSvg } from "../../report/figure.ts";
import { svgToPng } from "../../report/svg-to-png.ts";
import { parseWords, runScript } from "../arguments.ts";
import { adapterName, readResult } from "../result-file.ts";
import { rooflinePage } from "./page.ts";
import { roofline } from "./roofline.ts";

async function main(): Promise<number> {
  const { values, positionals } = parseWords({
    allowPositionals: true,
    options: { out: { type: "string" } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError("name one JSON file: npm run bench:report -- FILE.json [--out DIR]");
  const result = readResult(file);
  const name = `${basename(file, ".json")}-roofline`;
  const title = `Roofline: ${adapterName(result)}`;
  const figure: Figure = { name, title, drawing: await roofline(result) };
  const svg = standaloneSvg(figure, `${basename(file)} · commit ${result.commit ?? "unknown"}`);
  const pages = { svg, png: await svgToPng(svg), html: rooflinePage(result, figure) };
  write(values.out ?? dirname(file), name, pages);
  return 0;
}

function write(folder: string, name: string, contents: Readonly<Record<string, string | Uint8Array>>): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [ending, content] of Object.entries(contents)) {
      const path = join(folder, `${name}.${ending}`);
      writeFileSync(path, content);
      console.log(`written: ${path}`);
    }
  } catch (cause) {
    throw new FileError(`cannot write to ${folder}: ${(cause as Error).message}`, { cause });
  }
}

runScript("bench:report", main);
