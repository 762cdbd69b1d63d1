/** @file Serves 09-page.html: wgrad and its shaders bundled into one script. `npx tsx examples/serve-page.ts [port]` */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname;
const root = join(folder, "..");

/** The WGSL of every kernel by its id: a page cannot read files, so it gets the texts. */
function shaders(): Record<string, string> {
  const files = ["engine", "kernels"].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((path) => `${room}/${path}`),
  );
  const paths = files.filter((path) => path.endsWith(".wgsl"));
  const entry = (path: string) => [
    path.replace(/^kernels\/|\.wgsl$/g, ""),
    readFileSync(join(root, path), "utf8"),
  ];
  return Object.fromEntries(paths.map(entry));
}

/** A module for a page. */
async function bundle(contents: string): Promise<string> {
  const options = { bundle: true, write: false, minify: true, format: "esm", platform: "browser" } as const;
  const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: folder, loader: "ts" } });
  return outputFiles[0]!.text;
}

const files: Record<string, { readonly type: string; readonly text: string }> = {
  "/09-page.html": { type: "text/html", text: readFileSync(join(folder, "09-page.html"), "utf8") },
  "/spiral.js": { type: "text/javascript", text: await bundle('export * from "./spiral.ts"') },
  "/wgrad.js": {
    type: "text/javascript",
    text: await bundle(
      `export * from "wgrad"; import { provideSources } from "wgrad"; provideSources(${JSON.stringify(shaders())})`,
    ),
  },
};

const server = createServer(({ url = "/" }, response) => {
  const file = files[url === "/" ? "/09-page.html" : url];
  response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain" });
  response.end(file?.text ?? "There is no such file.");
});
server.listen(Number(process.argv[2] ?? 8000), () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}/09-page.html`);
});
