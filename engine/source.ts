/**
 * @file Where shader text comes from: the kernel brings it along, or it stands in the file that the kernel's id names. In a
 * clone that is read from disk; a page cannot read files, so a build gives every kernel its text.
 */

import { platform } from "#platform";
import { KernelError } from "./errors.ts";
import { requireParts } from "./options.ts";

const replaced = new Map<string, string>();

/** Replaces the WGSL of kernels by their ids: "dense/matmul.naive". Pipelines that exist stay. */
export function provideSources(sources: Readonly<Record<string, string>>): void {
  requireParts("provideSources", sources, "WGSL by the ids of kernels");
  for (const [id, text] of Object.entries(sources)) replaced.set(id, text);
}

const declared = new Map<string, string>();

/** Keeps the text that a kernel brings, for those who look for it by the kernel's id alone. */
export function declareSource(id: string, text: string): void {
  if (!declared.has(id)) declared.set(id, text);
}

/** The file of a kernel without a text of its own, below the project's root. */
export function shaderPath(id: string): string {
  return `${id.startsWith("engine/") ? id : `kernels/${id}`}.wgsl`;
}

/** The id of the kernel whose text is in a file below the project's root. */
export function kernelId(path: string): string {
  return path.replace(/^kernels\//, "").replace(/\.wgsl$/, "");
}

/** The WGSL of a kernel. Throws KernelError if it has none and there is no such file. */
export function readSource({
  name,
  source,
}: {
  readonly name: string;
  readonly source?: string | undefined;
}): string {
  const text = replaced.get(name) ?? source ?? declared.get(name);
  if (text !== undefined) return text;
  const path = shaderPath(name);
  try {
    return platform.shaderText(path);
  } catch (cause) {
    throw new KernelError(`${name}: cannot read the shader ${path}.`, { cause });
  }
}
