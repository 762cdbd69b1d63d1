/** @file Dawn, WebGPU for Node: an instance of it for each set of Vulkan drivers. */
import type { AdapterChoice } from "../../adapter.ts";
import { AdapterError } from "../../errors.ts";
import type { AdapterSource } from "../platform.ts";
import { useLavapipe, useSwiftShader } from "./software-vulkan.ts";

/** WebGPU of the runtime where it has one (Deno), else Dawn with the drivers that `choice` wants. */
export async function openGpu(choice: AdapterChoice, unsafe: boolean): Promise<AdapterSource> {
  if (globalThis.navigator?.gpu) return globalThis.navigator.gpu;
  process.env.XDG_RUNTIME_DIR ??= process.env.TMPDIR ?? "/tmp"; // Mesa warns without one
  if (choice === "lavapipe") useLavapipe();
  if (choice === "swiftshader") await useSwiftShader();
  return { requestAdapter: (options) => requestAdapter(unsafe, options) };
}

export async function openSoftwareGpu(unsafe: boolean): Promise<AdapterSource | undefined> {
  if (globalThis.navigator?.gpu) return undefined;
  await useSwiftShader();
  return { requestAdapter: (options) => requestAdapter(unsafe, options) };
}

/**
 * Dawn instances by the drivers that the environment named when they were made: those they see ever after. Each takes threads,
 * memory and a file descriptor that Dawn never gives back.
 */
const instances = new Map<string, GPU>();
/** Those that gave an adapter: they must outlive its devices, or the process aborts. */
const inUse = new Set<GPU>();

/** An adapter with the Vulkan drivers that the environment names at this moment. */
async function requestAdapter(
  unsafe: boolean,
  options?: GPURequestAdapterOptions,
): Promise<GPUAdapter | null> {
  const { create } = await loadDawn();
  const enabled = ["vulkan_enable_f16_on_nvidia"]; // else Dawn hides shader-f16 there
  if (unsafe) enabled.push("allow_unsafe_apis");
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, VK_ADD_DRIVER_FILES } = process.env;
  const key = JSON.stringify([VK_ICD_FILENAMES, VK_DRIVER_FILES, VK_ADD_DRIVER_FILES, enabled]);
  const features = `enable-dawn-features=${enabled.join()}`;
  const gpu = instances.get(key) ?? create(["disable-dawn-features=timestamp_quantization", features]);
  instances.set(key, gpu); // at once: another call may be on its way
  const adapter = await gpu.requestAdapter(options);
  if (adapter) inUse.add(gpu);
  else {
    if (!inUse.has(gpu)) instances.delete(key); // the next call looks for drivers anew
    checkOpenFiles();
  }
  return adapter;
}

async function loadDawn(): Promise<typeof import("webgpu")> {
  let dawn: typeof import("webgpu");
  try {
    dawn = await import("webgpu");
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]!;
    throw new AdapterError(
      `No WebGPU here: the npm package webgpu cannot be loaded (${reason}). Install it beside wgrad: npm install webgpu`,
      { cause },
    );
  }
  Object.assign(globalThis, dawn.globals);
  return dawn;
}

/** Drivers are files. Throws AdapterError if this process cannot open another one, which is no driver's fault. */
function checkOpenFiles(): void {
  const fs = process.getBuiltinModule("node:fs");
  try {
    fs.closeSync(fs.openSync(process.execPath, "r"));
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new AdapterError(
      `No adapter can be opened, since this process cannot open files (${reason}). Close some, or raise the limit (ulimit -n).`,
      { cause },
    );
  }
}

/** What to install on this system. */
export function advice(): string {
  if (process.platform !== "linux")
    return "Update the graphics driver; wgrad needs Direct3D 12, Metal or Vulkan.";
  return (
    "For a GPU install its Vulkan driver (Debian: mesa-vulkan-drivers, or nvidia-driver) and the loader libvulkan1. " +
    "Without one, software Vulkan works: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1 " +
    "(lavapipe, 23 or newer), or the SwiftShader of the npm package @sparticuz/chromium (x86-64 Linux)."
  );
}
