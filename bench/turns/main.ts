/**
 * @file `node --import tsx bench/turns/main.ts --old FOLDER --only WORKLOAD:BATCH,...`: training steps of another checkout
 * and of this one in turn, by the CPU time of the whole process, which says more than the clock where cores are shared.
 */
import { spawnSync } from "node:child_process";
import { UsageError } from "../../engine/errors.ts";
import { parseWords, runScript } from "../arguments.ts";

interface Turn {
  readonly ms: number;
  readonly dispatches: number;
  readonly peak: number;
}

function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      old: { type: "string" },
      only: { type: "string", default: "svhn-c:32,cifar10-b:32,mlp:25,ae32:25,ae32:256" },
      rounds: { type: "string", default: "5" },
      steps: { type: "string", default: "20" },
    },
  });
  const { old } = values;
  if (old === undefined) throw new UsageError("--old: the folder of the checkout to compare with.");
  for (const job of String(values.only).split(",")) {
    const turns: { readonly old: Turn[]; readonly new: Turn[] } = { old: [], new: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      turns.old.push(take(String(old), job, String(values.steps)));
      turns.new.push(take(process.cwd(), job, String(values.steps)));
    }
    const [before, after] = [turns.old, turns.new].map(medianOf) as [number, number];
    const best = [turns.old, turns.new].map((list) => Math.min(...list.map(({ ms }) => ms)).toFixed(3));
    const change = ((100 * (after - before)) / before).toFixed(2);
    console.log(
      `${job.padEnd(14)} median ${before.toFixed(3)} -> ${after.toFixed(3)} ms (${change} %), best ${best.join(" -> ")} ms, ` +
        `launches ${turns.old[0]!.dispatches} -> ${turns.new[0]!.dispatches}, ` +
        `peak ${turns.old[0]!.peak} -> ${turns.new[0]!.peak} bytes`,
    );
  }
  return Promise.resolve(0);
}

function take(folder: string, job: string, steps: string): Turn {
  const words = ["--import", "tsx", "bench/turns/child.ts", job, steps]; // its own: files may have other places there
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${folder}, ${job}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Turn;
}

function medianOf(turns: readonly Turn[]): number {
  const sorted = turns.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

runScript("bench", main);
