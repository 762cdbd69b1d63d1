/** @file `wgrad predict RUN picture...`: what a trained network says of pictures, and which pixels speak for it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { FileError, UsageError } from "../engine/errors.ts";
import { makeFolder } from "../engine/platform/node/files.ts";
import type { ReportDocument } from "../report/document.ts";
import { shareText } from "../report/explanation-figure.ts";
import type { Language } from "../report/language.ts";
import { writeReportFiles } from "../report/write-report.ts";
import { writeJson } from "../runner/json-files.ts";
import { classPage, type PredictionPage, picturePage } from "../runner/predict/page.ts";
import { readPictures } from "../runner/predict/pictures.ts";
import { predictClasses, predictPictures } from "../runner/predict/predict.ts";
import { modelPredictor, type Predictor, runPredictor } from "../runner/predict/predictor.ts";
import { readConfig, shown } from "../runner/store/run-folder.ts";
import { imagenetWeights } from "../runner/transfer/imagenet-weights.ts";
import { recordedBackbone } from "../runner/transfer/load-backbone.ts";
import { checkModelFile, readModelFile } from "./convert.ts";
import { DecodingLine } from "./decoding-line.ts";
import { findRecorded } from "./find.ts";

export interface PredictCommandOptions {
  readonly top: number;
  readonly class?: string;
  /** draw files; true unless --no-figures */
  readonly figures: boolean;
  readonly out?: string;
  readonly data?: string;
  readonly skipBroken?: boolean;
  /** what bytes are multiplied by */
  readonly scale?: number;
  /** a file with a name on each line */
  readonly classes?: string;
  readonly lang: Language;
  readonly adapter: AdapterChoice;
  readonly json?: boolean;
}

interface Opened {
  readonly predictor: Predictor;
  /** the network learned from images that wgrad drew */
  readonly synthetic: boolean;
}

/** What is printed and written: numbers of every picture, and the page on them unless there shall be none. */
interface Findings {
  readonly pictures: readonly object[];
  readonly lines: readonly string[];
  readonly document?: ReportDocument;
}

export async function predict(
  run: string,
  names: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const line = (text: string) => console.error(text);
  const { predictor, synthetic } = await open(run, options, line);
  try {
    const { rules } = predictor;
    const onDecoded = names.length > 16 ? new DecodingLine(process.stderr).show : () => {};
    const pictures = await readPictures(names, rules, { skipBroken: options.skipBroken ?? false, onDecoded });
    for (const why of pictures.broken) line(`left out: ${why}`);
    const page = { name: shown(run), predictor, pictures, language: options.lang, synthetic };
    const found =
      predictor.answers === "classes" ? await classes(page, options, line) : await given(page, options);
    const { pictures: predictions, lines, document } = found;
    const report = { of: run, inputs: rules, synthetic, pictures: predictions, left_out: pictures.broken };
    const out = options.out ?? (options.figures ? newFolder() : undefined);
    if (out !== undefined) {
      makeFolder(out);
      writeJson(join(out, "predictions.json"), report);
      if (document) await writeReportFiles(out, document);
    }
    if (options.json) console.log(JSON.stringify(report, null, 2));
    else for (const text of lines) console.log(text);
    if (out !== undefined) line(`wrote: ${shown(join(out, document ? "report.html" : "predictions.json"))}`);
  } finally {
    predictor.dispose();
  }
}

async function classes(
  page: PredictionPage,
  { top, class: name, figures }: PredictCommandOptions,
  line: (text: string) => void,
): Promise<Findings> {
  const explain = figures || name !== undefined;
  const found = await predictClasses(page.predictor, page.pictures, { top, class: name, explain, line });
  const lines = found.pictures.flatMap(({ path, top: shares, explained }) => [
    `${path}`,
    ...shares.map((each) => `  ${terminalShare(each.share).padStart(9)}  ${each.class}`),
    ...(name === undefined || !explained
      ? []
      : [`  score of ${explained.class}: ${explained.score.toPrecision(4)}`]),
  ]);
  return { pictures: found.pictures, lines, ...(figures ? { document: await classPage(page, found) } : {}) };
}

/** Of a network that gives back pictures. */
async function given(
  page: PredictionPage,
  { class: name, figures }: PredictCommandOptions,
): Promise<Findings> {
  if (name !== undefined)
    throw new UsageError(`--class: ${page.name} gives back pictures, it tells no classes apart.`);
  const found = await predictPictures(page.predictor, page.pictures);
  const lines = found.pictures.map(
    ({ path, squaredError }) => `${path}\n  squared error ${squaredError.toPrecision(4)}`,
  );
  const pictures = found.pictures.map(({ path, squaredError }) => ({ path, squared_error: squaredError }));
  return { pictures, lines, ...(figures ? { document: await picturePage(page, found) } : {}) };
}

/** A run folder, or a file with a whole model. */
async function open(
  run: string,
  options: PredictCommandOptions,
  line: (text: string) => void,
): Promise<Opened> {
  if (!existsSync(run))
    throw new FileError(`${run} does not exist: name a run folder or a file with a model.`);
  if (statSync(run).isDirectory()) return openRun(run, options, line);
  checkModelFile(run);
  const engine = await createEngine({ adapter: options.adapter });
  const network = await readModelFile(run, { engine, note: (text) => line(`note: ${text}`) });
  if (!network)
    throw new UsageError(
      `${run}: has weights alone. Name the run folder that they are in, or a file with the whole model.`,
    );
  if (!network.engine) network.initialize(engine, 1);
  const { scale = 1, classes: file } = options;
  if (options.scale === undefined)
    line("inputs: bytes from 0 to 255 as they are; --scale 1/255 divides them by 255");
  const classes = file === undefined ? {} : { classes: namesIn(file) };
  return { predictor: modelPredictor(network, { engine, path: run, scale, ...classes }), synthetic: false };
}

async function openRun(
  folder: string,
  { data, scale, classes, adapter }: PredictCommandOptions,
  line: (text: string) => void,
): Promise<Opened> {
  if (classes !== undefined)
    throw new UsageError("--classes: a run has the names of its classes; this is for model files.");
  const config = readConfig(folder);
  const experiment = await findRecorded(config, line);
  const { settings } = config;
  const isHead = experiment.kind === "training" && experiment.transfer?.trains === "head";
  const backbone = isHead
    ? await recordedBackbone(experiment, { folder, settings }, imagenetWeights(data))
    : undefined;
  const engine = await createEngine({ adapter });
  const run = { experiment, config, folder, engine, line, backbone, ...(data === undefined ? {} : { data }) };
  return { predictor: await runPredictor(run, scale), synthetic: config.dataset.origin === "synthetic" };
}

/** Without the space that does not break, which no shell tool looks for. */
function terminalShare(share: number): string {
  return shareText(share, "en").replaceAll("\u00a0", " ");
}

function namesIn(file: string): string[] {
  if (!existsSync(file)) throw new FileError(`--classes: ${file} does not exist.`);
  const names = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function newFolder(): string {
  return join("runs", "predict", new Date().toISOString().slice(0, 19).replaceAll(":", "-"));
}
