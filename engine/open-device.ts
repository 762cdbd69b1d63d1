/** @file Opens a device with all that the adapter can do for our kernels. */
import { wantedFeatures } from "./adapter.ts";

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

/** The adapter's own limits instead of WebGPU's defaults. An adapter gives one device only. */
export function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) requiredLimits[name] = adapter.limits[name];
  return adapter.requestDevice({ requiredFeatures: wantedFeatures(adapter.features), requiredLimits });
}
