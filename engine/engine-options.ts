/** @file What an engine is made with. */
import type { AdapterChoice } from "./adapter.ts";
import { ArgumentError } from "./errors.ts";
import { checkOption, checkOptionNames, requireParts } from "./options.ts";

/** Options of createEngine(): which adapter or device, checks, and how much memory. */
export interface EngineOptions {
  readonly adapter?: AdapterChoice;
  /**
   * A device of your own, for example one that also draws. dispose() gives back what the engine took and leaves the device. An
   * error on it that no error scope catches ends the engine, whoever made it. deviceDescriptor(adapter) asks for all that kernels use.
   */
  readonly device?: GPUDevice;
  /** validate every dispatch in an error scope of its own and name the kernel: slow, for tests and debugging */
  readonly debug?: boolean;
  /**
   * Bytes that buffers may take together. WebGPU does not tell how much memory an adapter has: with a limit, fit() chooses what
   * fits before it starts, and what does not is a MemoryError. None unless given
   */
  readonly memoryLimit?: number;
  /** WGSL by the ids of kernels, "dense/matmul.naive": for this engine alone, in the place of what they come with */
  readonly shaders?: Readonly<Record<string, string>>;
}

/** With the defaults. Throws ArgumentError for options that do not exist or contradict each other. */
export function checkEngineOptions(
  options: EngineOptions,
): Required<Pick<EngineOptions, "debug" | "memoryLimit" | "shaders">> {
  const names = { adapter: true, device: true, debug: true, memoryLimit: true, shaders: true } as const;
  checkOptionNames("createEngine", options, names);
  const { adapter, device, debug = false, memoryLimit = Number.POSITIVE_INFINITY, shaders = {} } = options;
  requireParts("createEngine", shaders, "WGSL by the ids of kernels");
  if (options.memoryLimit !== undefined)
    checkOption(
      "createEngine",
      "memoryLimit",
      memoryLimit,
      () => memoryLimit > 0,
      "a number of bytes above 0",
    );
  if (device !== undefined && adapter !== undefined)
    throw new ArgumentError("createEngine: a device has its adapter: give device or adapter.");
  return { debug, memoryLimit, shaders };
}
