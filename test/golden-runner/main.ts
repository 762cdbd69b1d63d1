/**
 * @file `npm run test:golden [-- KIND | KIND/OP]`: runs every golden case of the folder in WGRAD_GOLDEN (default
 * test/golden) on the adapter in WGRAD_ADAPTER (default auto). Exit code 1 if any fails or is not supported.
 */
import { type AdapterChoice, createEngine, type Engine } from "../../engine/index.ts";
import { brokenFileOf, type GoldenEntry } from "./cases.ts";
import { runBroken, supportsBroken } from "./handlers/broken.ts";
import { fileHandlerFor } from "./handlers/with-files.ts";
import { readCase, readIndex } from "./read-cases.ts";
import { curtailed, failures, notSupported, type Outcome, passed, Table, total } from "./report.ts";

const folder = process.env.WGRAD_GOLDEN ?? new URL("../golden", import.meta.url).pathname;
const filter = process.argv[2];

async function runCase(engine: Engine, entry: GoldenEntry): Promise<Outcome> {
  const broken = brokenFileOf(entry);
  const handler = fileHandlerFor(entry);
  if (broken ? !supportsBroken(entry.kind) : !handler) return { entry, checks: [], problem: notSupported };
  try {
    const checks = broken
      ? await runBroken(entry.kind, broken, folder)
      : await handler!(readCase(folder, entry), engine, folder);
    return { entry, checks };
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { entry, checks: [], problem };
  } finally {
    engine.scopes.clear();
  }
}

/** Cases of one kind and op together, in the order of their first case. */
function groups(entries: readonly GoldenEntry[]): GoldenEntry[][] {
  const found = new Map<string, GoldenEntry[]>();
  for (const entry of entries) {
    const key = `${entry.kind}/${entry.op}`;
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return [...found.values()];
}

async function main(): Promise<number> {
  const entries = readIndex(folder).filter(
    ({ kind, op }) => filter === undefined || filter === kind || filter === `${kind}/${op}`,
  );
  const engine = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
  console.log(`${entries.length} golden cases from ${folder} on ${engine.adapter.description}`);
  const table = new Table(entries);
  console.log(`\n${table.header}`);
  const outcomes: Outcome[] = [];
  for (const group of groups(entries)) {
    const own: Outcome[] = [];
    for (const entry of group) own.push(await runCase(engine, entry));
    console.log(table.row(own));
    outcomes.push(...own);
  }
  engine.dispose();
  for (const line of [...curtailed(entries), ...failures(outcomes)]) console.log(line);
  console.log(`\n${total(outcomes)}`);
  return outcomes.length > 0 && outcomes.every(passed) ? 0 : 1;
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
