/** @file The curves of two runs in one chart each, for the report of one of them. */
import type { History } from "../../models/fit/history.ts";
import { label } from "../../report/label.ts";
import type { FreeSection } from "../../report/run-report.ts";
import { shown } from "../store/run-folder.ts";

/** A run and what was written while it trained. */
export interface RunCurves {
  readonly experiment: string;
  readonly folder: string;
  readonly history: History;
}

/** Histories' names; the label "<name>" is what the axis says, "<name>-title" what the chart does. */
export const validationCurves = ["val_accuracy", "val_loss", "val_mean_squared_error"] as const;
export const testCurves = ["test_accuracy", "test_loss"] as const;

type CurveName = (typeof validationCurves | typeof testCurves)[number];

/** Of the names that both have. */
export function curvesOfTwo(own: RunCurves, other: RunCurves, names: readonly CurveName[]): FreeSection {
  const points = ({ history: { epoch, history } }: RunCurves, name: string) =>
    (history[name] ?? []).flatMap((y, i) => (y === null ? [] : [{ x: epoch[i]!, y }]));
  const charts = names
    .filter((name) => own.history.history[name] && other.history.history[name])
    .map((name) => ({
      kind: "lines" as const,
      title: label("comparison", {
        quantity: label(`${name}-title`),
        first: own.experiment,
        second: other.experiment,
      }),
      xTitle: label("epoch"),
      yTitle: label(name),
      series: [own, other].map((run) => ({ name: run.experiment, points: points(run, name) })),
    }));
  const epochs = `${own.history.epoch.length} and ${other.history.epoch.length} epochs`;
  const text = `The runs in ${shown(own.folder)} and ${shown(other.folder)}, of ${epochs}.`;
  return { title: `Comparison with ${other.experiment}`, blocks: [{ kind: "text", text }, ...charts] };
}
