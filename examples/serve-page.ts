/** @file Serves 09-page.html, and wgrad as one script with what the page imports. `npx tsx examples/serve-page.ts [port]` */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { shadersInline } from "../tools/build/esbuild-plugin.ts";

const folder = import.meta.dirname;
const page = readFileSync(join(folder, "09-page.html"), "utf8");
const [, names] = /import \{ (.*) \} from "wgrad"/.exec(page)!;

/** A module for a page. It cannot read files: the kernels that it keeps have their WGSL within. */
async function bundle(contents: string): Promise<string> {
  const options = { bundle: true, write: false, minify: true, format: "esm", platform: "browser" } as const;
  const stdin = { contents, resolveDir: folder, loader: "ts" } as const;
  const { outputFiles } = await build({ ...options, stdin, plugins: [shadersInline()] });
  return outputFiles[0]!.text;
}

const files: Record<string, { readonly type: string; readonly text: string }> = {
  "/09-page.html": { type: "text/html", text: page },
  "/spiral.js": { type: "text/javascript", text: await bundle('export * from "./spiral.ts"') },
  "/wgrad.js": { type: "text/javascript", text: await bundle(`export { ${names} } from "wgrad"`) },
};

const server = createServer(({ url = "/" }, response) => {
  const file = files[url === "/" ? "/09-page.html" : url];
  response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain" });
  response.end(file?.text ?? "There is no such file.");
});
server.listen(Number(process.argv[2] ?? 8000), () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}/09-page.html`);
});
