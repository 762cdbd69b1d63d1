/**
 * @file `npm run test:mutants [-- FILTER ...]`: puts one small error after the other into a copy of the shaders and expects the
 * tests to notice. A filter is a part of a shader's path. Runs on the adapter in WGRAD_ADAPTER (default auto). Exit code 1
 * if a mutant survives, or if its row is wrong: stale, no valid WGSL, or with tests that are red without it.
 */
import { type AdapterChoice, createEngine } from "../../engine/index.ts";
import { allMutants } from "../../lessons/mutants/index.ts";
import { type Mutant, staleness } from "../../lessons/mutants/mutant.ts";
import { runTests, type Selection, stopTests, type Verdict } from "./run-tests.ts";
import { type Fate, fateOf, Table, totals } from "./table.ts";
import { Workplace } from "./workplace.ts";

const filters = process.argv.slice(2);

/** What the adapter has of what mutants may need, and its name. */
async function adapterFacts() {
  const engine = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
  const { description, subgroupSize } = engine.adapter;
  engine.dispose();
  return { description, subgroups: subgroupSize >= 4 };
}

/** Runs tests without a mutant, each selection once. */
function baseline(folder: string): (selection: Selection) => Promise<Verdict> {
  const known = new Map<string, Promise<Verdict>>();
  return (selection) => {
    const key = JSON.stringify([selection.tests, selection.named]);
    const verdict = known.get(key) ?? runTests(folder, selection);
    known.set(key, verdict);
    return verdict;
  };
}

async function main(): Promise<number> {
  const chosen = allMutants.filter(
    ({ file }) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
  );
  const stale = chosen.map(staleness).filter((problem) => problem !== undefined);
  for (const problem of stale) console.error(`stale: ${problem}`);
  if (stale.length > 0 || chosen.length === 0) {
    console.error(chosen.length === 0 ? `No shader's path contains ${filters.join(" or ")}.` : "");
    return 1;
  }
  const adapter = await adapterFacts();
  const workplace = new Workplace();
  const leave = () => {
    stopTests();
    workplace.remove();
    process.exit(130);
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    console.log(`${chosen.length} mutants on ${adapter.description}`);
    const table = new Table(chosen);
    console.log(`\n${table.header}`);
    const unmutated = baseline(workplace.folder);
    const fates: Fate[] = [];
    for (const mutant of chosen) {
      const started = performance.now();
      const fate = await fateOfMutant(mutant, workplace, unmutated, adapter.subgroups);
      fates.push(fate);
      console.log(table.row(mutant, fate, (performance.now() - started) / 1000));
    }
    console.log(`\n${totals(fates)}`);
    return fates.every(({ kind }) => kind === "caught" || kind === "unreachable") ? 0 : 1;
  } finally {
    workplace.remove();
  }
}

async function fateOfMutant(
  mutant: Mutant,
  workplace: Workplace,
  unmutated: (selection: Selection) => Promise<Verdict>,
  subgroups: boolean,
): Promise<Fate> {
  if (mutant.needs === "subgroups" && !subgroups) return { kind: "unreachable", detail: "needs subgroups" };
  const before = await unmutated(mutant);
  if (before.outcome === "red") return { kind: "invalid", detail: `red without it: ${before.test}` };
  if (before.passed === 0) return { kind: "invalid", detail: "no test has this name" };
  return fateOf(await workplace.with(mutant, () => runTests(workplace.folder, mutant)));
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
