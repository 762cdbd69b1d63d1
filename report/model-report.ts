/** @file The report of a model that a script of one's own has trained. */
import { ArgumentError, ShapeError } from "../engine/errors.ts";
import { checkOptionNames, type OptionNames, written } from "../engine/options.ts";
import type { Summary } from "../models/summary.ts";
import { classificationParts } from "./classification.ts";
import { renderReport } from "./document.ts";
import { predictionsOf } from "./predictions.ts";
import type { FreeSection, LabelledImages, Report, ResultRow, RunHistory } from "./run-report.ts";
import { type WrittenReport, writeReportFiles } from "./write-report.ts";

/** What `writeReport` shows; everything but the title may be absent. */
export interface ModelReport {
  readonly title: string;
  /** what was done; blank lines separate paragraphs */
  readonly text?: string;
  /** what `model.fit` returned: curves of loss and error, and a table */
  readonly history?: {
    readonly epoch: readonly number[];
    readonly history: Readonly<Record<string, readonly (number | null)[]>>;
  };
  /** `model.summary()`: shapes and parameters */
  readonly network?: Summary;
  /** final figures by name, e.g. what `model.evaluate` returned. Accuracies and errors are fractions */
  readonly figures?: Readonly<Record<string, number>>;
  /** a classifier on a set: confusion matrix, scores, ROC curves, images of every class, mistakes */
  readonly classifier?: ClassifierOutputs;
  /** sections of one's own: text, tables, images, grids, scatters, bars, lines */
  readonly sections?: readonly FreeSection[];
}

/** What a classifier said about every image of a set. */
export interface ClassifierOutputs {
  /** [n, h, w, c] as bytes, c = 1 or 3, with the true class of each */
  readonly images: LabelledImages;
  /** probabilities, [n, classes] row-major: what `model.predict` returned */
  readonly outputs: Float32Array;
  /** names of at least two classes; index = label */
  readonly classes: readonly string[];
  /** which of the images are shown as samples. Default 0 */
  readonly seed?: number;
}

const names: OptionNames<ModelReport> = {
  ...{ title: true, text: true, history: true, network: true },
  ...{ figures: true, classifier: true, sections: true },
};
const classifierNames: OptionNames<ClassifierOutputs> = {
  ...{ images: true, outputs: true, classes: true, seed: true },
};

/**
 * Writes `report.html`, which needs no other file, and its pictures below `figures/` as SVG and PNG, with
 * `figures/index.json` on what each was drawn from. The folder is made if it is not there; files of the same names are replaced.
 *
 *     const history = await model.fit(x, y, { epochs: 5 });
 *     await writeReport("out", { title: "My network", history, network: model.summary() });
 *
 * @throws ArgumentError for an unknown option, a missing title or a label outside the classes; ShapeError if outputs, labels or
 * history do not fit together; FileError if the folder cannot be written
 */
export async function writeReport(folder: string, report: ModelReport): Promise<WrittenReport> {
  checkOptionNames("writeReport", report, names);
  const { title, text, history, network, figures, classifier, sections } = report;
  if (typeof title !== "string" || title.trim() === "")
    throw new ArgumentError(`writeReport: title must be some words, got ${written(title)}.`);
  const content: Report = {
    title,
    ...(text === undefined ? {} : { question: text }),
    ...(history ? { history: historyOf(history) } : {}),
    ...(network ? { network: networkOf(network) } : {}),
    ...(figures ? { results: rowsOf(figures) } : {}),
    ...(classifier ? partsOf(classifier) : {}),
    ...(sections ? { sections } : {}),
  };
  return writeReportFiles(folder, await renderReport(content));
}

function historyOf({ epoch, history }: NonNullable<ModelReport["history"]>): RunHistory {
  for (const [name, values] of Object.entries(history)) {
    if (values.length !== epoch.length)
      throw new ShapeError(
        `writeReport: history has ${epoch.length} epochs and ${values.length} values of ${name}.`,
      );
  }
  return { ...history, epoch };
}

function networkOf({ rows, trainable, nonTrainable }: Summary): NonNullable<Report["network"]> {
  const layers = rows.map(({ name, type, outputShape, parameters }) => ({
    ...{ name, type, parameters },
    outputShape: [null, ...outputShape],
  }));
  return { layers, trainable, nonTrainable };
}

function rowsOf(figures: Readonly<Record<string, number>>): ResultRow[] {
  return Object.entries(figures).map(([name, value]) => {
    if (typeof value !== "number")
      throw new ArgumentError(`writeReport: figures are numbers by name, got ${name}: ${written(value)}.`);
    const share = /(^|_)(accuracy|error|precision|recall)$/.test(name) && !/squared|absolute/.test(name);
    const words = name.replaceAll("_", " ");
    return share
      ? { name: words, measured: 100 * value, unit: "%", comparable: true }
      : { name: words, measured: value, unit: "", digits: 4, comparable: true };
  });
}

function partsOf(classifier: ClassifierOutputs): ReturnType<typeof classificationParts> {
  checkOptionNames("writeReport: classifier", classifier, classifierNames);
  const { images, outputs, classes, seed = 0 } = classifier;
  if (classes.length < 2)
    throw new ArgumentError(`writeReport: a classifier has at least two classes, got ${classes.length}.`);
  const { count, height, width, channels, labels } = images;
  const bytes = count * height * width * channels;
  if (
    outputs.length !== count * classes.length ||
    labels.length !== count ||
    images.images.length !== bytes
  ) {
    throw new ShapeError(
      `writeReport: outputs must be [${count},${classes.length}] (n,classes), labels [${count}] and images ` +
        `[${count},${height},${width},${channels}] (n,h,w,c); they have ${outputs.length}, ${labels.length} and ` +
        `${images.images.length} values.`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes.length)
      throw new ArgumentError(
        `writeReport: labels are 0 to ${classes.length - 1}, got ${written(label)} at ${i}.`,
      );
  }
  const predictions = predictionsOf({ labels, pictures: images }, outputs, classes.length);
  return classificationParts(predictions, classes, seed);
}
