/** @file `npm run bench:tune`: finds the fastest recipe for every class of problem of the workloads, writes the profile. */
import { type AdapterChoice, createEngine, type Engine } from "../../engine/index.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { convolutionRecipes, defaultConvolution, naiveConvolution } from "../../kernels/conv2d/choose.ts";
import { filterSize } from "../../kernels/conv2d/problem.ts";
import { defaultMatmul, type MatmulVariant, matmulRecipes, naiveMatmul } from "../../kernels/dense/choose.ts";
import type { MatmulProblem } from "../../kernels/dense/problem.ts";
import { multiply } from "../../kernels/dense/product.ts";
import type { TuningProfile } from "../../kernels/tuning/profile.ts";
import { dispose, randomTensor } from "../../lessons/speed/random-tensor.ts";
import { timedPass } from "../../lessons/speed/timed-pass.ts";
import { writeJson } from "../../runner/json-files.ts";
import { commit, versions } from "../../runner/versions.ts";
import { parseWords, runScript } from "../arguments.ts";
import { knownName } from "../known-name.ts";
import { workloads } from "../workloads.ts";
import { type Contestant, contest, type Outcome } from "./contest.ts";
import { type ConvolutionProblem, tuningProblems } from "./problems.ts";

const standard = "default";

async function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      only: { type: "string" },
      out: { type: "string" },
      adapter: { type: "string", default: "auto" },
    },
  });
  const names = values.only?.split(",") ?? Object.keys(workloads);
  for (const name of names) knownName("workload", name, Object.keys(workloads));
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  const { key, description, device } = engine.adapter;
  console.log(`adapter: ${description || device} (${key})`);
  const problems = await tuningProblems(engine, names);
  const products = await tuneAll(problems.products, (problem) => tuneProduct(engine, problem));
  const convolutions = await tuneAll(problems.convolutions, (entry) => tuneConvolution(engine, entry));
  const profile: TuningProfile = {
    adapter: key,
    measured: {
      device: description || device,
      dawn: versions().webgpu ?? null,
      commit: commit() ?? null,
      workloads: names.join(" "),
    },
    products: products.profile,
    convolutions: convolutions.profile,
  };
  const path = values.out ?? `kernels/tuning/profiles/${key}.json`;
  writeJson(path, profile);
  console.log(`\nwritten: ${path}`);
  if (!values.out) console.log("A new profile counts once kernels/tuning/profile.ts imports it.");
  return products.wrong + convolutions.wrong > 0 ? 1 : 0;
}

/** Tunes one class after the other, with a line for each. */
async function tuneAll<P>(problems: ReadonlyMap<string, P>, tune: (problem: P) => Promise<Outcome>) {
  const profile: Record<string, string> = {};
  let wrong = 0;
  for (const [name, problem] of problems) {
    const outcome = await tune(problem);
    const { winner, times } = outcome;
    if (winner !== standard) profile[name] = winner;
    const listed = Object.entries(times).map(([recipe, ms]) => `${recipe} ${ms.toPrecision(3)}`);
    console.log(`${name.padEnd(38)} ${winner.padEnd(18)} ms: ${listed.join(", ")}`);
    for (const recipe of outcome.wrong) console.log(`  WRONG RESULTS: ${recipe}`);
    wrong += outcome.wrong.length;
  }
  return { profile, wrong };
}

/** The default, and every recipe that can run the problem and is something else. */
function contestants<V>(
  first: V,
  recipes: Readonly<Record<string, (() => V | undefined) | undefined>>,
  run: (variant: V) => Tensor,
): Contestant[] {
  const seen = new Set([JSON.stringify(first)]);
  const list: Contestant[] = [{ name: standard, run: () => run(first) }];
  for (const [name, make] of Object.entries(recipes)) {
    const variant = make?.();
    if (variant === undefined || seen.has(JSON.stringify(variant))) continue;
    seen.add(JSON.stringify(variant));
    list.push({ name, run: () => run(variant) });
  }
  return list;
}

async function tuneProduct(engine: Engine, problem: MatmulProblem): Promise<Outcome> {
  const { m, n, k, transposeA, transposeB } = problem;
  const a = randomTensor(engine, transposeA ? [k, m] : [m, k], 1).tensor;
  const b = randomTensor(engine, transposeB ? [n, k] : [k, n], 2).tensor;
  const run = (variant: MatmulVariant) => multiply(problem, { a, b, output: [m, n], variant });
  const recipes = Object.entries(matmulRecipes)
    .filter(([name]) => name !== "naive")
    .map(([name, recipe]) => [name, () => recipe(problem, engine.adapter)] as const);
  const list = contestants(defaultMatmul(problem, engine.adapter), Object.fromEntries(recipes), run);
  const outcome = await contest(engine, list, () => run(naiveMatmul), 1e-6 * (k + 8));
  dispose([a, b]);
  return outcome;
}

async function tuneConvolution(engine: Engine, { pass, problem }: ConvolutionProblem): Promise<Outcome> {
  const { batch, filters, windowHeight, windowWidth, outHeight, outWidth } = problem;
  const { run, free } = timedPass(engine, pass, problem);
  const recipes = Object.entries(convolutionRecipes)
    .filter(([name]) => name !== "naive" && !(name === "tiled" && engine.adapter.software)) // that took 5 to 30 times as long
    .map(([name, recipe]) => [name, () => recipe(pass, problem, engine.adapter)] as const);
  const list = contestants(
    defaultConvolution(pass, problem, engine.adapter),
    Object.fromEntries(recipes),
    run,
  );
  const naive = () => run(naiveConvolution(pass, problem));
  const terms = {
    forward: filterSize(problem),
    "input-gradient": windowHeight * windowWidth * filters,
    "filter-gradient": batch * outHeight * outWidth,
  };
  const outcome = await contest(engine, list, naive, 1e-6 * (terms[pass] + 8));
  free();
  return outcome;
}

runScript("bench:tune", main);
