/** @file The curves of a run and of its repetitions in pictures. */
import { drawFigure } from "../../report/draw-figure.ts";
import type { Figure } from "../../report/figure.ts";
import type { LinesSpec } from "../../report/figure-spec.ts";
import { seriesRoles } from "../../report/palette.ts";
import type { Curves, Repeated } from "./compare.ts";

/** Training loss, and accuracy on the test set. */
export async function curveFigures(wgrad: Curves, repeated: Repeated): Promise<Figure[]> {
  const runs: readonly (readonly [string, Curves])[] = [
    ["wgrad", wgrad],
    ["PyTorch", repeated.history ?? {}],
    ...(repeated.twins ?? []).map((curves) => ["PyTorch, changed by 1e-6", curves] as const),
  ];
  const loss: LinesSpec = {
    kind: "lines",
    axes: { x: "epoch", y: "loss" },
    series: series(runs, "loss", 1),
  };
  const accuracy: LinesSpec = {
    kind: "lines",
    axes: { x: "epoch", y: "accuracy, %" },
    percent: 1,
    series: series(runs, "test_accuracy", 100),
  };
  return Promise.all([
    drawFigure({ name: "loss", title: "Training loss in wgrad and in PyTorch", spec: loss }),
    drawFigure({ name: "accuracy", title: "Test accuracy in wgrad and in PyTorch", spec: accuracy }),
  ]);
}

function series(
  runs: readonly (readonly [string, Curves])[],
  metric: string,
  factor: number,
): LinesSpec["series"] {
  return runs.map(([name, curves], k) => ({
    name,
    role: seriesRoles[k % seriesRoles.length]!,
    dashed: k > 1,
    points: (curves[metric] ?? []).map((y, i) => ({ x: i + 1, y: factor * y })),
  }));
}
