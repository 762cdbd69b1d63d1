/** @file The part that all peers in JavaScript share: check a few steps, time the rest, report to the parent. */
import { type Measurement, measure } from "../measure.ts";
import { checkedSteps, type Layout, type LoadedJob, loadJob } from "./job.ts";

/** What a peer prints, as JSON on its last line. */
export interface Outcome extends Measurement {
  /** of the first steps: all peers start from the same weights, so that they must agree */
  readonly losses: readonly number[];
  readonly lastLoss: number;
  readonly steps: number;
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
  /** where it ran: adapter, threads */
  readonly device: string;
}

/** A training step on the peer's device, ready to run. */
export interface PreparedStep {
  /** runs one step and reads its loss: for a product, the mean square of its last row */
  readonly run: () => Promise<number>;
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly device: string;
}

/** Entry of a peer's process: `peer.ts FOLDER SECONDS BACKEND`. */
export async function runPeer(
  layout: Layout,
  prepare: (job: LoadedJob, backend: string) => Promise<PreparedStep>,
): Promise<never> {
  const [folder = "", seconds = "1", backend = ""] = process.argv.slice(2);
  try {
    const step = await prepare(loadJob(folder, layout), backend);
    const outcome: Outcome = { ...(await timeSteps(step, Number(seconds))), ...facts(step) };
    console.log(`\n${JSON.stringify(outcome)}`);
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(error);
    console.log(`\n${JSON.stringify({ error: message })}`);
    process.exit(1);
  }
}

function facts({ parameters, versions, device }: PreparedStep) {
  return { parameters, versions, device };
}

/** The first step compiles; slow ones are not repeated more than the check needs. */
async function timeSteps({ run }: PreparedStep, seconds: number) {
  const losses: number[] = [];
  const step = async () => {
    losses.push(await run());
  };
  let once = 0;
  while (losses.length < 2 || (losses.length < checkedSteps && once < 1000 * seconds)) {
    const start = performance.now();
    await step();
    once = performance.now() - start;
  }
  const measured: Measurement =
    once > 2000 * seconds
      ? { ms: { median: once, min: once, max: once }, runs: 1 }
      : await measure("step", step, seconds);
  return {
    ...measured,
    losses: losses.slice(0, checkedSteps),
    lastLoss: losses.at(-1)!,
    steps: losses.length,
  };
}
