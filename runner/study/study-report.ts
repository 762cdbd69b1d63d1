/** @file The report of a study, from what its steps measured. */

import { formatSeconds } from "../../report/format.ts";
import type { FreeSection, RunReport } from "../../report/run-report.ts";
import type { StudyExperiment } from "../experiment.ts";
import { resultRow, type ShownFigure } from "../result-rows.ts";
import { datasetFacts, type RunContext, runFacts } from "../run.ts";
import type { RunConfig } from "../store/schemas.ts";
import { shortfalls } from "../store/shortfall.ts";
import { networkOf } from "../training/training-report.ts";
import type { RunningStudy } from "./running-study.ts";

/** Everything report.html shows of a study. */
export function studyReport(
  context: RunContext<StudyExperiment>,
  config: RunConfig,
  study: RunningStudy,
): RunReport {
  const { experiment, dataset, settings } = context;
  const limits = shortfalls(experiment, settings, dataset).join("; ") || undefined;
  const { main } = study;
  const { noise } = settings;
  return {
    title: experiment.title,
    experiment: experiment.id,
    question: experiment.question,
    dataset: {
      ...datasetFacts(context),
      counts: [
        { name: "training images used", count: study.data.train.count },
        { name: "validation images used", count: study.data.validation.count },
        { name: "test images used", count: study.data.test.count },
      ],
    },
    run: {
      ...runFacts(context, config, limits),
      ...(main ? { optimizer: main.optimizer, loss: main.loss } : {}),
      epochs: settings.epochs,
      batch: settings.batch,
      precision: settings.precision,
      options: {
        shuffle: settings.shuffle,
        eager: settings.eager,
        literal: settings.literal,
        validation: settings.validation ?? experiment.validation,
        ...(noise ? { noise } : {}),
      },
    },
    results: shownFigures(study).map((figure) => resultRow(context, figure, limits)),
    sections: [...study.sections, ...partsSection(study)],
    ...(main
      ? { network: networkOf(main.model), history: { epoch: main.history.epoch, ...main.history.history } }
      : {}),
  };
}

/** The figures that have a title, by their keys. */
export function shownFigures(study: Pick<RunningStudy, "measures">): ShownFigure[] {
  return [...study.measures].flatMap(([key, { title, value, unit = "", digits, remark }]) => {
    if (!title) return [];
    return [{ key, name: title, value, unit, digits: digits ?? (unit === "%" ? 2 : 4), remark }];
  });
}

/** Which networks were trained, for how long, and where those came from that were not. */
function partsSection({ parts, data }: RunningStudy): FreeSection[] {
  if (parts.length === 0) return [];
  const rows = parts.map(({ name, model, history, seconds, optimizer, loss, from }) => [
    name,
    model.parameterCount,
    history.epoch.at(-1) ?? 0,
    optimizer,
    loss,
    from ? `loaded from ${from}` : formatSeconds(seconds),
  ]);
  const columns = ["part", "parameters", "epochs", "optimizer", "loss", "training time"];
  return [
    {
      title: "Parts",
      blocks: [
        { kind: "text", text: `Every network of this study; ${data.split}.` },
        { kind: "table", title: "Networks", columns, rows },
      ],
    },
  ];
}
