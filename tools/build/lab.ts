/** @file `npm run lab:build`: dist/lab, the lab as static files for any host. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";
import { readShaders } from "./esbuild-plugin.ts";
import { inlineShaders, shaderModule } from "./inline-shaders.ts";

const root = join(import.meta.dirname, "../..");

/** Every kernel gets its WGSL, as esbuild's plugin does it. */
function shadersInline(): Plugin {
  const shaders = readShaders();
  const module = "wgrad:shaders";
  return {
    name: "wgsl",
    resolveId: (id) => (id === module ? `\0${module}` : null),
    load: (id) => (id === `\0${module}` ? { code: shaderModule(shaders), moduleSideEffects: false } : null),
    transform(code, id) {
      if (
        !/[\\/](engine|kernels)[\\/].*\.ts$/.test(id) ||
        !code.includes("kernel(") ||
        id.endsWith("kernel.ts")
      )
        return null;
      return { code: inlineShaders(code, id, shaders, module), map: null };
    },
  };
}

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Of the clone; "" outside of one. */
function commit(): string {
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", root, ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const isClean = git("status", "--porcelain", "--untracked-files=no") === "";
    return `${git("rev-parse", "HEAD")}${isClean ? "" : " + changes"}`;
  } catch {
    return "";
  }
}

await build({
  configFile: false,
  root: join(root, "web"),
  base: "./",
  define: {
    "import.meta.env.WGRAD_VERSION": JSON.stringify(version),
    "import.meta.env.WGRAD_COMMIT": JSON.stringify(commit()),
  },
  logLevel: "warn",
  plugins: [shadersInline()],
  worker: { format: "es", plugins: () => [shadersInline()] },
  build: {
    outDir: join(root, "dist/lab"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } }, // that inlining takes seconds is known
  },
});
