/** @file The built page on any host: a folder of files without a server's images or headers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readStatic } from "../../../runner/lab/static-files.ts";
import { expect, inState, type Journey, weightsOf } from "../journey.ts";

const built = join(import.meta.dirname, "../../../dist/lab");
/** no host has the page at its root */
const below = "/courses/wgrad/";

/** Serves the files of the page and nothing else; resolves with its address and what ends it. */
async function serveFiles(): Promise<{ readonly address: string; readonly end: () => void }> {
  const server = createServer(({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const file = pathname.startsWith(below) && readStatic(built, `/${pathname.slice(below.length)}`);
    if (file) response.writeHead(200, { "content-type": file.type }).end(file.body);
    else response.writeHead(404, { "content-type": "text/html" }).end("<h1>not here</h1>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://localhost:${port}${below}`, end: () => server.close() };
}

export const staticHost: Journey = {
  name: "a static host: no isolation, images that the page draws, and Node's bits at the end",
  needsRun: true,
  async go({ page, trainedByNode }) {
    const { address, end } = await serveFiles();
    try {
      await page.goto(`${address}?lang=en`);
      await inState(page, "training");
      expect(!(await page.evaluate(() => crossOriginIsolated)), "the page is isolated after all");
      await inState(page, "done");
      const weights = await weightsOf(page);
      expect(weights === trainedByNode, `the weights are ${weights}, Node's ${trainedByNode}`);
      return `weights ${weights.slice(0, 12)}`;
    } finally {
      end();
    }
  },
};
