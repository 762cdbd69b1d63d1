/** @file `wgrad list`: every experiment with where it comes from and what was published for it. */

import { experiments } from "../experiments/registry.ts";
import { command } from "../runner/command.ts";
import type { Experiment, PublishedFigure } from "../runner/experiment.ts";
import { formatMeasure } from "../runner/measures.ts";

export function list({ json }: { readonly json?: boolean }): void {
  if (json) {
    const entries = experiments.map((experiment) => ({
      id: experiment.id,
      kind: experiment.kind,
      title: experiment.title,
      section: experiment.source.section ?? null,
      source: experiment.source,
      dataset: experiment.dataset,
      parameters: parametersOf(experiment) ?? null,
      published: experiment.published,
      validation: experiment.kind === "study" ? experiment.validation : null,
      published_literal: literalOnly(experiment),
      profiles: experiment.profiles,
    }));
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  const widest = Math.max(...experiments.map(({ id }) => id.length));
  let section: string | undefined;
  for (const experiment of experiments) {
    const { id, title, source } = experiment;
    const own = source.section ?? source.text;
    if (own !== section) console.log(`${section === undefined ? "" : "\n"}${own}`);
    section = own;
    console.log(`  ${id.padEnd(widest)}  ${title}`);
    console.log(`  ${"".padEnd(widest)}  ${facts(experiment).join(" · ")}`);
  }
  console.log(`\nRun one with: ${command("train", "<id>")}`);
}

function facts(experiment: Experiment): string[] {
  const count = parametersOf(experiment);
  const published = experiment.published.map(
    ({ name, measure, value }) => `published ${name.toLowerCase()} ${formatMeasure(measure, value)}`,
  );
  const literal = literalOnly(experiment).map(
    ({ name, measure, value }) => `with --literal ${name.toLowerCase()} ${formatMeasure(measure, value)}`,
  );
  return [`question ${experiment.source.question}`, ...kindText(experiment, count), ...published, ...literal];
}

/** Published figures that a literal run alone can be held against. */
function literalOnly(experiment: Experiment): readonly PublishedFigure[] {
  const literal = experiment.kind === "training" ? experiment.literal?.changes?.published : undefined;
  return (literal ?? []).filter((figure) => !experiment.published.includes(figure));
}

function kindText(experiment: Experiment, parameters: number | undefined): string[] {
  const count = parameters === undefined ? [] : [`${parameters.toLocaleString("en-US")} parameters`];
  switch (experiment.kind) {
    case "data":
      return ["data only"];
    case "training":
      return [...count, ...(experiment.continues ? [`continues ${experiment.continues}`] : [])];
    case "study":
      return [
        ...(parameters === undefined ? ["trains nothing"] : count),
        `the ${experiment.validation} images validate`,
      ];
    case "sweep":
      return [`${experiment.trials("full").length} trials`, ...count];
    case "review":
      return [`looks at ${experiment.of}`];
  }
}

/** Weights of the network, of a sweep that of its first trial, of a study its main one; undefined where none is trained. */
function parametersOf(experiment: Experiment): number | undefined {
  if (experiment.kind === "study") return experiment.main?.parameters;
  return experiment.kind === "training" || experiment.kind === "sweep" ? experiment.parameters : undefined;
}
