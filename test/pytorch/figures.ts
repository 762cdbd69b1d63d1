/** @file The curves of a run and of its repetitions in pictures. */
import type { Figure } from "../../report/figure.ts";
import { formatPercent, formatShort } from "../../report/format.ts";
import { type LineSeries, lineChart } from "../../report/line-chart.ts";
import { seriesRoles } from "../../report/palette.ts";
import type { Curves, Repeated } from "./compare.ts";

/** Training loss, and accuracy on the test set. */
export async function curveFigures(wgrad: Curves, repeated: Repeated): Promise<Figure[]> {
  const runs: readonly (readonly [string, Curves])[] = [
    ["wgrad", wgrad],
    ["PyTorch", repeated.history ?? {}],
    ...(repeated.twins ?? []).map((curves) => ["PyTorch, changed by 1e-6", curves] as const),
  ];
  const xTitle = "epoch";
  const loss = { xTitle, yTitle: "loss", format: formatShort, series: series(runs, "loss", 1) };
  const accuracy = {
    xTitle,
    yTitle: "accuracy, %",
    format: (y: number) => formatPercent(y / 100, 1),
    series: series(runs, "test_accuracy", 100),
  };
  return [
    { name: "loss", title: "Training loss in wgrad and in PyTorch", drawing: await lineChart(loss) },
    { name: "accuracy", title: "Test accuracy in wgrad and in PyTorch", drawing: await lineChart(accuracy) },
  ];
}

function series(runs: readonly (readonly [string, Curves])[], metric: string, factor: number): LineSeries[] {
  return runs.map(([name, curves], k) => ({
    name,
    role: seriesRoles[k % seriesRoles.length]!,
    dashed: k > 1,
    points: (curves[metric] ?? []).map((y, i) => ({ x: i + 1, y: factor * y })),
  }));
}
