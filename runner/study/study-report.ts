/** @file The report of a study, from what its steps measured. */

import { formatQuantity, formatSeconds } from "../../report/format.ts";
import type { FreeSection, ResultRow, RunReport } from "../../report/run-report.ts";
import type { StudyExperiment } from "../experiment.ts";
import { datasetFacts, type RunContext, runFacts } from "../run.ts";
import { otherImages, shortfalls } from "../shortfall.ts";
import type { RunConfig } from "../store/run-folder.ts";
import { networkOf } from "../training/training-report.ts";
import type { Measure, Study } from "./study.ts";

/** Everything report.html shows of a study. */
export function studyReport(
  context: RunContext<StudyExperiment>,
  config: RunConfig,
  study: Study,
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
    results: resultRows(context, study, limits),
    sections: [...study.sections, ...partsSection(study)],
    ...(main
      ? { network: networkOf(main.model), history: { epoch: main.history.epoch, ...main.history.history } }
      : {}),
  };
}

/** `test error  1.79 %` */
export function formatMeasure({ title = "", value, unit = "", digits }: Measure): string {
  const scale = unit === "%" ? 100 : 1;
  return `${title}: ${formatQuantity(value * scale, unit, digits ?? (unit === "%" ? 2 : 4))}`;
}

function resultRows(
  { experiment, dataset }: RunContext<StudyExperiment>,
  study: Study,
  limits: string | undefined,
): ResultRow[] {
  const why = otherImages(dataset.origin) ?? limits;
  return [...study.measures].flatMap(([key, measure]): ResultRow[] => {
    const { title, value, unit = "", digits, remark } = measure;
    if (!title) return [];
    const published = experiment.published.find((figure) => figure.measure === key);
    const scale = unit === "%" ? 100 : 1;
    const reason = published && why ? why : remark;
    return [
      {
        name: title,
        measured: value * scale,
        unit,
        digits: digits ?? (unit === "%" ? 2 : 4),
        comparable: why === undefined,
        ...(reason ? { why: reason } : {}),
        ...(published
          ? {
              published: published.value * scale,
              source: { text: published.source, ...(published.url ? { url: published.url } : {}) },
            }
          : {}),
      },
    ];
  });
}

/** Which networks were trained, for how long, and where those came from that were not. */
function partsSection({ parts, data }: Study): FreeSection[] {
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
