/** @file What an adapter is: its class, which decides the kernels, and its key, which names its tuning profile. */

import { AdapterError } from "./errors.ts";

/** lavapipe and SwiftShader run shaders on the CPU; everything else is taken for a GPU. */
export type AdapterClass = "gpu" | "lavapipe" | "swiftshader";

/** What `--adapter` and `createEngine({ adapter })` accept. */
export const adapterChoices = ["auto", "hardware", "lavapipe", "swiftshader"] as const;
export type AdapterChoice = (typeof adapterChoices)[number];

export interface AdapterFacts {
  readonly class: AdapterClass;
  readonly vendor: string;
  readonly architecture: string;
  /** the driver's own name for the device, e.g. "llvmpipe (LLVM 15.0.6, 256 bits)" */
  readonly device: string;
  readonly description: string;
  /** vendor and architecture: the name of the tuning profile */
  readonly key: string;
  /** lanes of a subgroup if subgroups are there and their size is fixed; else 0 */
  readonly subgroupSize: number;
  readonly features: readonly string[];
  /** true for lavapipe and SwiftShader */
  readonly software: boolean;
}

/** Sorts what the driver says about an adapter. */
export function describeAdapter(adapter: Pick<GPUAdapter, "info" | "features">): AdapterFacts {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const features = [...adapter.features].sort();
  const fixed = features.includes("subgroups") && subgroupMinSize === subgroupMaxSize;
  const text = `${vendor} ${architecture} ${device} ${description}`.toLowerCase();
  const kind = text.includes("swiftshader")
    ? "swiftshader"
    : /llvmpipe|lavapipe/.test(text)
      ? "lavapipe"
      : "gpu";
  return {
    class: kind,
    vendor,
    architecture,
    device: device.replace(/-+$/, ""),
    description,
    key: `${vendor || "unknown"}-${architecture || "unknown"}`.replaceAll(/[^\w-]+/g, "-"),
    subgroupSize: fixed ? (subgroupMinSize ?? 0) : 0,
    features,
    software: kind !== "gpu",
  };
}

/** Throws AdapterError, naming the adapter, unless its shaders know f16; `what` needs it. */
export function requireHalf(what: string, adapter: Pick<AdapterFacts, "device" | "features">): void {
  if (adapter.features.includes("shader-f16")) return;
  throw new AdapterError(
    `${what}: needs the adapter feature shader-f16, which ${adapter.device || "this adapter"} does not have. Use float32.`,
  );
}
