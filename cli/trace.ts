/** @file `wgrad train <experiment> --trace`: one training step, command by command. */
import { join } from "node:path";
import { requireHalf } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import type { Experiment } from "../runner/experiment.ts";
import { writeJson } from "../runner/json-files.ts";
import { loadData } from "../runner/load-data.ts";
import { resolveSettings } from "../runner/settings.ts";
import { shown } from "../runner/store/run-folder.ts";
import { createRun } from "../runner/store/runs.ts";
import { singleChanges } from "../runner/sweep/plan.ts";
import { traceEvents } from "../runner/trace/trace-file.ts";
import { traceStep } from "../runner/trace/trace-step.ts";
import { traceNotes, traceTable } from "../runner/trace/trace-table.ts";
import { trainingVariant } from "../runner/variant.ts";
import { versions } from "../runner/versions.ts";
import { announce } from "./announce.ts";
import { DecodingLine } from "./decoding-line.ts";
import { DownloadLine } from "./download-line.ts";
import { findNamed } from "./find.ts";
import type { TrainOptions } from "./options.ts";

/**
 * Prints the table and writes trace.json to --out or, being no run, to runs/traces/<experiment>/<time>/. Throws UsageError for
 * what has no step, or needs a whole run.
 */
export async function trace(id: string, options: TrainOptions): Promise<void> {
  const declared = await findNamed(id);
  const { kind } = declared;
  if (kind !== "training" && (kind !== "sweep" || options.trial === undefined)) {
    throw new UsageError(`--trace: ${declared.id} ${withoutStep(kind)}.`);
  }
  checkOptions(options);
  const stream = options.json ? process.stderr : process.stdout;
  const line = (text: string) => void stream.write(`${text}\n`);
  const engine = await createEngine({ adapter: options.adapter });
  const given = { ...options, changes: singleChanges(options.set) };
  const settings = resolveSettings(declared, given, engine.adapter);
  if (settings.precision === "mixed") requireHalf("--precision mixed", engine.adapter);
  const experiment = trainingVariant(declared, settings);
  const dataset = await loadData(experiment, {
    ...(options.data ? { data: options.data } : {}),
    seed: settings.seed,
    onProgress: new DownloadLine(stream).show,
    onDecoded: new DecodingLine(stream).show,
    onLine: line,
  });
  announce(experiment, settings, dataset, engine.adapter.description || engine.adapter.device, { line });
  const step = await traceStep({ experiment, engine, dataset, settings });
  const { batch, micro_batches, dispatches } = step;
  line(`one training step of ${batch} images: ${dispatches} kernel launches`);
  if (micro_batches.length > 1) line(`in micro-batches of ${micro_batches.join(", ")} images`);
  line("");
  for (const text of [...traceTable(step), "", ...traceNotes(step)]) line(text);
  const folder = options.out ?? createRun(join("traces", experiment.id), undefined, new Date());
  const file = join(folder, "trace.json");
  const about = { experiment: experiment.id, settings, adapter: engine.adapter, versions: versions(), batch };
  writeJson(file, traceEvents(step, about));
  line(`trace:  ${shown(file)} (open it at https://ui.perfetto.dev)`);
  if (options.json) process.stdout.write(`${JSON.stringify(step, null, 2)}\n`);
}

/** A trace is of one recorded step: options that are about more than that would have no effect. */
function checkOptions({ epochs, resume, saveInitial, eager }: TrainOptions): void {
  const given = { "--epochs": epochs, "--resume": resume, "--save-initial": saveInitial, "--eager": eager };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new UsageError(`--trace: runs one recorded step and trains nothing else; leave ${name} out.`);
  }
}

function withoutStep(kind: Experiment["kind"]): string {
  if (kind === "sweep") return "is a sweep: name one of its trials with --trial";
  if (kind === "study") return "trains several networks: it has no one training step";
  return "trains no network, so it has no training step";
}
