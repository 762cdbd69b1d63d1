/** @file The shaders as they stand in their files, with their comments: each is loaded when it is opened. */
import { shaderPath } from "../engine/source.ts";

const files = import.meta.glob<string>("../kernels/**/*.wgsl", { query: "?raw", import: "default" });

/** The text of a kernel that the page has. */
export function shippedText(kernel: string): Promise<string> {
  return files[`../${shaderPath(kernel)}`]!();
}
