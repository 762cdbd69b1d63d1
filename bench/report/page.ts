/** @file The roofline as a page: picture, ceilings, and every row of the file. */
import { type Figure, inlineFigure } from "../../report/figure.ts";
import { formatShort } from "../../report/format.ts";
import { htmlPage } from "../../report/html-page.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { facts, type Section, sectionList, table } from "../../report/sections/section.ts";
import type { BenchResult } from "../../runner/speed/result.ts";
import type { Row } from "../../runner/speed/row.ts";
import { adapterName } from "../result-file.ts";
import { drawable } from "./roofline.ts";

/** One HTML document that needs nothing else. */
export function rooflinePage(result: BenchResult, figure: Figure): string {
  const { commit, versions, rows } = result;
  const left = rows.filter((row) => !drawable(row)).map(({ workload }) => workload);
  const missing =
    left.length > 0
      ? markup`<p class="muted">Not drawn, since the file does not say their FLOPs: ${left.join(", ")}.</p>\n`
      : undefined;
  const sections: Section[] = [
    { id: "roofline", title: "Roofline", body: markup`${inlineFigure(figure)}${explanation}${missing}` },
    { id: "ceilings", title: "Ceilings", body: ceilingFacts(result) },
    { id: "rows", title: "All rows", body: rowTable(rows) },
  ].map((section) => ({ ...section, figures: [] }));
  const body = markup`<div class="page">
<header>
<p class="eyebrow">wgrad benchmark</p>
<h1>${adapterName(result)}</h1>
<p class="line muted"><span>wgrad ${versions.wgrad}</span> <span>node ${versions.node}</span> <span>commit ${commit ?? "unknown"}</span></p>
</header>
${sectionList(sections)}</div>
`;
  return htmlPage({ title: figure.title, body });
}

const explanation = markup`<p>Each point is a kernel or a whole training step: to the right, more arithmetic for each byte it
reads or writes; upwards, more arithmetic per second. Nothing in memory gets above the slanted line, the bandwidth of a copying
kernel, and nothing at all above the level one, the rate of multiply-adds. A point above the slanted line took its bytes from caches.
FLOPs and bytes are those of the mathematics; of a step, what its launches state and bind.</p>
`;

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
