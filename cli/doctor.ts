/** @file `wgrad doctor`: which adapter there is, what it can do, and how to get a faster one. */

import { platform } from "#platform";
import type { AdapterChoice } from "../engine/adapter.ts";
import { measureCeilings } from "../engine/ceilings/ceilings.ts";
import { createEngine } from "../engine/device.ts";
import { formatBytes } from "../engine/errors.ts";
import { versions } from "../runner/versions.ts";

export interface DoctorOptions {
  readonly adapter: AdapterChoice;
  readonly json?: boolean;
}

const shownLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxStorageBuffersPerShaderStage",
] as const;

export async function doctor({ adapter, json }: DoctorOptions): Promise<void> {
  const engine = await createEngine({ adapter });
  const facts = engine.adapter;
  const limits = Object.fromEntries(shownLimits.map((name) => [name, engine.limits[name]]));
  const ceilings = await measureCeilings(engine);
  if (json) {
    console.log(JSON.stringify({ adapter: facts, limits, ceilings, versions: versions() }, null, 2));
    return;
  }
  const line = (name: string, value: string) => console.log(`${name.padEnd(34)} ${value}`);
  line("adapter", facts.description || facts.device);
  line("kind", facts.software ? `software (${facts.class}): shaders run on the CPU` : "hardware");
  line("tuning profile", facts.key);
  line("subgroups", facts.subgroupSize > 0 ? `${facts.subgroupSize} lanes` : "no, or of varying size");
  line("f16 arithmetic", facts.features.includes("shader-f16") ? "yes" : "no");
  for (const [name, value] of Object.entries(limits)) {
    line(name, /Buffer(Binding)?Size|Storage(?!Buffers)/.test(name) ? formatBytes(value) : String(value));
  }
  line("f32 multiply-add", `${ceilings.f32GigaFlops.toPrecision(3)} GFLOP/s`);
  if (ceilings.f16GigaFlops) line("f16 multiply-add", `${ceilings.f16GigaFlops.toPrecision(3)} GFLOP/s`);
  line("kernel reads and writes", `${ceilings.kernelGigabytes.toPrecision(3)} GB/s`);
  line("buffer copies", `${ceilings.copyGigabytes.toPrecision(3)} GB/s`);
  line("launch of a kernel", `${ceilings.launchMicroseconds.toPrecision(3)} us`);
  line("submit and wait", `${ceilings.submitMicroseconds.toPrecision(3)} us`);
  console.log(`\n${verdict(facts.class)}`);
}

function verdict(kind: string): string {
  if (kind === "gpu") return "This is a hardware GPU: experiments run in full by default.";
  const intro = "There is no hardware GPU here: experiments run in their quick profile by default.";
  return kind === "swiftshader"
    ? `${intro}\nFaster: ${platform.advice()}`
    : `${intro}\nlavapipe is the fastest software adapter; only a GPU is faster. ${platform.advice()}`;
}
