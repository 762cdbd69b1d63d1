/** @file The last lines of a run: measured beside published. */
import { formatSeconds } from "../report/format.ts";
import { command, typedName } from "../runner/command.ts";
import type { Experiment } from "../runner/experiment.ts";
import { formatMeasure } from "../runner/measures.ts";
import type { RunEvents } from "../runner/run.ts";
import type { RunResult } from "../runner/store/run-folder.ts";

/** Prints the figures of result.json that a reader looks for first. */
export function printResult(experiment: Experiment, result: RunResult, events: RunEvents): void {
  const measured = (result.measured ?? {}) as Record<string, number>;
  if (measured.test_accuracy === undefined) {
    if (experiment.file) printMeasures(measured, events);
    return;
  }
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  events.line("");
  events.line(`test accuracy         ${percent(measured.test_accuracy)}`);
  if (measured.test_binary_accuracy !== undefined) {
    events.line(
      `test binary accuracy  ${percent(measured.test_binary_accuracy)}  (what Keras prints as accuracy for this loss)`,
    );
  }
  for (const { name, value, measure } of experiment.published) {
    events.line(
      `published             ${formatMeasure(measure, value)}  (${name.toLowerCase()}${measure === "test_accuracy" ? "" : `, ${measure}`})`,
    );
  }
  if (typeof result.full_run_seconds === "number") {
    const time = formatSeconds(result.full_run_seconds);
    events.line(
      `in full               about ${time} on this adapter: ${command("train", `${typedName(experiment)} --profile full`)}`,
    );
  }
  const origin = result.dataset?.origin;
  if (origin !== "official" && experiment.published.length > 0) {
    events.line(
      `                      not comparable: the images are ${origin === "synthetic" ? "synthetic" : "not the official files"}`,
    );
  }
}

/** Of a network of one's own that is no classifier. */
function printMeasures(measured: Readonly<Record<string, number>>, events: RunEvents): void {
  events.line("");
  for (const [key, value] of Object.entries(measured)) {
    if (key.startsWith("test_"))
      events.line(`${key.replaceAll("_", " ").padEnd(21)} ${formatMeasure(key, value)}`);
  }
}
