/** @file `npm run bench:peers`: the same training steps in wgrad, TensorFlow.js, jax-js and PyTorch, in one run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nearest, UsageError, WgradError } from "../../engine/index.ts";
import { commit } from "../../runner/versions.ts";
import { expectationFrom, findFault } from "./check.ts";
import { type Result, runChild } from "./child.ts";
import { commandOf, installPeers, type Peer, peers } from "./peers.ts";
import { type Prepared, prepareProduct, prepareStep } from "./prepare.ts";
import { line, type Row, tables } from "./table.ts";

const workloadNames = [
  "svhn-c:32",
  "cifar10-b:32",
  "cifar25-bn:32",
  "cifar100-cnn:32",
  "mlp:25",
  "ae32:25",
  "ae32:256",
  "deep-ae:25",
  "conv-ae:25",
  "mm1024",
];

interface Options {
  readonly workloads: readonly string[];
  readonly peers: readonly Peer[];
  readonly seconds: number;
  /** seconds that a peer's process may take in all */
  readonly limit: number;
  readonly json: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      seconds: { type: "string", default: "3" },
      limit: { type: "string", default: "600" },
      json: { type: "string" },
    },
  });
  const [reference, ...others] = peers;
  const names = peers.map(({ name }) => name);
  const asked = values.peers?.split(",").flatMap((text) => select(text, names, "--peers", "-"));
  return {
    workloads:
      values.only?.split(",").flatMap((text) => select(text, workloadNames, "--only", ":")) ?? workloadNames,
    peers: [reference!, ...others.filter(({ name }) => asked?.includes(name) ?? true)],
    seconds: positive("--seconds", values.seconds),
    limit: positive("--limit", values.limit),
    json: values.json,
  };
}

/** The names that are `text` or begin with it: ae32 is ae32:25 and ae32:256. */
function select(text: string, names: readonly string[], option: string, separator: string): string[] {
  const found = names.filter((name) => name === text || name.startsWith(`${text}${separator}`));
  if (found.length > 0) return found.includes(text) ? [text] : found;
  const hint = nearest(text, names);
  const near = hint ? `, did you mean "${hint}"?` : ".";
  throw new UsageError(`${option}: there is no "${text}"${near} There are ${names.join(", ")}.`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`${option} must be a positive number, got "${text}".`);
  return value;
}

function prepare(folder: string, workload: string): Prepared {
  const product = /^mm(\d+)$/.exec(workload);
  if (product) return prepareProduct(folder, Number(product[1]));
  const [name = "", batch] = workload.split(":");
  return prepareStep(folder, name, Number(batch));
}

/** A row for every peer; wgrad's losses are what the others must have, unless the workload has expected ones. */
async function timeWorkload(workload: string, folder: string, options: Options): Promise<Row[]> {
  const { job, expected } = prepare(folder, workload);
  let expectation = expected;
  const rows: Row[] = [];
  for (const peer of options.peers) {
    const command = commandOf(peer, folder, options.seconds);
    const result = await runChild(command, options.limit);
    const fault = "outcome" in result && findFault(peer.name, job, result.outcome, expectation);
    const checked: Result = fault ? { reason: fault } : result;
    rows.push(rowOf(workload, peer, checked, rows[0]));
    if (rows.length === 1 && "outcome" in checked) expectation ??= expectationFrom(checked.outcome);
    console.log(line(rows.at(-1)!));
  }
  return rows;
}

/** `reference`: wgrad's row, unless this is it. */
function rowOf(workload: string, peer: Peer, result: Result, reference: Row | undefined): Row {
  const start = { workload, peer: peer.name };
  if ("reason" in result) return { ...start, reason: result.reason };
  const own = result.outcome.ms.median;
  const wgrad = reference ? reference.ms?.median : own;
  return { ...start, ...result.outcome, ...(wgrad ? { ratio: own / wgrad } : {}) };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.peers.some(({ file }) => /tensorflow|jax/.test(file))) installPeers();
  const folder = mkdtempSync(join(tmpdir(), "wgrad-peers-"));
  const rows: Row[] = [];
  try {
    for (const workload of options.workloads) {
      rows.push(...(await timeWorkload(workload, join(folder, workload.replace(":", "-")), options)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`\n${tables(rows)}`);
  if (!options.json) return;
  const report = {
    adapter: rows.find(({ peer, device }) => peer === "wgrad" && device)?.device ?? null,
    processor: { model: cpus()[0]?.model ?? "unknown", threads: availableParallelism() },
    versions: Object.assign({}, ...rows.map(({ versions }) => versions)) as Record<string, string>,
    commit: commit() ?? null,
    seconds: options.seconds,
    rows,
  };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten: ${options.json}`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof WgradError ? `bench:peers: ${error.message}` : error);
  process.exit(error instanceof WgradError ? error.exitCode : 1);
});
