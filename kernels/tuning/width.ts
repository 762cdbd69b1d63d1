/** @file How wide an adapter is: how many workgroups run at the same time, and so into how many a product should be cut. */
import type { AdapterFacts } from "../../engine/adapter.ts";

/** Compute units taken for granted where WebGPU does not tell: of a large card, and of a GPU inside a processor. */
const units = { discrete: 96, integrated: 16 } as const;

/** Workgroups below which units of a GPU would stand idle: two for each, so that one computes while the other waits. */
export function fillingWorkgroups({ integrated = false }: Partial<Pick<AdapterFacts, "integrated">>): number {
  return 2 * units[integrated ? "integrated" : "discrete"];
}
