// Hooks for files with experiments, wherever they lie and whatever copies of wgrad are installed there.
import { readFile } from "node:fs/promises";

const commonJs = /\bmodule\.exports\b|\bexports\.|\brequire\(|^\s*export\s*=/m;

// "wgrad", "wgrad/experiment" and the like are the copy of wgrad that runs: a network of another one would not be a network to it.
// A file without the words of CommonJS is a module, whatever the package.json beside it says and if there is none: Node would
// require() it, which it refuses while the command line is still being loaded.
export async function resolve(specifier, context, next) {
  const isOurs = specifier === "wgrad" || specifier.startsWith("wgrad/");
  const found = await next(specifier, isOurs ? { ...context, parentURL: import.meta.url } : context);
  const isScript = found.format === "commonjs" && /^file:.*\.[jt]s$/.test(found.url);
  if (!isScript || found.url.includes("/node_modules/")) return found;
  const text = await readFile(new URL(found.url), "utf8").catch(() => ""); // the loader says what is wrong with it
  return commonJs.test(text) ? found : { ...found, format: "module" };
}
