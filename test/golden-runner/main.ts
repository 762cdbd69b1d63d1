/**
 * @file `npm run test:golden [-- KIND | KIND/OP]`: runs every golden case of the folder in WGRAD_GOLDEN (default
 * test/golden) on the adapter in WGRAD_ADAPTER (default auto). Exit code 1 if any fails or is not supported.
 */
import { type AdapterChoice, createEngine, type Engine } from "../../engine/index.ts";
import { type GoldenEntry, readCase, readIndex } from "./cases.ts";
import { handlerFor } from "./handlers/index.ts";
import { notSupported, type Outcome, passed, report } from "./report.ts";

const folder = process.env.WGRAD_GOLDEN ?? new URL("../golden", import.meta.url).pathname;
const filter = process.argv[2];

async function runCase(engine: Engine, entry: GoldenEntry): Promise<Outcome> {
  const handler = handlerFor(entry);
  if (!handler) return { entry, checks: [], problem: notSupported };
  try {
    return { entry, checks: await handler(readCase(folder, entry), engine) };
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { entry, checks: [], problem };
  } finally {
    engine.scopes.clear();
  }
}

async function main(): Promise<number> {
  const entries = readIndex(folder).filter(
    ({ kind, op }) => filter === undefined || filter === kind || filter === `${kind}/${op}`,
  );
  const engine = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
  console.log(`${entries.length} golden cases from ${folder} on ${engine.adapter.description}`);
  const outcomes: Outcome[] = [];
  for (const entry of entries) outcomes.push(await runCase(engine, entry));
  engine.dispose();
  for (const line of report(outcomes)) console.log(line);
  return outcomes.length > 0 && outcomes.every(passed) ? 0 : 1;
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
