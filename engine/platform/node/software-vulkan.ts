/**
 * @file Software Vulkan in Node: points the Vulkan loader at lavapipe or at the SwiftShader inside @sparticuz/chromium.
 * Dawn looks the drivers up whenever an instance is created, so both work within a running process.
 */
import { AdapterError } from "../../errors.ts";

const lavapipeFiles = ["lvp_icd.json", "lvp_icd.x86_64.json", "lvp_icd.aarch64.json"];
const driverFolders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];

/** Makes lavapipe the only Vulkan driver. Throws AdapterError if the system has none. */
export function useLavapipe(): void {
  const fs = process.getBuiltinModule("node:fs");
  const candidates = driverFolders.flatMap((folder) => lavapipeFiles.map((file) => `${folder}/${file}`));
  const driver = candidates.find((path) => fs.existsSync(path));
  if (!driver) {
    throw new AdapterError(
      "No lavapipe adapter found. Debian: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1.",
    );
  }
  process.env.VK_ICD_FILENAMES = driver;
  delete process.env.VK_DRIVER_FILES; // would take precedence
}

/** Makes the bundled SwiftShader the only Vulkan driver, with its own loader where the system has none. */
export async function useSwiftShader(): Promise<void> {
  const { constants } = process.getBuiltinModule("node:os");
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new AdapterError("The bundled SwiftShader is for x86-64 Linux only.");
  }
  const folder = await unpackSwiftShader();
  process.env.VK_ICD_FILENAMES = `${folder}/vk_swiftshader_icd.json`;
  delete process.env.VK_DRIVER_FILES;
  const stayLoaded = 0x1000; // RTLD_NODELETE of glibc
  try {
    process.dlopen({ exports: {} }, `${folder}/libvulkan.so.1`, constants.dlopen.RTLD_NOW | stayLoaded);
  } catch {
    // Node refuses it, since it is no addon, but it is loaded now: Dawn finds it by its name.
  }
}

/** Unpacks SwiftShader once per version into the cache folder; returns the folder. */
export async function unpackSwiftShader(): Promise<string> {
  const fs = process.getBuiltinModule("node:fs");
  const path = process.getBuiltinModule("node:path");
  const zlib = process.getBuiltinModule("node:zlib");
  const { createRequire } = process.getBuiltinModule("node:module");
  const { Readable } = process.getBuiltinModule("node:stream");
  const { pipeline } = process.getBuiltinModule("node:stream/promises");
  let entry: string;
  let packageFolder: string;
  try {
    entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
    packageFolder = entry.slice(0, entry.lastIndexOf("@sparticuz/chromium") + "@sparticuz/chromium".length);
  } catch (cause) {
    throw new AdapterError("No WebGPU adapter, and the npm package @sparticuz/chromium is not installed.", {
      cause,
    });
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(packageFolder, "package.json"), "utf8")) as {
    version: string;
  };
  const cache = process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? "/tmp", ".cache");
  const folder = path.join(cache, "wgrad", `swiftshader-${version}`);
  if (fs.existsSync(path.join(folder, "libvk_swiftshader.so"))) return folder;
  const partial = `${folder}.${process.pid}.part`;
  try {
    const archive = zlib.brotliDecompressSync(
      fs.readFileSync(path.join(packageFolder, "bin", "swiftshader.tar.br")),
    );
    const tar = createRequire(entry)("tar-fs") as typeof import("tar-fs"); // its own, to unpack itself
    await pipeline(Readable.from([archive]), tar.extract(partial));
    if (!fs.existsSync(folder)) fs.renameSync(partial, folder);
  } catch (cause) {
    throw new AdapterError(`Cannot unpack SwiftShader to ${folder}: ${(cause as Error).message}`, { cause });
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}
