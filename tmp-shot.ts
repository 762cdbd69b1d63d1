import { openBrowser } from "./test/lab/browser.ts";
import { startLabServer } from "./runner/lab/server.ts";
import { loadDataset } from "./datasets/sources/load-dataset.ts";
const server = await startLabServer({ page: "dist/lab", port: 7711, load: (id, seed) => loadDataset(id, { data: "/tmp/none", seed, synthetic: true }) });
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
const page = await context.newPage();
page.on("pageerror", (e) => console.log("PAGEERROR", e.message));
page.on("console", (m) => console.log("CONSOLE", m.type(), m.text().slice(0, 300)));
const t0 = Date.now();
const log = (...x: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(1), ...x);
try { const { run } = await import(process.argv[2]!); await run(page, server.address, log); } catch (e) { console.log("ERR", e); await page.screenshot({ path: "/tmp/err.png" }); }
await browser.close(); await server.close(); process.exit(0);
