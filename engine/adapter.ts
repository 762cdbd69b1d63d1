/** @file What an adapter is: its class, which decides the kernels, and its key, which names its tuning profile. */

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
  /** true for a GPU that, by its names, shares the memory of the processor: it has fewer cores to keep busy */
  readonly integrated: boolean;
}

/** Vendors that only make GPUs inside of processors, and names of such GPUs of the others. WebGPU does not tell. */
const integratedVendors = ["apple", "qualcomm", "arm", "img-tec", "samsung", "broadcom"];
const discreteIntel = /\barc\b|battlemage|alchemist|flex \d|\bmax \d/;
const integratedAmd = /radeon\(tm\) graphics|radeon graphics|vega \d+ graphics|radeon \d{3}m\b|\bgfx90c\b/;

function isIntegrated(vendor: string, text: string): boolean {
  if (vendor === "intel") return !discreteIntel.test(text);
  return integratedVendors.includes(vendor) || (vendor === "amd" && integratedAmd.test(text));
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
    integrated: kind === "gpu" && isIntegrated(vendor.toLowerCase(), text),
  };
}
