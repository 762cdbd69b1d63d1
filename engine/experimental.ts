/** @file WGRAD_EXPERIMENTAL=name,name: what rests on features of Dawn that are no part of WebGPU yet. */
import { platform } from "#platform";
import { ArgumentError, nearest } from "./errors.ts";

const experiments = ["subgroup-matrix"] as const;

/** true if the environment asks for `name`. Throws ArgumentError, with the nearest name, if it asks for what does not exist. */
export function experimental(name: (typeof experiments)[number]): boolean {
  const asked = (platform.environment("WGRAD_EXPERIMENTAL") ?? "").split(",").filter(Boolean);
  for (const each of asked) {
    if (experiments.includes(each as typeof name)) continue;
    const near = nearest(each, experiments);
    const hint = near ? ` Did you mean ${near}?` : ` There is ${experiments.join(", ")}.`;
    throw new ArgumentError(`WGRAD_EXPERIMENTAL: nothing is called ${each}.${hint}`);
  }
  return asked.includes(name);
}
