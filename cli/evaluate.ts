/** @file `wgrad evaluate`: loss and accuracy of saved weights. */
import { UsageError } from "../engine/errors.ts";
import { evaluateStudyRun } from "./evaluate-study.ts";
import type { EvaluateCommandOptions } from "./options.ts";
import { locateWeights, openSavedNetwork } from "./saved-network.ts";

export async function evaluate(run: string, options: EvaluateCommandOptions): Promise<void> {
  if (options.set !== "test" && options.set !== "train") {
    throw new UsageError(`--set must be test or train, got "${options.set}".`);
  }
  const located = await locateWeights(run, options);
  const { declared, weights } = located;
  if (declared.kind === "study" && located.settings) return evaluateStudyRun(declared, run, options);
  const { experiment, dataset, model, data } = await openSavedNetwork(located, options);
  const subset = options.set === "test" ? data.testing : data.trainingAsTested;
  const results = await model.evaluate(subset, options.batch ? { batchSize: options.batch } : {});
  await dataset.close?.();
  const images = options.set === "test" ? data.test.count : data.trained.length;
  const report = {
    weights,
    experiment: experiment.id,
    set: options.set,
    images,
    origin: dataset.origin,
    ...results,
  };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(`${weights}: ${experiment.id}, ${images} ${options.set} images (${dataset.note})`);
    for (const [name, value] of Object.entries(results))
      console.log(`  ${name.padEnd(16)} ${value.toFixed(6)}`);
  }
}
