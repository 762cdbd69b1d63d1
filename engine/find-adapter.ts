/** @file Finds an adapter: a hardware GPU, else the system's lavapipe, else the SwiftShader that npm install brought. */
import { type AdapterChoice, adapterChoices, describeAdapter } from "./adapter.ts";
import { AdapterError, ArgumentError, nearest } from "./errors.ts";
import { experimental } from "./experimental.ts";
import { written } from "./options.ts";
import { useLavapipe, useSwiftShader } from "./software-vulkan.ts";

/** Throws AdapterError, saying what to install, if there is no adapter of the wanted kind. */
export async function findAdapter(choice: AdapterChoice): Promise<GPUAdapter> {
  if (!adapterChoices.includes(choice)) {
    const hint = nearest(choice, adapterChoices);
    throw new ArgumentError(
      `adapter: unknown ${written(choice)}${hint ? `, did you mean "${hint}"?` : "."} One of ${adapterChoices.join(", ")}.`,
    );
  }
  if (globalThis.navigator?.gpu) return findInBrowser(globalThis.navigator.gpu);
  process.env.XDG_RUNTIME_DIR ??= process.env.TMPDIR ?? "/tmp"; // Mesa warns without one
  if (choice === "lavapipe") useLavapipe();
  if (choice === "swiftshader") await useSwiftShader();
  const found = await request();
  if (found) return accept(found, choice);
  checkOpenFiles();
  if (choice !== "auto") throw new AdapterError(`No ${choice} adapter found. ${advice()}`);
  await useSwiftShader();
  const software = await request();
  if (!software) throw new AdapterError(`No WebGPU adapter found. ${advice()}`);
  return software;
}

/** The adapter once more, for a further device: an adapter gives one only. */
export async function findAgain(adapter: GPUAdapter): Promise<GPUAdapter> {
  const again = await origins.get(adapter)?.requestAdapter(preference);
  if (!again) throw new AdapterError(`${adapter.info.device || "The adapter"} is not there any more.`);
  return again;
}

const preference = { powerPreference: "high-performance" } as const;
const origins = new WeakMap<GPUAdapter, GPU>();

async function requestFrom(gpu: GPU): Promise<GPUAdapter | null> {
  const adapter = await gpu.requestAdapter(preference);
  if (adapter) origins.set(adapter, gpu);
  return adapter;
}

async function findInBrowser(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await requestFrom(gpu);
  if (!adapter)
    throw new AdapterError("This browser offers no WebGPU adapter. Chrome 113 or Safari 26 and newer do.");
  return adapter;
}

/**
 * Dawn instances by the drivers that the environment named when they were made: those they see ever after. Each takes threads,
 * memory and a file descriptor that Dawn never gives back.
 */
const instances = new Map<string, GPU>();
/** Those that gave an adapter: they must outlive its devices, or the process aborts. */
const inUse = new Set<GPU>();

/** An adapter with the Vulkan drivers that the environment names at this moment. */
async function request(): Promise<GPUAdapter | null> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  const enabled = ["vulkan_enable_f16_on_nvidia"]; // else Dawn hides shader-f16 there
  if (experimental("subgroup-matrix")) enabled.push("allow_unsafe_apis");
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, VK_ADD_DRIVER_FILES } = process.env;
  const key = JSON.stringify([VK_ICD_FILENAMES, VK_DRIVER_FILES, VK_ADD_DRIVER_FILES, enabled]);
  const features = `enable-dawn-features=${enabled.join()}`;
  const gpu = instances.get(key) ?? create(["disable-dawn-features=timestamp_quantization", features]);
  instances.set(key, gpu); // at once: another call may be on its way
  const adapter = await requestFrom(gpu);
  if (adapter) inUse.add(gpu);
  else if (!inUse.has(gpu)) instances.delete(key); // the next call looks for drivers anew
  return adapter;
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

function accept(adapter: GPUAdapter, choice: AdapterChoice): GPUAdapter {
  const facts = describeAdapter(adapter);
  const wrong = choice === "hardware" ? facts.software : choice !== "auto" && facts.class !== choice;
  if (wrong) throw new AdapterError(`No ${choice} adapter found, only ${facts.device}. ${advice()}`);
  return adapter;
}

/** What to install on this system, in one or two sentences. */
export function advice(): string {
  if (process.platform !== "linux")
    return "Update the graphics driver; wgrad needs Direct3D 12, Metal or Vulkan.";
  return (
    "For a GPU install its Vulkan driver (Debian: mesa-vulkan-drivers, or nvidia-driver) and the loader libvulkan1. " +
    "Without one, software Vulkan works: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1 " +
    "(lavapipe, 23 or newer), or the SwiftShader of the npm package @sparticuz/chromium (x86-64 Linux)."
  );
}
