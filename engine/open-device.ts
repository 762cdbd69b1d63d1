/** @file Opens a device with all that the adapter can do for our kernels, and checks one that was opened by others. */

import { type AdapterFacts, describeAdapter, wantedFeatures } from "./adapter.ts";
import { AdapterError, ArgumentError } from "./errors.ts";
import { requireParts, written } from "./options.ts";

const raisedLimits = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** What to ask an adapter for, so that kernels find all they can use: `adapter.requestDevice(deviceDescriptor(adapter))`. */
export function deviceDescriptor(adapter: GPUAdapter): GPUDeviceDescriptor {
  requireParts("deviceDescriptor", adapter, "a GPUAdapter", ["limits", "features", "requestDevice"]);
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) requiredLimits[name] = adapter.limits[name];
  return { requiredFeatures: wantedFeatures(adapter.features), requiredLimits };
}

/** The adapter's own limits instead of WebGPU's defaults. An adapter gives one device only. Throws AdapterError if it gives none. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice(deviceDescriptor(adapter));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AdapterError(`${adapter.info.device || "The adapter"} opens no device: ${reason}`, { cause });
  }
}

/** WebGPU's defaults, which kernels rely on. A device of compatibility mode has less. */
const neededLimits = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
} as const;

/** What kernels may use of a device that was opened elsewhere. Throws ArgumentError for no device, AdapterError if it is too small. */
export function factsOfDevice(device: GPUDevice): AdapterFacts {
  if (typeof device !== "object" || device === null || typeof device.createComputePipeline !== "function")
    throw new ArgumentError(`createEngine: device must be a GPUDevice, got ${written(device)}.`);
  for (const [name, needed] of Object.entries(neededLimits)) {
    const found = device.limits[name as keyof typeof neededLimits];
    if (found < needed)
      throw new AdapterError(`createEngine: the device has ${name} ${found}, kernels need ${needed}.`);
  }
  return describeAdapter({ info: device.adapterInfo, features: device.features, limits: device.limits });
}
