/** @file The roofline as a page: picture, ceilings, and every row of the file. */
import { styles } from "../../experiments/report/document.ts";
import { type Figure, inlineFigure } from "../../experiments/report/figure.ts";
import { formatShort } from "../../experiments/report/format.ts";
import { type Markup, markup, trusted } from "../../experiments/report/markup.ts";
import { facts, table } from "../../experiments/report/sections/section.ts";
import { adapterName, type BenchResult } from "../result-file.ts";
import type { Row } from "../row.ts";
import { drawable } from "./roofline.ts";

/** One HTML document that needs nothing else. */
export function rooflinePage(result: BenchResult, figure: Figure): string {
  const { commit, versions, rows } = result;
  const left = rows.filter((row) => !drawable(row)).map(({ workload }) => workload);
  const missing =
    left.length > 0
      ? markup`<p class="muted">Not drawn, since the file does not say their FLOPs: ${left.join(", ")}.</p>\n`
      : undefined;
  const body = [
    section("roofline", "Roofline", markup`${inlineFigure(figure)}${explanation}${missing}`),
    section("ceilings", "Ceilings", ceilingFacts(result)),
    section("rows", "All rows", rowTable(rows)),
  ];
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${figure.title}</title>
<style>
${trusted(styles([]))}</style>
</head>
<body>
<div class="page">
<header>
<p class="eyebrow">wgrad benchmark</p>
<h1>${adapterName(result)}</h1>
<p class="line muted"><span>wgrad ${versions.wgrad}</span> <span>node ${versions.node}</span> <span>commit ${commit ?? "unknown"}</span></p>
</header>
<main>
${body}</main>
</div>
</body>
</html>
`.text;
}

const explanation = markup`<p>Each point is a kernel or a whole training step: to the right, more arithmetic for each byte it
reads or writes; upwards, more arithmetic per second. Nothing in memory gets above the slanted line, the bandwidth of a copying
kernel, and nothing at all above the level one, the rate of multiply-adds. A point above the slanted line took its bytes from caches.
FLOPs and bytes are those of the mathematics; of a step, what its launches state and bind.</p>
`;

function section(id: string, title: string, body: Markup): Markup {
  return markup`<section id="${id}">\n<h2>${title}</h2>\n<div class="body">\n${body}</div>\n</section>\n`;
}

function ceilingFacts({ ceilings }: BenchResult): Markup {
  const { f16GigaFlops } = ceilings;
  return facts([
    ["f32 multiply-adds", `${formatShort(ceilings.f32GigaFlops)} GFLOP/s`],
    ["f16 multiply-adds", f16GigaFlops === undefined ? undefined : `${formatShort(f16GigaFlops)} GFLOP/s`],
    ["copying kernel", `${formatShort(ceilings.kernelGigabytes)} GB/s`],
    ["buffer copies", `${formatShort(ceilings.copyGigabytes)} GB/s`],
    ["launch", `${formatShort(ceilings.launchMicroseconds)} us`],
    ["submit and wait", `${formatShort(ceilings.submitMicroseconds)} us`],
  ]);
}

const columns = ["workload", "batch", "variant", "ms", "GFLOP/s", "GB/s", "of its ceiling", "launches"];

function rowTable(rows: readonly Row[]): Markup {
  const named = columns.map((title) => ({ title, numeric: title !== "workload" && title !== "variant" }));
  return table(
    named,
    rows.map(({ workload, batch, variant, ms, gflops, gbytes_per_s, ceiling_fraction, dispatches }) => [
      workload,
      batch,
      variant,
      formatShort(ms.median),
      formatShort(gflops),
      formatShort(gbytes_per_s),
      `${Math.round(100 * ceiling_fraction)} %`,
      dispatches,
    ]),
  );
}
