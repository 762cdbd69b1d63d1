/** @file `wgrad list`: every experiment with where it comes from and what was published for it. */
import type { Experiment } from "../experiments/experiment.ts";
import { experiments } from "../experiments/registry.ts";

export function list({ json }: { readonly json?: boolean }): void {
  if (json) {
    const entries = experiments.map((experiment) => ({
      id: experiment.id,
      title: experiment.title,
      source: experiment.source,
      dataset: experiment.dataset,
      parameters: parametersOf(experiment) ?? null,
      published: experiment.published,
      profiles: experiment.profiles,
    }));
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  for (const experiment of experiments) {
    const { id, title, source } = experiment;
    const count = parametersOf(experiment);
    const parameters = count === undefined ? "data only" : `${count.toLocaleString("en-US")} parameters`;
    const published = experiment.published.map(
      ({ name, value }) => `published ${name.toLowerCase()} ${(100 * value).toFixed(2)} %`,
    );
    console.log(`${id.padEnd(10)} ${title}`);
    console.log(`${"".padEnd(10)} ${[`question ${source.question}`, parameters, ...published].join(" · ")}`);
  }
  console.log("\nRun one with: npm run train -- <id>");
}

/** Weights of the network, of a study that of its main part; undefined where none is trained. */
function parametersOf(experiment: Experiment): number | undefined {
  if (experiment.kind === "data") return undefined;
  return experiment.kind === "training" ? experiment.parameters : experiment.main?.parameters;
}
