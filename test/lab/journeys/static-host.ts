/** @file The built page on any host: a folder of files without a server's images or headers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readStatic } from "../../../runner/lab/static-files.ts";
import { OwnNetwork } from "../../../web/worker/network.ts";
import { expect, type Journey, patience } from "../journey.ts";
import { downloaded, hashOf, link, trainDesign, trained } from "./network.ts";

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

const fit = "fit cifar10 categorical_crossentropy adam batch-16 epochs-1 limit-96";
const design = `Input 32x32x3*Conv2D 6 3 activation-relu*MaxPooling2D 4*Flatten*Dense 10 activation-softmax*${fit}`;

export const staticHost: Journey = {
  name: "a static host: no isolation, images that the page draws, and Node's bits at the end",
  async go({ page }) {
    const { address, end } = await serveFiles();
    try {
      await page.goto(link(address, design));
      await page.waitForSelector("[data-parameters]", patience);
      expect(!(await page.evaluate(() => crossOriginIsolated)), "the page is isolated after all");
      await trained(page);
      const weights = hashOf(await downloaded(page, "Weights"));
      const byNode = await trainDesign(new OwnNetwork([]), design);
      expect(weights === byNode, `the weights are ${weights}, Node's ${byNode}`);
      return `weights ${weights.slice(0, 12)}`;
    } finally {
      end();
    }
  },
};
