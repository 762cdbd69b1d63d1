/** @file The curves of a run and of its repetitions in one picture. */
import type { Figure } from "../../experiments/report/figure.ts";
import { formatPercent, formatShort } from "../../experiments/report/format.ts";
import { type LineChart, type LineSeries, lineChart } from "../../experiments/report/line-chart.ts";
import { seriesRoles } from "../../experiments/report/palette.ts";
import type { Curves, Repeated } from "./compare.ts";

/** Training loss, and accuracy on the test set. */
export async function curveFigures(wgrad: Curves, repeated: Repeated): Promise<Figure[]> {
  const charts: Record<string, LineChart> = {
    loss: { xTitle: "epoch", yTitle: "training loss", format: formatShort, series: series("loss", 1) },
    accuracy: {
      xTitle: "epoch",
      yTitle: "test accuracy, %",
      format: (y) => formatPercent(y / 100, 1),
      series: series("test_accuracy", 100),
    },
  };
  return Promise.all(
    Object.entries(charts).map(async ([name, chart]) => ({
      name,
      title: `${chart.yTitle.replace(/^./, (letter) => letter.toUpperCase())}: wgrad and PyTorch`,
      drawing: await lineChart(chart),
    })),
  );

  function series(metric: string, factor: number): LineSeries[] {
    const named: [string, Curves][] = [
      ["wgrad", wgrad],
      ["PyTorch", repeated.history ?? {}],
      ...(repeated.twins ?? []).map((curves): [string, Curves] => ["PyTorch, changed by 1e-6", curves]),
    ];
    return named.map(([name, curves], k) => ({
      name,
      role: seriesRoles[k % seriesRoles.length]!,
      dashed: k > 1,
      points: (curves[metric] ?? []).map((y, i) => ({ x: i + 1, y: factor * y })),
    }));
  }
}
