/** @file Which workloads a call of the benchmark is about: `svhn-c:128,mm1024`, or all of a suite. */
import { nearest, UsageError } from "../engine/errors.ts";
import type { Row } from "../runner/speed/row.ts";
import { kernelBatches, kernelWorkloads } from "./kernels.ts";
import { workloads } from "./workloads.ts";

export const suites = ["ceilings", "kernels", "steps", "all"] as const;
export type Suite = (typeof suites)[number];

/** One workload to time; kernels without a batch have the one that they have. */
export type Job =
  | { readonly suite: "kernels"; readonly workload: string; readonly batch?: number }
  | { readonly suite: "steps"; readonly workload: string; readonly batch: number };

/** Throws UsageError for a suite or workload that does not exist. */
export function selectJobs(suite: string, only: string | undefined): Job[] {
  if (!(suites as readonly string[]).includes(suite))
    throw new UsageError(`unknown suite "${suite}". One of ${suites.join(", ")}.`);
  const selections = only?.split(",").map(parseSelection);
  const chosen = (name: string) => selections?.filter((selection) => selection.name === name);
  const asked = (name: string, own: readonly number[]) => {
    const batches = chosen(name)?.flatMap(({ batch }) => (batch ? [batch] : own)) ?? own;
    return [...new Set(batches)];
  };
  const jobs: Job[] = [];
  if (suite === "kernels" || suite === "all") {
    for (const workload of kernelWorkloads) {
      const own = kernelBatches[workload];
      if (own !== undefined) {
        jobs.push(...asked(workload, [own]).map((batch): Job => ({ suite: "kernels", workload, batch })));
      } else if (chosen(workload)?.length !== 0) jobs.push({ suite: "kernels", workload });
    }
  }
  if (suite === "steps" || suite === "all") {
    for (const [workload, { batches }] of Object.entries(workloads))
      jobs.push(...asked(workload, batches).map((batch): Job => ({ suite: "steps", workload, batch })));
  }
  return jobs;
}

/** Whether a row came from one of the jobs. */
export function isOf(jobs: readonly Job[], { suite, workload, batch }: Row): boolean {
  return jobs.some(
    (job) =>
      job.suite === suite && job.workload === workload && (job.batch === undefined || job.batch === batch),
  );
}

/** `svhn-c:128` or `mm1024`. */
function parseSelection(text: string): { readonly name: string; readonly batch: number | undefined } {
  const [name = "", batch] = text.split(":");
  const known = [...kernelWorkloads, ...Object.keys(workloads)];
  if (!known.includes(name)) {
    const hint = nearest(name, known);
    throw new UsageError(
      `--only: there is no workload "${name}"${hint ? `, did you mean "${hint}"?` : "."} There are ${known.join(", ")}.`,
    );
  }
  const size = batch === undefined ? undefined : Number(batch);
  if (size !== undefined && (!Number.isInteger(size) || size < 1))
    throw new UsageError(`--only: "${text}" has no valid batch size.`);
  return { name, batch: size };
}
