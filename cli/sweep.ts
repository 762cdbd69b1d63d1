/** @file `wgrad sweep`: variations of a training experiment, one run after the other. */
import { requireHalf } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { UsageError, WgradError } from "../engine/errors.ts";
import { makeFolder } from "../engine/platform/node/files.ts";
import { findExperiment } from "../experiments/registry.ts";
import type { Experiment } from "../runner/experiment.ts";
import { loadData } from "../runner/load-data.ts";
import { roomForPhotographs } from "../runner/open-data.ts";
import { explained } from "../runner/own/load.ts";
import { isRun, readConfig, shown } from "../runner/store/run-folder.ts";
import { whileLocked } from "../runner/store/run-lock.ts";
import { createRun, runsFolder, sameJson } from "../runner/store/runs.ts";
import type { RunSettings } from "../runner/store/schemas.ts";
import { shortfalls } from "../runner/store/shortfall.ts";
import { planSweep, sweepCommand } from "../runner/sweep/plan.ts";
import type { SweepContext } from "../runner/sweep/sweep-report.ts";
import { findSweepFolder, runSweep, sweepId } from "../runner/sweep/sweep-run.ts";
import {
  askedBackbone,
  backboneLines,
  chooseBackbone,
  withBackbone,
} from "../runner/transfer/choose-backbone.ts";
import { imagenetWeights } from "../runner/transfer/imagenet-weights.ts";
import { loadBackbone } from "../runner/transfer/load-backbone.ts";
import { DecodingLine } from "./decoding-line.ts";
import { DownloadLine } from "./download-line.ts";
import { findNamed } from "./find.ts";
import { interruptSignal } from "./interrupt.ts";
import type { SweepCommandOptions } from "./options.ts";
import { checkSameImages, withWayOn } from "./resume.ts";
import { terminalEvents } from "./terminal-events.ts";

export async function sweep(id: string, options: SweepCommandOptions): Promise<void> {
  return sweepExperiment(await findNamed(id), options);
}

/** Goes on with the sweep in --out, or the newest one with the same settings and images. */
export async function sweepExperiment(declared: Experiment, options: SweepCommandOptions): Promise<void> {
  const { events, stream } = terminalEvents(options.json);
  const asked = askedBackbone(options);
  const onProgress = new DownloadLine(stream).show;
  const chosen = await chooseBackbone(declared, asked, imagenetWeights(options.data, onProgress));
  const { adapter: choice, memoryLimit } = options;
  const limited = memoryLimit === undefined ? {} : { memoryLimit };
  const engine = await createEngine({ adapter: choice, ...limited });
  const plan = planSweep(declared, withBackbone(options, chosen?.name ?? asked), engine.adapter);
  const { experiment, settings } = plan;
  if (settings.precision === "mixed") requireHalf("--precision mixed", engine.adapter);
  const source = options.data ? { data: options.data } : {};
  const dataset = await loadData(experiment, {
    ...source,
    seed: settings.seed,
    backbone: settings.backbone,
    onProgress,
    onDecoded: new DecodingLine(stream).show,
    onLine: events.line,
    storesBeyond: roomForPhotographs(experiment, engine, options.stream),
  });
  const folder = folderOf({ experiment, dataset }, settings, options);
  const adapter = engine.adapter.description || engine.adapter.device;
  events.line(`${experiment.id}: ${experiment.title}\nadapter: ${adapter}\ndata:    ${dataset.note}`);
  const missing = shortfalls(experiment, settings, dataset);
  if (missing.length > 0) {
    events.line(`profile: ${settings.profile}, NOT the experiment in full:`);
    for (const part of missing) events.line(`         - ${part}`);
  }
  for (const line of chosen ? backboneLines(chosen) : []) events.line(line);
  events.line(`sweep:   ${plan.trials.length} training runs in ${shown(folder)}\n`);
  const context = {
    experiment,
    engine,
    dataset,
    settings,
    folder,
    events,
    started: new Date(),
    ...source,
    ...(options.stream ? { stream: true } : {}),
    adapter: choice,
    ...limited,
    find: findExperiment,
    saveInitial: false,
    resume: false,
    signal: interruptSignal(() => events.line("stopping after this step ...")),
  };
  const run = async () => {
    const loaded = chosen && (await loadBackbone(context, chosen));
    return runSweep({ ...context, ...(loaded ? { backbone: loaded } : {}) }, plan);
  };
  const again = { resume: sweepCommand(experiment, options, settings) };
  const { result, failed } = await whileLocked(folder, run)
    .catch((error: unknown) => {
      throw withWayOn(explained(error, experiment), again, folder, options);
    })
    .finally(() => dataset.close?.());
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  events.line(`report: ${shown(`${folder}/report.html`)}`);
  if (failed.length === 0) return;
  const names = failed.map(({ name }) => name).join("; ");
  throw new WgradError(
    `${failed.length} of ${plan.trials.length} trials failed: ${names}. The others are finished; the same command tries again.`,
  );
}

type SweepOf = Pick<SweepContext, "experiment" | "dataset">;

/** --out, or the newest sweep with these settings and images, or a new folder. Throws UsageError if it holds something else. */
function folderOf(
  sweep: SweepOf,
  settings: RunSettings,
  { fresh, out, resume }: SweepCommandOptions,
): string {
  const id = sweepId(sweep.experiment);
  const create = () => createRun(id, out, new Date());
  if (fresh) return create();
  const known = out ?? findSweepFolder(sweep, settings);
  if (known === undefined) {
    if (!resume) return create();
    throw new UsageError(
      `--resume: there is no sweep of ${id} with these settings and images in ${runsFolder}/${id}.`,
    );
  }
  makeFolder(known);
  checkFolder(known, sweep, settings);
  return known;
}

/** Throws UsageError if the folder holds something else than this sweep. */
function checkFolder(folder: string, { experiment, dataset }: SweepOf, settings: RunSettings): void {
  if (!isRun(folder)) return;
  const config = readConfig(folder);
  const id = sweepId(experiment);
  if (config.experiment !== id)
    throw new UsageError(`--out: ${folder} is of ${config.experiment}, not a sweep of ${id}.`);
  if (config.file?.sha256 !== experiment.file?.sha256) {
    throw new UsageError(
      `--out: ${shown(folder)} holds a sweep of before the experiment's file was changed. Name another folder.`,
    );
  }
  if (!sameJson(config.settings, settings)) {
    throw new UsageError(
      `--out: ${shown(folder)} holds a sweep with other settings: ${config.command}. Name another folder, or those settings.`,
    );
  }
  checkSameImages(config, dataset);
}
