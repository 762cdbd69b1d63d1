/** @file What a run tells before it begins. */
import type { Dataset } from "../datasets/dataset.ts";
import { command, typedName } from "../runner/command.ts";
import type { Experiment, StudyExperiment } from "../runner/experiment.ts";
import { describeInputs, describeValidation } from "../runner/experiment-data.ts";
import type { RunEvents } from "../runner/run.ts";
import type { SampleSet } from "../runner/samples.ts";
import type { RunSettings } from "../runner/store/schemas.ts";
import { shortfalls } from "../runner/store/shortfall.ts";
import { boundExperiment } from "../runner/transfer/bound-experiment.ts";

/** What will run on which data and adapter, with `more` lines of its own, and how it falls short of the experiment. */
export function announce(
  experiment: Experiment,
  settings: RunSettings,
  dataset: Dataset<SampleSet>,
  adapter: string,
  events: Pick<RunEvents, "line">,
  more: readonly string[] = [],
): void {
  events.line(`${experiment.id}: ${experiment.title}`);
  events.line(`adapter: ${adapter}`);
  events.line(`data:    ${dataset.note}`);
  for (const line of more) events.line(line);
  if (experiment.kind === "data") return;
  const missing = shortfalls(experiment, settings, dataset);
  if (missing.length > 0) {
    events.line(`profile: ${settings.profile}, NOT the experiment in full:`);
    for (const part of missing) events.line(`         - ${part}`);
    events.line(`         in full: ${command("train", `${typedName(experiment)} --profile full`)}`);
  }
  events.line("");
  if (experiment.kind === "study") announceStudy(experiment, settings, events);
  if (experiment.kind !== "training") return;
  const { validation, network } = boundExperiment(experiment, settings, dataset.classes.length);
  if (validation instanceof Object) {
    const images = Math.min(settings.limit ?? dataset.train.count, dataset.train.count);
    events.line(`validation: ${describeValidation(experiment, images, settings.seed)}`);
  }
  const inputs = describeInputs(experiment, settings.profile);
  if (inputs) events.line(`inputs:  ${inputs}`);
  if (settings.literal) events.line(`literal: ${experiment.literal?.explanation}`);
  events.line(network(settings.profile).summaryText());
  events.line("");
}

/** What is literal about it, and its main network. */
function announceStudy(
  { literal, main }: StudyExperiment,
  settings: RunSettings,
  events: Pick<RunEvents, "line">,
): void {
  if (settings.literal) events.line(`literal: ${literal?.explanation}`);
  if (!main) return;
  events.line(main.network(settings.profile).summaryText());
  events.line("");
}
