/** @file What an adapter is: its class, which decides the kernels, and its key, which names its tuning profile. */

import { AdapterError } from "./errors.ts";
import { experimental } from "./experimental.ts";

/** lavapipe and SwiftShader run shaders on the CPU; everything else is taken for a GPU. */
export type AdapterClass = "gpu" | "lavapipe" | "swiftshader";

/** What `--adapter` and `createEngine({ adapter })` accept. */
export const adapterChoices = ["auto", "hardware", "lavapipe", "swiftshader"] as const;
export type AdapterChoice = (typeof adapterChoices)[number];

/** Dawn's name of the matrix units of a GPU, its tensor cores; offered only where WGRAD_EXPERIMENTAL asks for it. */
const subgroupMatrixFeature = "chromium-experimental-subgroup-matrix";

/** Sizes of the products that matrix units compute: m x k by k x n, of f16, with sums in f32. */
export interface SubgroupMatrix {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

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
  /** undefined without the feature, or if no sizes suit our kernels */
  readonly subgroupMatrix?: SubgroupMatrix;
  /** true for lavapipe and SwiftShader */
  readonly software: boolean;
  /** true for a GPU that, by its names, shares the memory of the processor: it has fewer cores to keep busy */
  readonly integrated: boolean;
  /** bytes that a workgroup may have in memory of its own */
  readonly workgroupMemory: number;
}

/** Vendors that only make GPUs inside of processors, and names of such GPUs of the others. WebGPU does not tell. */
const integratedVendors = ["apple", "qualcomm", "arm", "img-tec", "samsung", "broadcom"];
const discreteIntel = /\barc\b|battlemage|alchemist|flex \d|\bmax \d/;
const integratedAmd = /radeon\(tm\) graphics|radeon graphics|vega \d+ graphics|radeon \d{3}m\b|\bgfx90c\b/;

function isIntegrated(vendor: string, text: string): boolean {
  if (vendor === "intel") return !discreteIntel.test(text);
  return integratedVendors.includes(vendor) || (vendor === "amd" && integratedAmd.test(text));
}

/** An adapter, or a device and its adapter's info. */
interface DescribedAdapter extends Pick<GPUAdapter, "info" | "features"> {
  readonly limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupStorageSize">;
}

/** Sorts what the driver says about an adapter. */
export function describeAdapter(adapter: DescribedAdapter): AdapterFacts {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const features = [...adapter.features].sort();
  const subgroupMatrix = features.includes(subgroupMatrixFeature)
    ? matrixSizes(adapter.info as MatrixInfo)
    : undefined;
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
    ...(subgroupMatrix && { subgroupMatrix }),
    software: kind !== "gpu",
    integrated: kind === "gpu" && isIntegrated(vendor.toLowerCase(), text),
    workgroupMemory: adapter.limits.maxComputeWorkgroupStorageSize,
  };
}

/** The optional features that our kernels use, as far as the adapter has them. */
export function wantedFeatures(features: GPUSupportedFeatures): GPUFeatureName[] {
  const wanted: GPUFeatureName[] = ["subgroups", "shader-f16", "timestamp-query"];
  if (experimental("subgroup-matrix")) wanted.push(subgroupMatrixFeature as GPUFeatureName);
  return wanted.filter((feature) => features.has(feature));
}

/** What Dawn adds to the adapter's info. */
interface MatrixInfo {
  readonly subgroupMatrixConfigs?: readonly {
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
  }[];
}

/** The largest sizes for f16 with sums in f32 that divide 32, as our kernels need. */
function matrixSizes(info: MatrixInfo): SubgroupMatrix | undefined {
  return (info.subgroupMatrixConfigs ?? [])
    .filter(
      ({ componentType, resultComponentType }) => componentType === "f16" && resultComponentType === "f32",
    )
    .map(({ M: m, N: n, K: k }) => ({ m, n, k }))
    .filter((sizes) => Object.values(sizes).every((size) => 32 % size === 0))
    .sort((a, b) => b.m * b.n * b.k - a.m * a.n * a.k)[0];
}

/** Throws AdapterError, naming the adapter, unless its shaders know f16; `what` needs it. */
export function requireHalf(what: string, adapter: Pick<AdapterFacts, "device" | "features">): void {
  if (adapter.features.includes("shader-f16")) return;
  throw new AdapterError(
    `${what}: needs the adapter feature shader-f16, which ${adapter.device || "this adapter"} does not have. Use float32.`,
  );
}
