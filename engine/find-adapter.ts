/** @file Finds an adapter: a hardware GPU, else the system's lavapipe, else the SwiftShader that npm install brought. */
import { platform } from "#platform";
import { type AdapterChoice, adapterChoices, describeAdapter } from "./adapter.ts";
import { AdapterError, ArgumentError, nearest } from "./errors.ts";
import { experimental } from "./experimental.ts";
import { written } from "./options.ts";
import type { AdapterSource } from "./platform/platform.ts";

/** Throws AdapterError, saying what to install, if there is no adapter of the wanted kind. */
export async function findAdapter(choice: AdapterChoice): Promise<GPUAdapter> {
  if (!adapterChoices.includes(choice)) {
    const hint = nearest(choice, adapterChoices);
    throw new ArgumentError(
      `adapter: unknown ${written(choice)}${hint ? `, did you mean "${hint}"?` : "."} One of ${adapterChoices.join(", ")}.`,
    );
  }
  const unsafe = experimental("subgroup-matrix");
  const found = await requestFrom(await platform.openGpu(choice, unsafe));
  if (found) return accept(found, choice);
  if (choice !== "auto") throw new AdapterError(`No ${choice} adapter found. ${platform.advice()}`);
  const software = await requestFrom(await platform.openSoftwareGpu(unsafe));
  if (!software) throw new AdapterError(`No WebGPU adapter found. ${platform.advice()}`);
  return software;
}

/** The adapter once more, for a further device: an adapter gives one only. */
export async function findAgain(adapter: GPUAdapter): Promise<GPUAdapter> {
  const again = await origins.get(adapter)?.requestAdapter(preference);
  if (!again) throw new AdapterError(`${adapter.info.device || "The adapter"} is not there any more.`);
  return again;
}

const preference = { powerPreference: "high-performance" } as const;
const origins = new WeakMap<GPUAdapter, AdapterSource>();

async function requestFrom(source: AdapterSource | undefined): Promise<GPUAdapter | undefined> {
  const adapter = await source?.requestAdapter(preference);
  if (adapter) origins.set(adapter, source!);
  return adapter ?? undefined;
}

function accept(adapter: GPUAdapter, choice: AdapterChoice): GPUAdapter {
  const facts = describeAdapter(adapter);
  const wrong = choice === "hardware" ? facts.software : choice !== "auto" && facts.class !== choice;
  if (wrong) throw new AdapterError(`No ${choice} adapter found, only ${facts.device}. ${platform.advice()}`);
  return adapter;
}
