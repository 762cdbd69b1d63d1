/** @file Runs a body with an engine whose copy of one shader was changed: checks must then fail. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { AdapterChoice } from "../../engine/adapter.ts";
import { createEngine, type Engine } from "../../engine/device.ts";
import { provideSources } from "../../engine/source.ts";

/** Where the shader is below the root, and what is replaced in it. */
export interface Break {
  readonly shader: string;
  readonly from: string;
  readonly to: string;
}

export async function withBrokenShader(
  { shader, from, to }: Break,
  body: (engine: Engine) => Promise<void>,
): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, "../..", shader), "utf8");
  expect(text, `${shader} has no "${from}" to break`).toContain(from);
  const engine = await createEngine({ adapter: (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice });
  const id = shader.replace(/^kernels\/|\.wgsl$/g, "");
  provideSources({ [id]: text.replaceAll(from, to) });
  try {
    await body(engine);
  } finally {
    provideSources({ [id]: text });
    engine.dispose();
  }
}
