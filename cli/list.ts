/** @file `wgrad list`: every experiment with where it comes from and what was published for it. */
import { experiments } from "../experiments/registry.ts";

export function list({ json }: { readonly json?: boolean }): void {
  if (json) {
    const entries = experiments.map((experiment) => ({
      id: experiment.id,
      title: experiment.title,
      source: experiment.source,
      dataset: experiment.dataset,
      parameters: experiment.kind === "training" ? experiment.parameters : null,
      published: experiment.published,
      profiles: experiment.profiles,
    }));
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  for (const experiment of experiments) {
    const { id, title, source } = experiment;
    const parameters =
      experiment.kind === "training"
        ? `${experiment.parameters.toLocaleString("en-US")} parameters`
        : "data only";
    const published = experiment.published.map(
      ({ name, value }) => `published ${name.toLowerCase()} ${(100 * value).toFixed(2)} %`,
    );
    console.log(`${id.padEnd(10)} ${title}`);
    console.log(`${"".padEnd(10)} ${[`question ${source.question}`, parameters, ...published].join(" · ")}`);
  }
  console.log("\nRun one with: npm run train -- <id>");
}
