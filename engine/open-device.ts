/** @file Opens a device with all that the adapter can do for our kernels. */
import { wantedFeatures } from "./adapter.ts";
import { AdapterError } from "./errors.ts";

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

/** The adapter's own limits instead of WebGPU's defaults. An adapter gives one device only. Throws AdapterError if it gives none. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) requiredLimits[name] = adapter.limits[name];
  try {
    return await adapter.requestDevice({
      requiredFeatures: wantedFeatures(adapter.features),
      requiredLimits,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AdapterError(`${adapter.info.device || "The adapter"} opens no device: ${reason}`, { cause });
  }
}
