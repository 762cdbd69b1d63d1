/** @file A browser's `navigator.gpu` on Node, which TensorFlow.js and jax-js look for: Dawn through npm `webgpu`. */
import { availableParallelism } from "node:os";
import { create, globals } from "webgpu";

/** Also without a GPU: jax-js reads the number of processors and the user agent. */
export function provideNavigator(gpu: GPU | undefined): void {
  const value = { gpu, hardwareConcurrency: availableParallelism(), userAgent: "Node" };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
}

/** Returns the adapter's name. */
export async function provideWebGpu(): Promise<string> {
  Object.assign(globalThis, globals);
  const gpu = create([]);
  provideNavigator(gpu);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("There is no WebGPU adapter.");
  return adapter.info.description || adapter.info.device;
}
