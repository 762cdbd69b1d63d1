/**
 * @file `npm run test:pytorch -- RUN [--train] [--twins N] [--data DIR] [--out NAME]`: evaluates the weights of a run folder in
 * PyTorch, and with --train repeats its training from the same initial weights, in the same order, with the same masks of
 * dropout. --out writes NAME.json and pictures of the curves. Exit code 1 if the two differ.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseWords, runScript } from "../../bench/arguments.ts";
import { findPython, pythons } from "../../bench/peers/python.ts";
import { UsageError, WgradError } from "../../engine/errors.ts";
import { standaloneSvg } from "../../report/figure.ts";
import { svgToPng } from "../../report/svg-to-png.ts";
import { writeJson } from "../../runner/json-files.ts";
import { readSavedRun, type SavedRun } from "../../runner/store/saved-run.ts";
import { type Check, checkClimb, checkEvaluation, curvesOf, passes, type Repeated } from "./compare.ts";
import { curveFigures } from "./figures.ts";
import { writeJob } from "./job.ts";
import { repeatInPython } from "./python-process.ts";

async function main(): Promise<number> {
  const { values, positionals } = parseWords({
    allowPositionals: true,
    options: {
      train: { type: "boolean", default: false },
      twins: { type: "string", default: "0" },
      data: { type: "string" },
      out: { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  const twins = Number(values.twins);
  if (folder === undefined || more.length > 0 || !Number.isSafeInteger(twins) || twins < 0)
    throw new UsageError(
      "name one run folder: npm run test:pytorch -- RUN [--train] [--twins N] [--out NAME]",
    );
  const run = readSavedRun(folder);
  if (!run.result || !run.history) throw new UsageError(`${folder} is not finished.`);
  const python = findPython();
  if (!python)
    throw new WgradError(`No Python here has PyTorch (tried ${pythons.join(", ")}): nothing was compared.`);
  const job = { train: values.train, twins, ...(values.data ? { data: values.data } : {}) };
  const repeated = await inTemporaryFolder(async (place) => {
    await writeJob(place, folder, job);
    return repeatInPython(python, place);
  });
  const checks = checksOf(run, repeated);
  for (const check of checks) console.log(lineOf(check));
  if (values.out) await write(values.out, run, repeated, checks);
  return checks.every(passes) ? 0 : 1;
}

function checksOf({ measured, history, result }: SavedRun, repeated: Repeated): Check[] {
  const climb = repeated.history
    ? checkClimb(curvesOf(history!), repeated, result!.dataset?.test ?? Number.NaN)
    : [];
  return [...checkEvaluation(measured, repeated), ...climb];
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-pytorch-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lineOf(check: Check): string {
  const { name, wgrad, pytorch, difference, allowed } = check;
  const verdict = passes(check) ? "same" : "DIFFERENT";
  const numbers = `wgrad ${wgrad.toFixed(6)}  PyTorch ${pytorch.toFixed(6)}`;
  return `${verdict.padEnd(9)} ${name.padEnd(34)} ${numbers}  apart ${difference.toExponential(1)} of ${allowed.toExponential(1)}`;
}

/** NAME.json, and NAME-loss and NAME-accuracy as PNG where training was repeated. */
async function write(
  out: string,
  run: SavedRun,
  repeated: Repeated,
  checks: readonly Check[],
): Promise<void> {
  const { config, result, history } = run;
  const { experiment, command, settings, adapter, versions, commit, dataset } = config;
  const { versions: python, evaluated, history: pytorch, twins } = repeated;
  mkdirSync(dirname(out), { recursive: true });
  writeJson(`${out}.json`, {
    experiment,
    run: { command, settings, commit, versions, dataset: { ...result!.dataset, note: dataset.note } },
    adapter,
    parameters: result!.parameters,
    pytorch: { versions: python },
    evaluated,
    curves: { wgrad: curvesOf(history!), ...(pytorch ? { pytorch, twins } : {}) },
    checks: checks.map((check) => ({ ...check, passes: passes(check) })),
  });
  console.log(`written: ${out}.json`);
  if (!pytorch) return;
  const about = `${experiment} · ${result!.dataset?.train} training and ${result!.dataset?.test} test images · ${dataset.note}`;
  for (const figure of await curveFigures(curvesOf(history!), repeated)) {
    const path = `${out}-${figure.name}.png`;
    writeFileSync(path, await svgToPng(standaloneSvg(figure, about)));
    console.log(`written: ${path}`);
  }
}

runScript("test:pytorch", main);
