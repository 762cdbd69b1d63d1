/** @file Lets esbuild bundle the sources of the clone for a page: every kernel gets its WGSL. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Plugin, transform } from "esbuild";
import { kernelId } from "../../engine/source.ts";
import { inlineShaders, shaderModule } from "./inline-shaders.ts";

const root = join(import.meta.dirname, "../..");

/** The WGSL of all kernels of the clone, by their ids. */
export function readShaders(): ReadonlyMap<string, string> {
  const paths = ["engine", "kernels"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const shaders = paths.filter((path) => path.endsWith(".wgsl"));
  return new Map(shaders.map((path) => [kernelId(path), readFileSync(join(root, path), "utf8")]));
}

export function shadersInline(): Plugin {
  const shaders = readShaders();
  return {
    name: "wgsl",
    setup(build) {
      build.onLoad({ filter: /[\\/](engine|kernels)[\\/].*\.ts$/ }, async ({ path }) => {
        const code = readFileSync(path, "utf8");
        if (!code.includes("kernel(") || path.endsWith("kernel.ts")) return undefined;
        const plain = await transform(code, { loader: "ts", target: "es2022" });
        return { contents: inlineShaders(plain.code, path, shaders, "wgrad:shaders"), loader: "js" };
      });
      build.onResolve({ filter: /^wgrad:shaders$/ }, ({ path }) => ({
        path,
        namespace: "wgsl",
        sideEffects: false,
      }));
      build.onLoad({ filter: /.*/, namespace: "wgsl" }, () => ({ contents: shaderModule(shaders) }));
    },
  };
}
